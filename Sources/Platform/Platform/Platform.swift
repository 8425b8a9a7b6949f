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
    /// For reading the files of resources that somebody sends.
    public let filePool: WorkPool
    /// Rows of sealed datasets, and models.
    public let archive: any Archive
    let notice: @Sendable (String) -> Void
    let warning: @Sendable (String) -> Void
    let checkpoints: Checkpoints?
    /// Whether the log is ours alone, so that topics which others made may be set as we need them.
    let ownsLog: Bool
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
    let projectors = Mutex<Projectors?>(nil)
    /// Raised when the platform is to end, some time before `stop` at best.
    let stopFlag = StopFlag()
    /// What the start waits for; nil when it is over.
    let startReason = Mutex<String?>("the server is starting")
    let housekeeping = Mutex(Housekeeping())
    /// What is being said about answers that begin anew, before rows are dropped.
    let restarts = Mutex<[Restarted: Restart]>([:])
    /// What readiness depends on, beside seats.
    let watched = Mutex(Watched())
    /// Held while seats are made to fit: two at once would give one projection two seats, or an endpoint two threads.
    let reconciling = Mutex(())
    let timer = Mutex<Worker?>(nil)
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
        /// Streams whose topic cannot be had, or is not as they say.
        var unfit: [String: Unfit] = [:]
        /// What was found damaged in the state; it stays so until the next start.
        var brokenState: String?
        /// Why endpoints cannot answer whose model is damaged in the archive.
        var brokenEndpoints: [String: String] = [:]
        /// How much of each stream is refused, by its generation.
        var refusals: [Digest: RefusalWatch] = [:]
        /// Whose clock stamps the records of a stream's topic, as far as this server has looked.
        var stamps: [String: Stamp] = [:]
        /// Topics of streams of which the log said that it would not stamp them; asked again at the next start.
        var unstampable: Set<String> = []
        /// What could not be done by the clock the last time, and why.
        var failed: [String: String] = [:]
        /// Silent partitions of which it is being said how far they are complete.
        var advancing: Set<Partition> = []
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
    /// `ownsLog`: Whether the topics of streams are nobody else's: their records are stamped by the log from then on.
    /// `stateFailed`: Told when the store is found broken; what is in it must not be opened again.
    /// `notice`: Gets one line about what an operator should see.
    /// `warning`: Gets one line about what an operator should do something about; nil: as `notice`.
    public init(
        log: any Log,
        store: any Store,
        archive: any Archive,
        clock: any WallClock,
        checkpoints: Checkpoints? = nil,
        ownsLog: Bool = true,
        stateFailed: @escaping @Sendable (StoreError) -> Void = { _ in },
        notice: @escaping @Sendable (String) -> Void = { _ in },
        warning: (@Sendable (String) -> Void)? = nil
    ) {
        self.checkpoints = checkpoints
        self.ownsLog = ownsLog
        self.stateFailed = stateFailed
        self.archive = archive
        self.log = log
        self.store = store
        self.clock = clock
        self.notice = notice
        self.warning = warning ?? notice
        self.pool = WorkPool("platform", queueLimit: 512)
        self.longPool = WorkPool("long", queueLimit: 16)
        self.filePool = WorkPool("files", threads: 1, queueLimit: 16)
    }

    /// Tells the operator what somebody should do something about.
    public func warn(_ line: String) { warning(line) }

    /// Whether the log says when the records of a topic came. Where it does not, nobody but their writers knows.
    public func knowsArrival(in topic: String) -> Bool {
        housekeeping.withLock { $0.stamps[topic] } == .log
    }

    /// Where every projection stands.
    public var seats: [SeatStatus] {
        let running = projectors.withLock { $0 }
        return (running?.control.seats ?? []) + (running?.data.seats ?? [])
    }

    /// Projections that have no seat yet on a partition.
    var waits: [WaitStatus] {
        let running = projectors.withLock { $0 }
        return (running?.control.waits ?? []) + (running?.data.waits ?? [])
    }

    /// Why projections do not go on; empty while all do.
    public var stopReasons: [String] { stopReasons() }

    /// The same of those that fold one of some topics; nil: of any.
    func stopReasons(of topics: Set<String>? = nil) -> [String] {
        let stopped = seats.compactMap { seat in
            seat.stopped.map { (seat.partition, "\(seat.projection): \($0)") }
        }
        let standing = waits.filter(\.isStanding).map {
            ($0.partition, "\($0.projection): \($0.why)")
        }
        let unfit = housekeeping.withLock { $0.unfit }.sorted { $0.key < $1.key }
            .filter { topics?.contains($0.value.topic) ?? true }
            .map { "the stream \($0.key) cannot have its topic: \($0.value.why)" }
        return (stopped + standing).filter { topics?.contains($0.0.topic) ?? true }.map(\.1)
            + unfit
    }

    /// Gives a projection a seat on each of its partitions where it has none: a stream may get more of them.
    func seat(_ projection: any Projection, partitions: Int32) {
        var projection = projection
        if let fold = projection as? any Projection & CountsRecords {
            projection = fold.knowing(advances(of: fold.stream.name))
        }
        let generation = projection.generation
        let seatings = housekeeping.withLock { state in
            let taken = Set(
                state.seated.filter { $0.projection.generation == generation }.map(\.partition)
            )
            let free = (0 ..< partitions).map { Partition(projection.topic, $0) }
                .filter { !taken.contains($0) }
                .map { Seating(projection: projection, partition: $0) }
            state.seated += free
            return free
        }
        let projector = projector(of: projection)
        for seating in seatings { projector?.add(seating.projection, to: seating.partition) }
    }

    /// Ends a projection, and drops its rows.
    func unseat(_ projection: any Projection) {
        housekeeping.withLock {
            $0.seated.removeAll { $0.projection.generation == projection.generation }
        }
        restarts.withLock { restarts in
            restarts = restarts.filter { $0.key.generation != projection.generation }
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

    /// Waits until everything that is in the log by now was folded, or everything of some topics and of the platform's own.
    /// False when the time is over, or when it stands still.
    public func settle(within time: Duration, of topics: Set<String>? = nil) async throws -> Bool {
        let deadline = ContinuousClock.now + time
        let mine = topics.map { $0.union(PlatformTopics.all.map(\.name)) }
        while true {
            try goesOn()
            if try await pool.run({ [self] in try isSettled(mine) }) { return true }
            if ContinuousClock.now > deadline || !stopReasons(of: mine).isEmpty { return false }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Whether every seat had folded what the log held when this was asked.
    private func isSettled(_ topics: Set<String>?) throws -> Bool {
        let seated = housekeeping.withLock { $0.seated }.filter {
            topics?.contains($0.partition.topic) ?? true
        }
        // Ends of inputs are taken before those of outputs: what a seat answers is in the log before it moves on.
        for isOutput in [false, true] {
            for seating in seated where seating.partition.topic.hasPrefix("tributary.") == isOutput
            {
                try goesOn()
                guard try hasFolded(seating) else { return false }
            }
        }
        // What lies in partitions that no seat has was not folded.
        try lookAtTopics()
        return housekeeping.withLock { $0.unfit }.values
            .allSatisfy { !(topics?.contains($0.topic) ?? true) }
    }

    /// Whether what a partition holds by now was folded.
    func hasFolded(_ seating: Seating) throws(LogError) -> Bool {
        let end = try log.bounds(of: seating.partition).upperBound
        let seat = seat(of: seating)
        return seat.map { $0.progress.next >= end } ?? false
    }

    func seat(of seating: Seating) -> SeatStatus? {
        seats.first {
            $0.partition == seating.partition && $0.generation == seating.projection.generation
        }
    }
}
