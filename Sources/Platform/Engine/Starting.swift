internal import Events
internal import Logs
internal import Projections
internal import Store
internal import Synchronization
internal import Workers

/// The beginning of a platform.
extension Engine {
    private static var lineInterval: Duration { .seconds(10) }

    /// Creates what is missing in the log, folds what was decided so far, and begins to fold what is declared. Whatever
    /// does not answer is waited for, and it is said what that is. Throws where waiting would not help, and where it is to
    /// end. Whoever starts it stops it.
    /// `isRestored`: Whether the state is a copy that has yet to be proven.
    public func start(_ wings: [any Wing], isRestored: Bool = false) async throws {
        set(wings)
        do {
            try await begin(wings, isRestored: isRestored)
        } catch {
            // Of what has not begun there is nothing to stop.
            if running == nil { set([]) }
            throw error
        }
    }

    private func begin(_ wings: [any Wing], isRestored: Bool) async throws {
        for family in families { try store.open(family) }
        try await untilLogAnswers { [self] in
            try settleTopics()
            if isRestored { for wing in wings { try wing.prove() } }
        }
        try await pool.run { [self] in try dropUnreadableCatalogs() }
        run(
            Projectors(
                control: try Projector(
                    "fold-control",
                    log: log,
                    store: store,
                    surroundings: surroundings { [weak self] in self?.folded($0, $1, $2) }
                ),
                data: try Projector(
                    "fold-data",
                    log: log,
                    store: store,
                    surroundings: surroundings { [weak self] in self?.foldedData($0, $1, $2) }
                )
            )
        )
        reactors.start()
        for (projection, partitions) in ledgers { seat(projection, partitions: partitions) }
        try await untilFolded()
        await fitSeats()
        try await untilLogAnswers { [self] in
            try oweAll()
            try readGraveAlerts()
            try checkClockAtStart()
        }
        chores.withLock { $0 = Chores(ownChores + wings.flatMap(\.chores)) }
        // What wings begin with may have to be waited for, and nothing else ends that.
        let threads = keepTime()
        timers.withLock { $0 = threads }
        for wing in wings { try await wing.begin() }
        startReason.withLock { $0 = nil }
    }

    private func surroundings(
        folded: @escaping @Sendable (Partition, [Record], Offset) -> Void
    ) -> Projector.Surroundings {
        Projector.Surroundings(
            folded: folded,
            report: { [weak self] in self?.report($0) },
            mayDrop: { [weak self] projection, input, why throws(LogError) in
                guard let self else { return false }
                return try mayDrop(projection, on: input, because: why)
            },
            dropped: { [weak self] projection, input in
                self?.reactors.dropped(projection.generation, on: input)
            },
            begins: { [weak self] projection, input in
                guard projection is any Outbox else { return }
                self?.reactors.begun(projection.generation, on: input)
            }
        )
    }

    /// Why it has not begun yet: nothing can be asked of it before. Nil when it has.
    public var whyNotStarted: String? { startReason.withLock { $0 } }

    /// Does what asks the log, and again until the log has answered.
    private func untilLogAnswers(_ body: @escaping @Sendable () throws -> Void) async throws {
        var line = Line()
        while true {
            try goesOn()
            do {
                return try await pool.run(body)
            } catch let error as LogError {
                await say("the log does not answer: \(error)", &line)
            }
        }
    }

    /// Waits until the platform's own topics are folded as far as they can be: a projector that stopped, at a fact of a
    /// later release or at bytes that cannot be read, keeps nobody from reading what was known before.
    private func untilFolded() async throws {
        var line = Line()
        while true {
            try goesOn()
            let open = try await pool.run { [self] in unfolded() }
            if open.isEmpty { return }
            await say(
                "the platform's own topics are not folded: \(open.joined(separator: "; "))",
                &line
            )
        }
    }

    /// What is still to be folded before anything can be decided, in sentences.
    private func unfolded() -> [String] {
        let standing = Set(waits.filter(\.isStanding).map(\.partition))
        return seated.compactMap { seating in
            let seat = seat(of: seating)
            if seat?.stopped != nil || standing.contains(seating.partition) { return nil }
            do throws(LogError) {
                if try hasFolded(seating) { return nil }
            } catch {
                return "\(seating.partition) does not answer: \(error)"
            }
            return seat.map {
                "\(seating.projection.name) is at \(seating.partition)@\($0.progress.next)"
            }
                ?? "\(seating.projection.name) waits for \(seating.partition)"
        }
    }

    /// When something was said last.
    private struct Line {
        var due = ContinuousClock.now + .seconds(1)
    }

    /// Notes what is waited for, says it some times a minute, and lets a moment go by.
    private func say(_ why: String, _ line: inout Line) async {
        startReason.withLock { $0 = why }
        if line.due <= .now {
            notice("the start waits: \(why)")
            line.due = .now + Self.lineInterval
        }
        do {
            try await Task.sleep(for: .milliseconds(20))
        } catch {
            // Whoever cancelled it wants the end.
            beginEnding()
        }
    }

    /// Without the catalogs nothing can begin. Rows of one that are none are dropped, and the log gives them back; so are
    /// those of every catalog that another release folded otherwise, before anybody reads them.
    private func dropUnreadableCatalogs() throws(StoreError) {
        for (catalog, _) in ledgers where catalog is any Catalog {
            let known = try catalog.progress(of: 0, in: store)?.foldVersion
            guard let known, known != catalog.foldVersion else { continue }
            try drop(catalog)
        }
        for wing in wings {
            for (catalog, why) in try wing.brokenCatalogs() {
                try drop(catalog)
                notice(
                    "the rows of \(catalog.name) are broken and are folded again from the log: \(why)"
                )
            }
        }
    }

    private func drop(_ catalog: any Projection) throws(StoreError) {
        let shelf = catalog.shelf(of: 0)
        try store.removeAll(from: shelf.prefix, to: shelf.end, in: catalog.family)
    }
}
