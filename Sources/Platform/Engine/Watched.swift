internal import Bytes
internal import Events
public import Logs
internal import Projections
internal import Store
internal import Synchronization

/// What is looked at again and again to tell whether the platform is ready. Kept in memory: readiness is asked for often.
struct Watched {
    /// A projection on a partition.
    struct Place: Hashable, Comparable, CustomStringConvertible {
        var projection: String
        var partition: Partition

        var description: String { "\(projection) on \(partition)" }

        static func < (one: Place, other: Place) -> Bool {
            (one.partition, one.projection) < (other.partition, other.projection)
        }
    }

    /// How far a projection has to come before its rows are whole.
    enum Debt: Hashable {
        /// To the end of the log, which has not been asked for yet.
        case unmeasured
        case upTo(Offset)
    }

    /// Rows that are being folded up to where the log ended at the start, or when they were dropped.
    var debts: [Place: Debt] = [:]
    /// Open alerts that only a person, or an audit, can end.
    var graveAlerts: [AlertLedger.Alert] = []
    var areAlertsRead = false
    /// Alerts that are raised once only, since the start.
    var told: Set<String> = []
    /// Whether the alert about the full disk was raised.
    var isFullnessTold = false
    var lastClock: Instant?
}

extension Engine {
    /// A topic of ours that never forgets, so that nothing of it may go away.
    public func keepsForEver(_ topic: String) -> Bool {
        topics.contains { $0.name == topic && $0.retention == .forever }
    }

    /// From now on the rows of a projection are whole only when they have reached the end of the log.
    func owe(_ projection: String, _ partition: Partition) {
        watched.withLock {
            $0.debts[.init(projection: projection, partition: partition)] = .unmeasured
        }
    }

    /// Everything that has a seat by now is to reach where the log ends now. Blocks.
    func oweAll() throws {
        for seating in seated {
            owe(seating.projection.name, seating.partition)
        }
        try settleDebts()
    }

    /// Forgets what has been reached. Blocks, where an end has to be asked for.
    func settleDebts() throws {
        let debts = watched.withLock { $0.debts }
        guard !debts.isEmpty, log.isReachable else { return }
        var ends: [Partition: Offset] = [:]
        let seated = Set(
            seated.map {
                Watched.Place(projection: $0.projection.name, partition: $0.partition)
            }
        )
        for (place, debt) in debts {
            let end: Offset
            switch debt {
            case .upTo(let known): end = known
            case .unmeasured:
                do throws(LogError) {
                    if let known = ends[place.partition] {
                        end = known
                    } else {
                        end = try log.bounds(of: place.partition).upperBound
                        ends[place.partition] = end
                    }
                } catch .unreachable {
                    return
                } catch {
                    // That it cannot be read is said by whoever is to read it, and keeps nobody else waiting.
                    continue
                }
            }
            let own = seats(on: place.partition).filter { $0.projection == place.projection }
            let isReached = !own.isEmpty && own.allSatisfy { $0.progress.next >= end }
            watched.withLock { state in
                // Dropped once more meanwhile, it is owed anew.
                guard state.debts[place] == debt else { return }
                state.debts[place] = isReached || !seated.contains(place) ? nil : .upTo(end)
            }
        }
    }

    /// Reads which alerts only a person or an audit can end, if any may have changed.
    func readGraveAlerts() throws {
        guard !watched.withLock({ $0.areAlertsRead }) else { return }
        watched.withLock { $0.areAlertsRead = true }
        do throws(StoreError) {
            let own = topics
            let grave = try AlertLedger.all(in: store).filter {
                $0.resolvedAt == nil && $0.word(among: own) != nil
            }
            watched.withLock { $0.graveAlerts = grave }
        } catch {
            // A row that is none keeps nobody from starting: the audit of the alerts names it.
            guard case .corrupt = error else {
                watched.withLock { $0.areAlertsRead = false }
                throw error
            }
            notice("alerts that were open before the start cannot be read: \(error)")
        }
    }

