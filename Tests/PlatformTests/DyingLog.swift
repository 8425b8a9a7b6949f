import Logs
import Synchronization

/// Another log as a process sees it that dies: after so many appends to a topic nothing is taken or answered any more.
final class DyingLog: Log {
    private let log: any Log
    private let topic: String
    private let left: Mutex<Int>

    init(_ log: any Log, after count: Int, of topic: String) {
        self.log = log
        self.topic = topic
        left = Mutex(count)
    }

    var isDead: Bool { left.withLock { $0 < 0 } }

    func append(
        _ record: NewRecord,
        to topic: String,
        partition: Int32?,
        _ done: @escaping @Sendable (Result<Position, AppendError>) -> Void
    ) {
        let isTaken = left.withLock { left in
            if topic == self.topic { left -= 1 }
            return left >= 0
        }
        if isTaken { log.append(record, to: topic, partition: partition, done) }
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
    /// The log inside outlives its clients.
    func close() {}
}
