public import Bytes
public import Events
public import Logs
public import Projections
public import Store
internal import Synchronization
public import Workers

/// What folds a log into a store, decides on what was folded, and looks after both. What there is to be folded and
/// decided is its wings' to say.
public final class Engine: Sendable {
    public let log: any Log
    public let store: any Store
    public let clock: any WallClock
    /// For whatever blocks or scans.
    public let pool = WorkPool("platform", queueLimit: 512)
    /// For what may take minutes, so that nothing else waits for it: audits, seals, trainings.
    public let longPool = WorkPool("long", queueLimit: 16)
    /// For reading the files of resources that somebody sends.
    public let filePool = WorkPool("files", threads: 1, queueLimit: 16)
    /// Tells the operator what somebody should see.
    public let notice: @Sendable (String) -> Void
    /// Tells the operator what somebody should do something about.
    public let warn: @Sendable (String) -> Void
    /// Whether the log is ours alone, so that topics which others made may be set as we need them.
    public let ownsLog: Bool
    let stateFailed: @Sendable (StoreError) -> Void

    public let waiters = Waiters()
    let subjects = SubjectQueue()
    let reactors = Reactors(2)
    private let projectors = Mutex<Projectors?>(nil)
    /// Raised when the platform is to end, some time before `stop` at best.
    let stopFlag = StopFlag()
    /// What the start waits for; nil when it is over.
    let startReason = Mutex<String?>("the server is starting")
    let seating = Mutex(SeatingState())
    let chores = Mutex(Chores())
    /// What readiness depends on, beside seats.
    let watched = Mutex(Watched())
    let timers = Mutex<[Worker]>([])
    /// Signalled where seats may change, and at the end.
    let tick = Semaphore()
    /// Signalled at the end, for the other threads that look at what is due.
    let ends = [Semaphore(), Semaphore()]
    private let parts = Mutex<[any Wing]>([])

    /// Two threads fold: what people and the platform itself decide waits for nobody's bulk data.
    struct Projectors {
        var control: Projector
        var data: Projector
    }

    struct SeatingState {
        var isStopping = false
        /// Every projection that has a seat, or is to get one, by its generation.
        var seated: [Digest: [Seating]] = [:]
        /// Whether something was declared, promoted or deleted since seats were made to fit.
        var isChanged = false
        /// When that is tried again, because it failed.
        var retryAt: ContinuousClock.Instant?
        /// What many facts bring about one after the other is done together: no more than part of the time goes into it.
        var nextFit = ContinuousClock.now
        /// What was found damaged in the state; it stays so until the next start.
        var brokenState: String?
    }

    /// A projection on one partition.
    public struct Seating: Sendable {
        public var projection: any Projection
        public var partition: Partition
    }

    /// `ownsLog`: Whether the topics of streams are nobody else's: their records are stamped by the log from then on.
    /// `stateFailed`: Told when the store is found broken; what is in it must not be opened again.
    /// `notice`: Gets one line about what an operator should see.
    /// `warning`: Gets one line about what an operator should do something about; nil: as `notice`.
    public init(
        log: any Log,
        store: any Store,
        clock: any WallClock,
        ownsLog: Bool = true,
        stateFailed: @escaping @Sendable (StoreError) -> Void = { _ in },
        notice: @escaping @Sendable (String) -> Void = { _ in },
        warning: (@Sendable (String) -> Void)? = nil
    ) {
        self.ownsLog = ownsLog
        self.stateFailed = stateFailed
        self.log = log
        self.store = store
        self.clock = clock
        self.notice = notice
        self.warn = warning ?? notice
    }

    /// The parts of the platform, from the start to the end.
    public var wings: [any Wing] { parts.withLock { $0 } }
    func set(_ wings: [any Wing]) { parts.withLock { $0 = wings } }

    /// What the platform's own topics hold, those of wings too.
    public var events: [any PlatformEvent.Type] { PlatformTopics.events + wings.flatMap(\.events) }
    /// The platform's own topics.
    public var topics: [TopicSpec] { events.map { $0.topic } }

