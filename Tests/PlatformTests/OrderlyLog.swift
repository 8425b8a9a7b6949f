import Logs
import Synchronization

/// Another log, which takes nothing on a topic, or creates and changes none, as long as a test says so.
final class OrderlyLog: Log {
    private let log: any Log
    private let refused = Mutex<(topic: String?, topics: Bool)>((nil, false))

    init(_ log: any Log) { self.log = log }

    func refuses(_ topic: String) { refused.withLock { $0.topic = topic } }
    func refusesTopics(_ refuses: Bool) { refused.withLock { $0.topics = refuses } }

    func append(
        _ record: NewRecord,
        to topic: String,
        partition: Int32?,
        _ done: @escaping @Sendable (Result<Position, AppendError>) -> Void
    ) {
        guard refused.withLock({ $0.topic }) != topic else {
            return done(.failure(.notPersisted("The record was refused on purpose.")))
        }
        log.append(record, to: topic, partition: partition, done)
    }

    func create(_ topic: TopicSpec) throws(LogError) {
        guard !refused.withLock({ $0.topics }) else {
            throw .refused("The topic was refused on purpose.")
        }
        try log.create(topic)
    }

    func topics() throws(LogError) -> [TopicSpec] { try log.topics() }
    func delete(topic: String) throws(LogError) { try log.delete(topic: topic) }
    func setStamp(_ stamp: Stamp, of topic: String) throws(LogError) {
        guard !refused.withLock({ $0.topics }) else {
            throw .refused("The setting was refused on purpose.")
        }
        try log.setStamp(stamp, of: topic)
    }
    func bounds(of partition: Partition) throws(LogError) -> Range<Offset> {
        try log.bounds(of: partition)
    }
    func reader() throws(LogError) -> any LogReader { try log.reader() }
    func close() {}
}
