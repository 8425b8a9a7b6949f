internal import Synchronization
internal import Workers

/// Where compressed batches are checked: by a few threads of its own, because that takes time which neither the
/// threads of those who send nor the store's lock have. Batches of one partition stay in order.
final class Door: Sendable {
    private let lanes: [Lane]
    private let workers: Mutex<[Worker]>

    /// Batches that wait, of some of the partitions.
    private struct Line: Sendable {
        var jobs = Queue<Job>()
        /// How many of a partition are here, with the one that is looked at.
        var counts: [TopicPartition: Int] = [:]
        var isClosed = false
    }

    private struct Job: Sendable {
        let partition: TopicPartition
        let byteCount: Int
        let body: @Sendable () -> Void
    }

    /// One thread and what waits for it.
    private final class Lane: Sendable {
        let line = Mutex(Line())
        let signal = Signal()
        let byteCount = Atomic<Int>(0)

        func run() {
            while true {
                let (job, isOver) = line.withLock { ($0.jobs.popFirst(), $0.isClosed) }
                guard let job else {
                    if isOver { return }
                    signal.wait()
                    continue
                }
                job.body()
                line.withLock { line in
                    let count = line.counts[job.partition, default: 1] - 1
                    line.counts[job.partition] = count == 0 ? nil : count
                }
                byteCount.subtract(job.byteCount, ordering: .relaxed)
            }
        }
    }

    init(threads: Int) {
        let lanes = (0 ..< max(threads, 1)).map { _ in Lane() }
        self.lanes = lanes
        workers = Mutex(
            lanes.enumerated().map { number, lane in
                Worker("door-\(number)") { lane.run() }
            }
        )
    }

    /// Bytes of batches that wait here.
    var byteCount: Int { lanes.reduce(0) { $0 + $1.byteCount.load(ordering: .relaxed) } }

    /// Whether a batch that needs no check here would overtake one of its partition.
    func isOccupied(by partition: TopicPartition) -> Bool {
        lane(of: partition).line.withLock { $0.counts[partition] != nil }
    }

    /// Runs `body` on a thread of the door, behind all others of the partition.
    func enter(_ partition: TopicPartition, byteCount: Int, _ body: @escaping @Sendable () -> Void)
    {
        let lane = lane(of: partition)
        let isOpen = lane.line.withLock { line in
            guard !line.isClosed else { return false }
            line.jobs.append(Job(partition: partition, byteCount: byteCount, body: body))
            line.counts[partition, default: 0] += 1
            return true
        }
        // A closed door checks nothing any more; the store says so to whoever comes.
        guard isOpen else { return body() }
        lane.byteCount.add(byteCount, ordering: .relaxed)
        lane.signal.give()
    }

    /// Ends the threads when nothing waits.
    func close() {
        for lane in lanes {
            lane.line.withLock { $0.isClosed = true }
            lane.signal.give()
        }
        for worker in workers.withLock({ $0 }) { worker.join() }
    }

    private func lane(of partition: TopicPartition) -> Lane {
        lanes[Int(UInt(bitPattern: partition.hashValue) % UInt(lanes.count))]
    }
}