    /// All that has its seats from the start on.
    public var ledgers: [Folding] {
        wings.flatMap(\.ledgers) + [(AlertLedger(), AlertEvent.topic.partitions)]
    }

    /// The column families of all projections.
    public var families: [Family] {
        ledgers.map(\.projection.family) + wings.flatMap(\.families)
    }

    /// Where every projection stands.
    public var seats: [SeatStatus] {
        let running = projectors.withLock { $0 }
        return (running?.control.seats ?? []) + (running?.data.seats ?? [])
    }

    /// Where the projections of one partition stand.
    public func seats(on partition: Partition) -> [SeatStatus] {
        let running = projectors.withLock { $0 }
        return (running?.control.seats(on: partition) ?? [])
            + (running?.data.seats(on: partition) ?? [])
    }

    /// Projections that have no seat yet on a partition.
    var waits: [WaitStatus] {
        let running = projectors.withLock { $0 }
        return (running?.control.waits ?? []) + (running?.data.waits ?? [])
    }

    /// Every projection that has a seat, or is to get one, by partition and name.
    public var seated: [Seating] {
        seating.withLock { $0.seated }.values.joined()
            .sorted { ($0.partition, $0.projection.name) < ($1.partition, $1.projection.name) }
    }

    /// Every projection of a kind that has a seat, or is to get one.
    public func seated<Kind: Projection>(_ kind: Kind.Type) -> [Kind] {
        seating.withLock { $0.seated }.values.compactMap { $0.first?.projection as? Kind }
            .sorted { $0.generation.bytes.lexicographicallyPrecedes($1.generation.bytes) }
    }

    /// Why projections do not go on; empty while all do.
    public var stopReasons: [String] { stopReasons() }

    /// The same of those that fold one of some topics; nil: of any.
    public func stopReasons(of topics: Set<String>? = nil) -> [String] {
        let stopped = seats.compactMap { seat in
            seat.stopped.map { (seat.partition, "\(seat.projection): \($0)") }
        }
        let standing = waits.filter(\.isStanding).map {
            ($0.partition, "\($0.projection): \($0.why)")
        }
        return (stopped + standing).filter { topics?.contains($0.0.topic) ?? true }.map(\.1)
            + stoppedReactors(of: topics) + wings.flatMap { $0.faults(of: topics) }
    }

    /// Whether a generation has all the seats that it is to have.
    public func hasSeats(_ generation: Digest, partitions: Int32) -> Bool {
        seating.withLock { $0.seated[generation]?.count ?? 0 } >= Int(partitions)
    }

    /// Gives a projection a seat on each of its partitions where it has none: a stream may get more of them.
    public func seat(_ projection: any Projection, partitions: Int32) {
        let projection = wings.reduce(projection) { $1.prepared($0) }
        let generation = projection.generation
        let seatings = seating.withLock { state in
            let taken = Set(state.seated[generation, default: []].map(\.partition))
            let free = (0 ..< partitions).map { Partition(projection.topic, $0) }
                .filter { !taken.contains($0) }
                .map { Seating(projection: projection, partition: $0) }
            state.seated[generation, default: []] += free
            return free
        }
        let projector = projector(of: projection)
        for seating in seatings { projector?.add(seating.projection, to: seating.partition) }
    }

    /// A projection for whoever folds again what stands in a snapshot.
    public func prepared(
        _ projection: any Projection,
        in reader: any StoreReader
    ) throws(StoreError) -> any Projection {
        var projection = projection
        for wing in wings { projection = try wing.prepared(projection, in: reader) }
        return projection
    }

    /// Ends a projection, and drops its rows.
    public func unseat(_ projection: any Projection) {
        seating.withLock {
            _ = $0.seated.removeValue(forKey: projection.generation)
        }
        projector(of: projection)?.remove(projection)
    }

    /// Drops the rows of a projection, and folds them anew.
    public func rebuild(_ projection: any Projection, on partition: Partition) {
        projector(of: projection)?.rebuild(generation: projection.generation, on: partition)
    }

