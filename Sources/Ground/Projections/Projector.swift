public import Bytes
public import Logs
public import Store
internal import Synchronization
private import Workers

/// One thread that owns a set of partitions and the rows folded from them. Others read snapshots.
public final class Projector: Sendable {
    /// What a projector tells and asks while it works. Called on its two threads: that which folds must not be held up.
    public struct Surroundings: Sendable {
        /// A batch has landed: rows and position are to be seen.
        public var folded:
            @Sendable (_ partition: Partition, _ records: [Record], _ next: Offset) -> Void
        /// Something that somebody should know.
        public var report: @Sendable (ProjectorReport) -> Void
        /// Whether the rows of a projection may be dropped by now. Where that has to be said first, it is under way when this
        /// returns false, which is asked again.
        public var mayDrop:
            @Sendable (_ projection: any Projection, _ input: Partition, _ why: ProjectorReport)
                throws(LogError) -> Bool
        /// The rows of a projection are gone, and nothing was folded into it since.
        public var dropped: @Sendable (_ projection: any Projection, _ input: Partition) -> Void
        /// The rows of a projection, as far as there are any, come from the records of this log.
        public var begins: @Sendable (_ projection: any Projection, _ input: Partition) -> Void

        public init(
            folded: @escaping @Sendable (Partition, [Record], Offset) -> Void,
            report: @escaping @Sendable (ProjectorReport) -> Void,
            mayDrop:
                @escaping @Sendable (any Projection, Partition, ProjectorReport) throws(LogError)
                -> Bool,
            dropped: @escaping @Sendable (any Projection, Partition) -> Void = { _, _ in },
            begins: @escaping @Sendable (any Projection, Partition) -> Void = { _, _ in }
        ) {
            self.folded = folded
            self.report = report
            self.mayDrop = mayDrop
            self.dropped = dropped
            self.begins = begins
        }
    }

    enum Command {
        case add(any Projection, Partition)
        case remove(any Projection)
        case rebuild(generation: Digest, Partition)
        case takeUp(Partition)
        case tidy(Tidying)
        case raise(Barrier)
        case lower(Barrier)
        case checkLog
    }

    /// Something that is done with the rows of a seat between two of its batches.
    struct Tidying: Sendable {
        var generation: Digest
        var partition: Partition
        var body: @Sendable (any Store) throws(StoreError) -> Void
        /// Called in any case, also where there is no such seat.
        var ended: @Sendable () -> Void
    }

    struct Shared {
        var commands: [Command] = []
        var isStopping = false
        var seats: [Partition: [SeatStatus]] = [:]
        var waits: [WaitStatus] = []
    }

    let log: any Log
    let store: any Store
    let surroundings: Surroundings
    let reader: any LogReader
    let scout: Scout
    let shared = Mutex(Shared())
    /// At most this many records are folded between two looks at the commands.
    let batchLimit: Int
    private let worker = Mutex<Worker?>(nil)

    public init(
        _ name: String,
        log: any Log,
        store: any Store,
        batchLimit: Int = 32_768,
        surroundings: Surroundings
    ) throws(LogError) {
        self.log = log
        self.store = store
        self.surroundings = surroundings
        self.batchLimit = batchLimit
        self.reader = try log.reader()
        self.scout = try Scout(
            name.replacing("fold", with: "scout"),
            log: log,
            store: store,
            surroundings: surroundings,
            found: { [reader] in reader.wake() }
        )
        let thread = Worker(name) { [self] in
            var loop = ProjectorLoop(self)
            loop.run()
        }
        worker.withLock { $0 = thread }
    }

    /// Begins to fold a partition from where the rows in the store end. Families are opened by whoever opens the store.
    public func add(_ projection: any Projection, to partition: Partition) {
        send(.add(projection, partition))
    }

    /// Stops folding a projection, and drops its rows: the log has what they came from.
    public func remove(_ projection: any Projection) { send(.remove(projection)) }

    /// Drops the rows of a generation's partition, and folds them anew: a state that may be wrong is never patched.
    public func rebuild(generation: Digest, on partition: Partition) {
        send(.rebuild(generation: generation, partition))
    }

    /// Does something with the rows of a generation's partition, on the thread that folds them; nothing where nobody folds
    /// them at the moment. `ended`: Called in either case.
    public func tidy(
        generation: Digest,
        on partition: Partition,
        _ body: @escaping @Sendable (any Store) throws(StoreError) -> Void,
        ended: @escaping @Sendable () -> Void
    ) {
        send(
            .tidy(
                Tidying(generation: generation, partition: partition, body: body, ended: ended)
            )
        )
    }

    /// Reads the last folded record of every partition again: is it still the same log?
    public func checkLog() {
        shared.withLock { shared in
            // A check may take longer than the time until the next: they must not pile up before other commands.
            let isPending = shared.commands.contains {
                if case .checkLog = $0 { true } else { false }
            }
            if !isPending { shared.commands.append(.checkLog) }
        }
        reader.wake()
    }

    /// By partition and projection.
    public var seats: [SeatStatus] {
        shared.withLock { $0.seats }.values.joined().sorted {
            ($0.partition, $0.projection) < ($1.partition, $1.projection)
        }
    }

    /// Those of one partition.
    public func seats(on partition: Partition) -> [SeatStatus] {
        shared.withLock { $0.seats[partition] ?? [] }
    }

    /// Those who have no seat yet, because their partition is not there or does not answer.
    public var waits: [WaitStatus] { shared.withLock { $0.waits } }

    /// Tells the threads to end, and does not wait for it.
    public func beginStopping() {
        shared.withLock { $0.isStopping = true }
        scout.beginClosing()
        reader.wake()
    }

    /// Ends the threads after the batch under way, with everything flushed.
    public func stop() {
        beginStopping()
        let thread = worker.withLock { worker in
            defer { worker = nil }
            return worker
        }
        thread?.join()
    }

    func send(_ command: Command) {
        shared.withLock { $0.commands.append(command) }
        reader.wake()
    }
}

/// What somebody should know about a projection.
public enum ProjectorReport: Sendable, Hashable {
    /// The log is not the one that was folded: rows are dropped and built anew.
    case logChanged(projection: String, partition: Partition, why: String)
    /// Records went away before they were folded.
    case recordsLost(projection: String, partition: Partition, from: Offset, to: Offset)
    case topicMissing(projection: String, partition: Partition)
    /// A fact that binds these records came to be known after they were folded: rows are built anew.
    case toldTooLate(projection: String, partition: Partition)
    /// Its rows are none that a fold has written: they are dropped and built anew.
    case rowsBroken(projection: String, partition: Partition, why: String)
    /// It cannot begin, and tries again until it can; said once for each reason.
    case waiting(projection: String, partition: Partition, why: String)
    case stopped(projection: String, partition: Partition, why: String)
    /// Its rows are dropped and folded anew, because somebody asked for that.
    case rebuilding(projection: String, partition: Partition)
    case storeFailed(projection: String, partition: Partition, StoreError)
}
