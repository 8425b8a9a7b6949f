public import Bytes
internal import Events
internal import Logs
internal import Projections
public import Records
public import Store
internal import Streams
internal import Synchronization
internal import Workers

/// What is done by the clock. Every decision of it that matters is written into the log.
extension Platform {
    private static var checkInterval: Duration { .seconds(5) }
    private static var attestationInterval: Duration { .seconds(60) }

    private static var checkpointInterval: Duration { .seconds(600) }
    private static var buildInterval: Duration { .milliseconds(200) }

    private struct Due {
        var check: Bool
        var attest: Bool
        var checkpoint: Bool
        var build: Bool
        var seats: Bool
    }

    /// One look at everything that is due. False: the platform stops.
    func keepHouse() -> Bool {
        waiters.expire()
        let now = ContinuousClock.now
        let due = housekeeping.withLock { state in
            guard !state.isStopping else { return nil as Due? }
            let due = Due(
                check: now - state.lastCheck > Self.checkInterval,
                attest: now - state.lastAttestation > Self.attestationInterval,
                checkpoint: now - state.lastCheckpoint > Self.checkpointInterval,
                build: state.isBuilding && now - state.lastBuildCheck > Self.buildInterval,
                seats: state.isChanged
                    || state.isSeatingFailed
                        && now - state.lastCheck > Self.checkInterval
            )
            if due.seats { (state.isChanged, state.isSeatingFailed) = (false, false) }
            if due.check { state.lastCheck = now }
            if due.attest { state.lastAttestation = now }
            if due.checkpoint { state.lastCheckpoint = now }
            if due.build { state.lastBuildCheck = now }
            return due
        }
        guard let due else { return false }
        if due.seats {
            do {
                try reconcile()
                try checkEndpoints()
            } catch {
                if !stopFlag.isRaised { notice("making seats fit what is declared: \(error)") }
                housekeeping.withLock { $0.isSeatingFailed = true }
            }
        }
        attempt("looking how far rows are folded") { try settleDebts() }
        attempt("reading which alerts are open") { try readGraveAlerts() }
        attempt("looking whether the disk has room") { try checkRoom() }
        if due.check { checkClock() }
        // Whoever asks a log that is away waits for each answer.
        func ask(_ what: String, _ body: () throws -> Void) {
            if log.isReachable { attempt(what, body) }
        }
        if due.check {
            ask("looking at the log") {
                checkLogs()
                try checkTopics()
            }
            // Whoever makes seats fit has just looked.
            if !due.seats { ask("looking at the topics of streams") { try lookAtTopics() } }
            ask("looking at the archive") { try checkArchive() }
            ask("looking for silent partitions") { try advanceIdle(now) }
            ask("looking how much is refused") { try watchRefusals(now) }
            ask("looking what has come back") { try resolveWaits() }
            ask("looking at endpoints") { try checkEndpoints() }
        }
        if due.build { ask("serving changed definitions") { try switchBuilt() } }
        if due.attest { ask("attesting") { try attestAll() } }
        if due.checkpoint { ask("making a checkpoint") { try makeCheckpoint() } }
        return true
    }

    /// Does one thing of many. That it fails keeps nobody from the others, and is said once for each reason.
    private func attempt(_ what: String, _ body: () throws -> Void) {
        do {
            try body()
            housekeeping.withLock { $0.failed[what] = nil }
        } catch {
            let former = housekeeping.withLock { $0.failed.updateValue("\(error)", forKey: what) }
            if former != "\(error)", !stopFlag.isRaised { notice("\(what): \(error)") }
        }
    }

    /// A partition that is silent for longer than its stream's `idle` holds nobody up: its watermark becomes the
    /// greatest of the stream's other partitions.
    func advanceIdle(_ now: ContinuousClock.Instant) throws {
        let catalog = StreamCatalog.View(store)
        for entry in try catalog.streams() {
            guard let stream = entry.served.definition, let idle = stream.idle,
                stream.partitions > 1
            else { continue }
            let watermarks = try watermarks(of: stream, in: store)
            guard let greatest = watermarks.compactMap(\.self).max() else { continue }
            for (partition, watermark) in watermarks.enumerated()
            where watermark ?? .distantPast < greatest {
                let seen = housekeeping.withLock { state in
                    state.lastRecord[Partition(stream.topic, Int32(partition))]
                        ?? {
                            state.lastRecord[Partition(stream.topic, Int32(partition))] = now
                            return now
                        }()
                }
                guard now - seen > .microseconds(idle.microseconds) else { continue }
                sayIdle(stream.name, Partition(stream.topic, Int32(partition)), until: greatest)
            }
        }
    }

    /// Says it once: a next look says nothing of a partition while it is being said.
    private func sayIdle(_ stream: String, _ partition: Partition, until watermark: Instant) {
        guard housekeeping.withLock({ $0.advancing.insert(partition).inserted }) else { return }
        Task { [self] in
            do {
                _ = try await advance(
                    stream,
                    partition: partition.index,
                    to: watermark,
                    cause: .idle,
                    for: Caller(actor: Self.ownName, route: "idle")
                )
            } catch {
                notice(
                    "the watermark of \(stream)/\(partition.index) could not be advanced: \(error)"
                )
            }
            housekeeping.withLock { _ = $0.advancing.remove(partition) }
        }
    }

    /// The watermark of each partition: what its records say, or an `advanced` fact if that is later and they were all
    /// folded.
    public func watermarks(
        of stream: StreamDefinition,
        in reader: any StoreReader
    ) throws -> [Instant?] {
        let catalog = StreamCatalog.View(reader)
        let intake = Intake(stream)
        return try (0 ..< stream.partitions).map { partition in
            try catalog.watermark(
                of: stream,
                partition: partition,
                try Admission.summary(in: intake.rows(of: partition, in: reader)),
                at: try intake.progress(of: partition, in: reader)
            )
        }
    }
}