    /// Has a reactor answer whatever waits in its queue, until `unreact`.
    /// `key`: Of all that it is made of; no two at once have one.
    public func react(_ reactor: any Reactor, as key: String) {
        reactors.add(reactor, as: key, of: self)
    }

    /// Ends a reactor: when this returns, it sends nothing any more.
    public func unreact(_ key: String) { reactors.remove(key) }

    /// Does something with the rows of a projection, on the thread that folds them.
    func tidy(
        _ projection: any Projection,
        on partition: Partition,
        _ body: @escaping @Sendable (any Store) throws(StoreError) -> Void,
        ended: @escaping @Sendable () -> Void
    ) {
        guard let projector = projector(of: projection) else { return ended() }
        projector.tidy(generation: projection.generation, on: partition, body, ended: ended)
    }

    private func projector(of projection: any Projection) -> Projector? {
        let running = projectors.withLock { $0 }
        return isOwn(projection.topic) && !(projection is any Outbox)
            ? running?.control : running?.data
    }

    func isOwn(_ topic: String) -> Bool { topics.contains { $0.name == topic } }

    /// The one that folds streams.
    public var dataProjector: Projector? { projectors.withLock { $0?.data } }

    func run(_ started: Projectors) { projectors.withLock { $0 = started } }
    var running: Projectors? { projectors.withLock { $0 } }

    func checkLogs() {
        running?.control.checkLog()
        running?.data.checkLog()
    }

    /// Something was declared, promoted or deleted: seats are made to fit that soon.
    public func seatsMayChange() {
        seating.withLock { $0.isChanged = true }
        tick.signal()
    }

    /// Makes seats fit what was decided just now. That is in the log: what fails here is tried again by the clock, and is no
    /// answer to whoever asked for the fact.
    public func fitSeats() async {
        do {
            try await pool.run { [self] in try fit() }
        } catch {
            notice("making seats fit what was decided, which is tried again: \(error)")
            seatsMayChange()
        }
    }

    func fit() throws {
        for wing in wings { try wing.fit() }
    }

    /// Waits until everything that is in the log by now was folded, or everything of some topics and of the platform's own.
    /// False when the time is over, or when it stands still.
    public func settle(within time: Duration, of topics: Set<String>? = nil) async throws -> Bool {
        let deadline = ContinuousClock.now + time
        let mine = topics.map { $0.union(self.topics.map(\.name)) }
        while true {
            try goesOn()
            if try await pool.run({ [self] in try isSettled(mine) }) { return true }
            if ContinuousClock.now > deadline || !stopReasons(of: mine).isEmpty { return false }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Whether every seat had folded what the log held when this was asked, with what was answered to that at once.
    private func isSettled(_ topics: Set<String>?) throws -> Bool {
        let seated = seated.filter { topics?.contains($0.partition.topic) ?? true }
        let partitions = Dictionary(grouping: seated, by: \.partition).sorted { $0.key < $1.key }
        // Ends of inputs are taken before those of outputs: what is answered at once is in the log by then.
        for isOutput in [false, true] {
            for (partition, seated) in partitions
            where partition.topic.hasPrefix("tributary.") == isOutput {
                try goesOn()
                let end = try log.bounds(of: partition).upperBound
                guard seated.allSatisfy({ hasFolded($0, below: end) }) else { return false }
            }
            guard try areAnswered(topics) else { return false }
        }
        // What lies in partitions that no seat has was not folded.
        for wing in wings { try wing.look() }
        return wings.allSatisfy { $0.faults(of: topics).isEmpty }
    }

    /// Whether what a partition holds by now was folded.
    func hasFolded(_ seating: Seating) throws(LogError) -> Bool {
        hasFolded(seating, below: try log.bounds(of: seating.partition).upperBound)
    }

    private func hasFolded(_ seating: Seating, below end: Offset) -> Bool {
        seat(of: seating).map { $0.progress.next >= end } ?? false
    }

    func seat(of seating: Seating) -> SeatStatus? {
        seats(on: seating.partition).first { $0.generation == seating.projection.generation }
    }
}
