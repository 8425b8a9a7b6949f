public import Archive
internal import Bytes
internal import Datasets
internal import Events
internal import Experiments
internal import Features
public import Logs
internal import ModelRegistry
public import Projections
internal import Records
internal import Serving
public import Store
internal import Streams
internal import Synchronization
public import Workers

/// Everything over a log, a store and a clock: the same for the server, for tests and for benchmarks.
public final class Platform: Sendable {
    public let log: any Log
    public let store: any Store
    public let clock: any WallClock
    /// For whatever blocks or scans.
    public let pool: WorkPool
    /// For what may take minutes, so that nothing else waits for it: audits, seals, trainings.
    public let longPool: WorkPool
    /// Rows of sealed datasets, and models.
    public let archive: any Archive
    let notice: @Sendable (String) -> Void
    let warning: @Sendable (String) -> Void
    let checkpoints: Checkpoints?
    let stateFailed: @Sendable (StoreError) -> Void

    let waiters = Waiters()
    let subjects = SubjectQueue()
    let views = ViewCache()
    let models = ModelCache()
    /// By the generations of the views; until something more is folded.
    let readings = EpochCache<[Digest], Reading>()
    /// Until something else is declared, promoted or deleted.
    let readyEndpoints = EpochCache<ReadyEndpoint.Key, ReadyEndpoint>()
    let servedViews = EpochCache<String, FeatureView>()
    let answerings = Mutex<[String: Answering]>([:])
    private let projectors = Mutex<Projectors?>(nil)
    let housekeeping = Mutex(Housekeeping())
    /// What readiness depends on, beside seats.
    let watched = Mutex(Watched())
    /// Held while seats are made to fit: two at once would give one projection two seats, or an endpoint two threads.
    let reconciling = Mutex(())
    private let timer = Mutex<Worker?>(nil)
    let tick = Semaphore()

    /// Two threads fold: what people and the platform itself decide waits for nobody's bulk data.
    struct Projectors {
        var control: Projector
        var data: Projector
    }

    struct Housekeeping {
        var isStopping = false
        /// Every projection that has a seat, or is to get one.
        var seated: [Seating] = []
        var lastCheck = ContinuousClock.now
        var lastAttestation = ContinuousClock.now
        var lastCheckpoint = ContinuousClock.now
        var lastBuildCheck = ContinuousClock.now
        /// Whether something was declared, promoted or deleted since seats were made to fit.
        var isChanged = false
        /// Whether that has to be tried again.
        var isSeatingFailed = false
        /// Whether a changed definition is being built beside the served one.
        var isBuilding = false
        /// What was found damaged in the state; it stays so until the next start.
        var brokenState: String?
        /// Why endpoints cannot answer whose model is damaged in the archive.
        var brokenEndpoints: [String: String] = [:]
        /// How much of each stream is refused, by its generation.
        var refusals: [Digest: RefusalWatch] = [:]
        /// Whose clock stamps the records of a stream's topic, as far as this server has looked.
        var stamps: [String: Stamp] = [:]
        /// When a partition of a stream last had a record, as far as this server saw.
        var lastRecord: [Partition: ContinuousClock.Instant] = [:]
    }

    struct Seating: Sendable {
        var projection: any Projection
        var partition: Partition
    }

    /// The column families of every kind of projection.
    public static let families = [
        StreamCatalog.family, DeadLetterLedger.family, AlertLedger.family, AttestationLedger.family,
        Intake.family, FeatureCatalog.family, FeatureFold.family, DatasetCatalog.family,
        RunLedger.family, ModelCatalog.family, EndpointCatalog.family, PredictionLedger.family,
        AnswerQueue.family,
    ]

    /// The projections whose topic decides by revision, one partition each.
    public static let control: [any Projection] = [
        StreamCatalog(), FeatureCatalog(), DatasetCatalog(), RunLedger(), ModelCatalog(),
        EndpointCatalog(),
    ]

    /// `checkpoints`: Nil: none are made.
    /// `stateFailed`: Told when the store is found broken; what is in it must not be opened again.
    /// `notice`: Gets one line about what an operator should see.
    /// `warning`: Gets one line about what an operator should do something about; nil: as `notice`.
    public init(
        log: any Log,
        store: any Store,
        archive: any Archive,
        clock: any WallClock,
        checkpoints: Checkpoints? = nil,
        stateFailed: @escaping @Sendable (StoreError) -> Void = { _ in },
        notice: @escaping @Sendable (String) -> Void = { _ in },
        warning: (@Sendable (String) -> Void)? = nil
    ) {
        self.checkpoints = checkpoints
        self.stateFailed = stateFailed
        self.archive = archive
        self.log = log
        self.store = store
        self.clock = clock
        self.notice = notice
        self.warning = warning ?? notice
        self.pool = WorkPool("platform", queueLimit: 512)
        self.longPool = WorkPool("long", queueLimit: 16)
    }

