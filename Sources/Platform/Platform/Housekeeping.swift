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
        do {
            if due.seats {
                try reconcile()
                try checkEndpoints()
            }
        } catch {
            if !stopFlag.isRaised { notice("making seats fit what is declared: \(error)") }
            housekeeping.withLock { $0.isSeatingFailed = true }
        }
        do {
            try settleDebts()
            try readGraveAlerts()
            try checkRoom()
            if due.check { checkClock() }
        } catch {
            notice("looking whether all is well: \(error)")
        }
        // Whoever asks a log that is away waits for each answer.
        guard log.isReachable else { return true }
        do {
            if due.check {
                checkLogs()
                try checkTopics()
                try checkArchive()
                try advanceIdle(now)
                try watchRefusals(now)
                try resolveWaits()
                try checkEndpoints()
            }
            if due.build { try switchBuilt() }
            if due.attest { try attestAll() }
            if due.checkpoint { try makeCheckpoint() }
        } catch {
            if !stopFlag.isRaised { notice("housekeeping: \(error)") }
        }
        return true
    }

    /// A partition that is silent for longer than its stream's `idle` holds nobody up: its watermark becomes the
    /// greatest of the stream's other partitions.
    func advanceIdle(_ now: ContinuousClock.Instant) throws {
        let catalog = StreamCatalog.View(store)
        for entry in try catalog.streams() {
            let stream = entry.definition
            guard let idle = stream.idle, stream.partitions > 1 else { continue }
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
                let name = stream.name
                Task { [self] in
                    do {
                        _ = try await advance(
                            name,
                            partition: Int32(partition),
                            to: greatest,
                            cause: .idle,
                            for: Caller(actor: Self.ownName, route: "idle")
                        )
                    } catch {
                        notice(
                            "the watermark of \(name)/\(partition) could not be advanced: \(error)"
                        )
                    }
                }
            }
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
