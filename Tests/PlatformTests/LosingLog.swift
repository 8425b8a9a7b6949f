import Logs
import Synchronization

/// Loses appends without a trace, and cannot tell.
final class LosingLog: Log {
    private let log: any Log
    private let left = Mutex(0)

    init(_ log: any Log) { self.log = log }

    /// The next appends that are to be lost.
    func lose(_ count: Int) { left.withLock { $0 = count } }

    func append(
        _ record: NewRecord,
        to topic: String,
        partition: Int32?,
        _ done: @escaping @Sendable (Result<Position, AppendError>) -> Void
    ) {
        let isLost = left.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if isLost {
            done(.failure(.possiblyPersisted("The record was lost on purpose.")))
        } else {
            log.append(record, to: topic, partition: partition, done)
        }
    }

    func topics() throws(LogError) -> [TopicSpec] { try log.topics() }
    func create(_ topic: TopicSpec) throws(LogError) { try log.create(topic) }
    func delete(topic: String) throws(LogError) { try log.delete(topic: topic) }
    func setStamp(_ stamp: Stamp, of topic: String) throws(LogError) {
        try log.setStamp(stamp, of: topic)
    }
    func bounds(of partition: Partition) throws(LogError) -> Range<Offset> {
        try log.bounds(of: partition)
    }
    func reader() throws(LogError) -> any LogReader { try log.reader() }
    func close() {}
}