    /// Creates what is missing in the log, folds what was decided so far, and begins to fold every stream.
    /// `isRestored`: The store comes from a checkpoint, which has to be proven first.
    public func start(isRestored: Bool = false) async throws {
        for family in Self.families { try store.open(family) }
        try await pool.run { [self] in
            try settleTopics()
            if isRestored { try proveRestored() }
            try dropUnreadableCatalog()
        }
        let surroundings = Projector.Surroundings(
            folded: { [weak self] partition, records, next in self?.folded(partition, records, next)
            },
            report: { [weak self] report in self?.report(report) },
            lastAnswered: { [weak self] projection, input throws(LogError) in
                try self?.lastAnswered(projection, input) ?? -1
            }
        )
        let started = Projectors(
            control: try Projector(
                "fold-control",
                log: log,
                store: store,
                surroundings: surroundings
            ),
            data: try Projector("fold-data", log: log, store: store, surroundings: surroundings)
        )
        projectors.withLock { $0 = started }
        for (projection, partitions) in Self.own { seat(projection, partitions: partitions) }
        // A projector that stopped at a fact of a later release keeps nobody from reading what was known before it.
        guard try await settle(within: .seconds(300)) || !stopReasons.isEmpty else {
            throw PlatformError.unavailable(
                "the platform's own topics were not folded within 5 minutes: \(stopReasons.joined(separator: "; "))"
            )
        }
        try await pool.run { [self] in
            try reconcile()
            try checkEndpoints()
            try oweAll()
            try readGraveAlerts()
            try checkClockAtStart()
        }
        let thread = Worker("housekeeping") { [weak self, tick] in
            while self?.keepHouse() == true { _ = tick.wait(atMost: .milliseconds(50)) }
        }
        timer.withLock { $0 = thread }
        await endOrphanedRuns()
    }

    /// Without the catalog nothing can begin. Rows of it that are none are dropped, and the log gives them back.
    private func dropUnreadableCatalog() throws(StoreError) {
        do throws(StoreError) {
            _ = try StreamCatalog.View(store).streams()
        } catch {
            guard case .corrupt(let why) = error else { throw error }
            let shelf = StreamCatalog().shelf(of: 0)
            try store.removeAll(from: shelf.prefix, to: shelf.end, in: StreamCatalog.family)
            notice("the rows of streams are broken and are folded again from the log: \(why)")
        }
    }

    /// Ends every thread, with all rows flushed.
    public func stop() {
        housekeeping.withLock { $0.isStopping = true }
        tick.signal()
        timer.withLock { $0 }?.join()
        for answering in answerings.withLock({ $0.values.map(\.self) }) { answering.stop() }
        let ended = projectors.withLock { $0 }
        ended?.data.stop()
        ended?.control.stop()
        pool.close()
        longPool.close()
    }

    /// Whether the log says when the records of a topic came. Where it does not, nobody but their writers knows.
    public func knowsArrival(in topic: String) -> Bool {
        housekeeping.withLock { $0.stamps[topic] } == .log
    }

    /// Where every projection stands.
    public var seats: [SeatStatus] {
        let running = projectors.withLock { $0 }
        return (running?.control.seats ?? []) + (running?.data.seats ?? [])
    }

    /// Why projections do not go on; empty while all do.
    public var stopReasons: [String] {
        seats.compactMap { seat in seat.stopped.map { "\(seat.projection): \($0)" } }
    }

    /// Gives a projection a seat on each of its partitions.
    func seat(_ projection: any Projection, partitions: Int32) {
        var projection = projection
        if let fold = projection as? any Projection & CountsRecords {
            projection = fold.knowing(advances(of: fold.stream.name))
        }
        let seatings = (0 ..< partitions).map {
            Seating(projection: projection, partition: Partition(projection.topic, $0))
        }
        housekeeping.withLock { $0.seated += seatings }
        let projector = projector(of: projection)
        for seating in seatings { projector?.add(seating.projection, to: seating.partition) }
    }

    /// Ends a projection, and drops its rows.
    func unseat(_ projection: any Projection) {
        housekeeping.withLock {
            $0.seated.removeAll { $0.projection.generation == projection.generation }
        }
        projector(of: projection)?.remove(projection)
    }

    func rebuild(_ projection: any Projection, on partition: Partition) {
        projector(of: projection)?.rebuild(generation: projection.generation, on: partition)
    }

    private func projector(of projection: any Projection) -> Projector? {
        let running = projectors.withLock { $0 }
        return PlatformTopics.all.contains { $0.name == projection.topic }
            ? running?.control : running?.data
    }

    /// The one that folds streams.
    var dataProjector: Projector? { projectors.withLock { $0?.data } }

    func checkLogs() {
        let running = projectors.withLock { $0 }
        running?.control.checkLog()
        running?.data.checkLog()
    }

    /// Waits until everything that is in the log by now was folded. False when the time is over.
    public func settle(within time: Duration) async throws -> Bool {
        let deadline = ContinuousClock.now + time
        while true {
            if try await pool.run({ [self] in try isSettled() }) { return true }
            if ContinuousClock.now > deadline || !stopReasons.isEmpty { return false }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Whether every seat had folded what the log held when this was asked.
    private func isSettled() throws -> Bool {
        let seated = housekeeping.withLock { $0.seated }
        // Ends of inputs are taken before those of outputs: what a seat answers is in the log before it moves on.
        for isOutput in [false, true] {
            for seating in seated where seating.partition.topic.hasPrefix("tributary.") == isOutput
            {
                let end = try log.bounds(of: seating.partition).upperBound
                let seat = seats.first {
                    $0.partition == seating.partition
                        && $0.generation == seating.projection.generation
                }
                guard let seat, seat.progress.next >= end else { return false }
            }
        }
        return true
    }
}
