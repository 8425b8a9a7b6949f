internal import Bytes
public import Logs
internal import Synchronization

/// Reads a topic from given offsets: to where it ended when the reading began, or on and on.
public final class EventCursor: Sendable {
    private struct State {
        /// The next offset of each partition, and where its reading ends.
        var open: [Partition: (next: Offset, end: Offset)]
        var silence = 0
    }

    private let reader: any LogReader
    private let state: Mutex<State>
    public let isFollowing: Bool

    /// Blocks.
    /// `partition`: Nil: all of them.
    /// `from`: Nil: from the first record there is; negative: so many before the end.
    public init(log: any Log, topic: String, partition: Int32?, from: Offset?, follow: Bool) throws
    {
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
        var open: [Partition: (Offset, Offset)] = [:]
        for index in partition.map({ [$0] }) ?? Array(0 ..< spec.partitions) {
            let partition = Partition(topic, index)
            let bounds = try log.bounds(of: partition)
            let start = from.map { $0 < 0 ? bounds.upperBound + $0 : $0 } ?? bounds.lowerBound
            let next = min(max(start, bounds.lowerBound), bounds.upperBound)
            guard follow || next < bounds.upperBound else { continue }
            open[partition] = (next, bounds.upperBound)
            try reader.add(partition, from: next)
        }
        state = Mutex(State(open: open))
    }

    /// The next records; empty: none just now. Nil: the end. Blocks for up to 50 ms.
    public func next() throws -> [RecordBatch]? {
        if !isFollowing, state.withLock({ $0.open.isEmpty }) { return nil }
        let batches = try reader.next(limit: 1_000, within: TimeSpan(microseconds: 50_000))
        return state.withLock { state in
            // Offsets may have gaps, so the last record before the end may never come.
            state.silence = batches.isEmpty ? state.silence + 1 : 0
            if state.silence > 40, !isFollowing { return nil }
            guard !isFollowing else { return batches }
            return batches.compactMap { batch in
                guard let range = state.open[batch.partition] else { return nil }
                if let last = batch.records.last, last.offset + 1 >= range.end {
                    state.open[batch.partition] = nil
                }
                return RecordBatch(batch.partition, batch.records.filter { $0.offset < range.end })
            }
        }
    }

    public func close() { reader.close() }
}