    /// What our own topics held must never go away: whoever took it, with a Kafka client or another program, took
    /// history. Blocks.
    public func checkTopics() throws {
        for topic in topics where topic.retention == .forever {
            for index in 0 ..< topic.partitions {
                let partition = Partition(topic.name, index)
                let first: Offset
                do throws(LogError) {
                    first = try log.bounds(of: partition).lowerBound
                } catch .unknownTopic, .unknownPartition {
                    // The projections of it say that it is missing.
                    continue
                } catch .unreachable {
                    return
                } catch {
                    throw error
                }
                guard first > 0 else { continue }
                let isAttestations = topic.name == AttestationEvent.topic.name
                try raiseOnce(
                    isAttestations ? "attestationsLost" : "recordsLost",
                    about: "\(partition)",
                    "Records 0 to \(first - 1) of \(partition) were deleted: "
                        + (isAttestations
                            ? "what was attested before proves nothing any more."
                            : "what they say cannot be replayed any more."),
                    "the log begins at \(first)"
                )
            }
        }
    }

    /// A wall clock that goes back writes facts that seem older than those before them.
    func checkClock() {
        let now = clock.now()
        let former = watched.withLock { state in
            defer { state.lastClock = now }
            return state.lastClock
        }
        if let former, now < former { tellClock(now, "it showed", former) }
    }

    /// Whether the clock stands behind what was written already. Facts of another server may be a little ahead.
    func checkClockAtStart() throws {
        let now = clock.now()
        var newest: Instant?
        for (projection, _) in ledgers where projection is any Catalog {
            let tables = TableReader(
                store,
                family: projection.family,
                shelf: projection.shelf(of: 0)
            )
            let own = try Arbiter.newestMoment(in: tables)
            newest = [newest, own].compactMap(\.self).max()
        }
        if let newest, now + Self.clockTolerance < newest {
            tellClock(now, "the newest fact is of", newest)
        }
        watched.withLock { $0.lastClock = now }
    }

    private static var clockTolerance: TimeSpan { .seconds(3_600) }

    private func tellClock(_ now: Instant, _ what: String, _ former: Instant) {
        raise(
            "clockWentBack",
            about: "the clock of the server",
            "The clock went back: it shows \(now.rfc3339), and \(what) \(former.rfc3339).",
            ""
        )
    }

    /// Says when the disk of the state has no room, and when it has again.
    func checkRoom() throws {
        let why = store.fullness
        let wasTold = watched.withLock { state in
            defer { state.isFullnessTold = why != nil }
            return state.isFullnessTold
        }
        guard wasTold != (why != nil) else { return }
        if let why {
            raise(
                "diskFull",
                about: "the state",
                "The disk of the state is full: folding waits, reads go on. Make room on it.",
                why
            )
        } else {
            notice("there is room on the disk of the state again: folding goes on")
            try resolveAll("diskFull", about: "the state", "There is room again.")
        }
    }
}

extension AlertLedger.Alert {
    /// As what it keeps the platform from being ready while it is open; nil: it does not.
    /// `topics`: The platform's own.
    func word(among topics: [TopicSpec]) -> NotReady.Word? {
        switch kind {
        case "attestationAgainstLog": .attestationAgainstLog
        case "attestationsLost": .attestationsLost
        case "recordsLost", "logChanged": isAbout(topics) ? .recordsLost : nil
        default: nil
        }
    }

    /// Whether it is about one of some topics that never forgets: nothing of it may go away.
    public func isAbout(_ topics: [TopicSpec]) -> Bool {
        topics.contains { topic in
            topic.retention == .forever
                && (0 ..< topic.partitions).contains {
                    let partition = "\(Partition(topic.name, $0))"
                    return subject == partition || subject.hasSuffix(", \(partition)")
                }
        }
    }
}
