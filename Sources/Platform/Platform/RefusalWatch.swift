internal import Bytes
internal import Engine
internal import Events
internal import Logs
internal import Projections
internal import Records
internal import Store
internal import Streams
internal import Synchronization

/// How much of a stream was refused in the last minutes: one look at its counts after the other. A producer whose clock
/// or format is wrong is told so within minutes, and not when somebody misses the records.
struct RefusalWatch: Sendable {
    /// How far back it looks.
    static let span = Duration.seconds(300)
    /// Fewer than these are no reason to wake anybody.
    static let leastCount: Int64 = 100
    /// So many of a hundred are.
    static let percent: Int64 = 10

    /// What had been taken in of a stream, and what refused.
    struct Look: Sendable, Hashable {
        var accepted: Int64
        var refused: [String: Int64]

        var refusedCount: Int64 { refused.values.reduce(0, +) }
    }

    enum Verdict: Sendable, Hashable {
        /// How many of how many were refused, by reason.
        case tooMany(refused: Int64, of: Int64, reasons: [String: Int64])
        case fine
        /// It was not looked at for long enough.
        case unknown
    }

    private var looks: [(at: ContinuousClock.Instant, look: Look)] = []

    /// Takes in a look, and says what the last minutes came to.
    mutating func note(_ look: Look, at now: ContinuousClock.Instant) -> Verdict {
        // Rows that are folded anew count from nothing: what was counted before says nothing about them.
        if let last = looks.last?.look,
            look.accepted < last.accepted || look.refusedCount < last.refusedCount
        {
            looks = []
        }
        looks.append((now, look))
        // One that is older than the span stays: the others are held against it.
        while looks.count > 1, now - looks[1].at >= Self.span { looks.removeFirst() }
        guard let first = looks.first else { return .unknown }
        let refused = look.refusedCount - first.look.refusedCount
        let all = refused + look.accepted - first.look.accepted
        if refused >= Self.leastCount, refused * 100 > all * Self.percent {
            let reasons = look.refused.mapValues { $0 }
                .merging(first.look.refused) { $0 - $1 }.filter { $0.value > 0 }
            return .tooMany(refused: refused, of: all, reasons: reasons)
        }
        return now - first.at >= Self.span || all >= Self.leastCount * 10 ? .fine : .unknown
    }
}

extension Platform {
    static let recordsRefused = "recordsRefused"
    /// As far back as refusals are looked at.
    private static let newness = TimeSpan.seconds(300)

    /// Raises an alert about each stream of which too much is refused, and ends those about the others. Blocks.
    func watchRefusals(_ now: ContinuousClock.Instant) throws {
        let reader = try store.snapshot()
        let counts = try DeadLetterLedger.counts(in: reader)
        let open = try engine.openAlerts(of: [Self.recordsRefused])
        let entries = try StreamCatalog.View(reader).streams()
        let wallTime = clock.now()
        for entry in entries {
            guard let stream = entry.served.definition else { continue }
            let intake = Intake(stream)
            let accepted = try (0 ..< stream.partitions).reduce(Int64(0)) {
                try $0 + Admission.summary(in: intake.rows(of: $1, in: reader)).accepted
            }
            let refused = counts.filter {
                $0.stream == stream.name && $0.generation == stream.generation.hex
            }
            let look = RefusalWatch.Look(
                accepted: accepted,
                refused: Dictionary(
                    refused.map { ($0.reason, $0.count) },
                    uniquingKeysWith: { $0 + $1 }
                )
            )
            // What is new has refused all of it in the last minutes; of others only what comes is told.
            let isNew = entry.revision == 1 && entry.declaredAt + Self.newness > wallTime
            let verdict = inputs.withLock { state in
                var watch = state.refusals[stream.generation] ?? RefusalWatch()
                if state.refusals[stream.generation] == nil, isNew {
                    _ = watch.note(RefusalWatch.Look(accepted: 0, refused: [:]), at: now)
                }
                defer { state.refusals[stream.generation] = watch }
                return watch.note(look, at: now)
            }
            let known = open.first { $0.subject == stream.name }
            switch verdict {
            case .tooMany(let count, let all, let reasons):
                guard known == nil else { continue }
                let example = try newestRefused(of: intake, in: reader)
                engine.raise(
                    Self.recordsRefused,
                    about: stream.name,
                    "\(count) of the last \(all) records of \(stream.name) were refused: "
                        + reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                        .map { "\($0.value) \($0.key)" }.joined(separator: ", ") + ".",
                    example.map { "such as \($0), of which tributary.deadletters says why" } ?? ""
                )
            case .fine:
                if let known {
                    engine.resolve(known, "Few of the last records of \(stream.name) were refused.")
                }
            case .unknown: break
            }
        }
        let names = Set(entries.map(\.served.name))
        for alert in open where !names.contains(alert.subject) {
            engine.resolve(alert, "The stream was deleted.")
        }
    }

    private func newestRefused(
        of intake: Intake,
        in reader: any StoreReader
    ) throws(StoreError) -> Position? {
        for index in 0 ..< intake.stream.partitions {
            let input = Partition(intake.topic, index)
            if let newest = try DeadLetterLedger.newest(of: input, for: intake, in: reader) {
                return Position(input, newest)
            }
        }
        return nil
    }
}
