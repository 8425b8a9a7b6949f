public import Bytes
public import Logs
internal import Synchronization

/// Reads a topic from given offsets: to where it ended when the reading began, or on and on.
public final class EventCursor: Sendable {
    private struct State {
        /// Where the reading of each partition ends.
        var open: [Partition: Offset]
        /// When silence is no longer waited out; nil: something came last time.
        var deadline: Deadline?
    }

    private let reader: any LogReader
    private let state: Mutex<State>
    public let isFollowing: Bool
    private let patience: TimeSpan

    /// Blocks.
    /// `partition`: Nil: all of them.
    /// `from`: Nil: from the first record there is; negative: so many before the end.
    /// `patience`: How long nothing may come before the end.
    public init(
        log: any Log,
        topic: String,
        partition: Int32?,
        from: Offset?,
        follow: Bool,
        patience: TimeSpan = .seconds(30)
    ) throws {
        guard let spec = try log.topics().first(where: { $0.name == topic }) else {
            throw PlatformError.unknownTopic(topic)
        }
        if let partition, !(0 ..< spec.partitions).contains(partition) {
            throw PlatformError.invalid(
                "\(topic) has no partition \(partition): the last one is \(spec.partitions - 1)"
            )
        }
        reader = try log.reader()
        isFollowing = follow
        self.patience = patience
        var open: [Partition: Offset] = [:]
        for index in partition.map({ [$0] }) ?? Array(0 ..< spec.partitions) {
            let partition = Partition(topic, index)
            let bounds = try log.bounds(of: partition)
            let start = from.map { $0 < 0 ? bounds.upperBound + $0 : $0 } ?? bounds.lowerBound
            let next = min(max(start, bounds.lowerBound), bounds.upperBound)
            guard follow || next < bounds.upperBound else { continue }
            open[partition] = bounds.upperBound
            try reader.add(partition, from: next)
        }
        state = Mutex(State(open: open))
    }

    /// The next records; empty: none just now. Nil: the end. Throws `unreachable` where nothing comes before that.
    /// Blocks for up to 50 ms.
    public func next() throws -> [RecordBatch]? {
        if !isFollowing, state.withLock({ $0.open.isEmpty }) { return nil }
        let batches = try reader.next(limit: 1_000, within: TimeSpan(microseconds: 50_000))
        guard !isFollowing else { return batches }
        return try state.withLock { state in
            let ends = state.open
            // Offsets may have gaps, so the last record before the end may never come.
            state.open = ends.filter { reader.reached($0.key) ?? .max < $0.value }
            if !batches.isEmpty || state.open.count < ends.count {
                state.deadline = nil
            } else {
                let deadline = state.deadline ?? Deadline(after: patience.microseconds)
                state.deadline = deadline
                if deadline.isOver, let (partition, end) = ends.first {
                    throw LogError.unreachable("\(partition) ends at \(end), and nothing comes")
                }
            }
            return batches.compactMap { batch in
                guard let end = ends[batch.partition] else { return nil }
                return RecordBatch(batch.partition, batch.records.filter { $0.offset < end })
            }
        }
    }

    public func close() { reader.close() }
}
