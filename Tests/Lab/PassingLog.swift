public import Logs

/// Another log, all of which is passed on but for what a test changes. It is not closed: the log inside outlives its clients.
public protocol PassingLog: Log {
    var inner: any Log { get }
}

extension PassingLog {
    public var isReachable: Bool { inner.isReachable }

    public func append(
        _ record: NewRecord,
        to topic: String,
        partition: Int32?,
        _ done: @escaping @Sendable (Result<Position, AppendError>) -> Void
    ) {
        inner.append(record, to: topic, partition: partition, done)
    }

    public func topics() throws(LogError) -> [TopicSpec] { try inner.topics() }
    public func create(_ topic: TopicSpec) throws(LogError) { try inner.create(topic) }
    public func delete(topic: String) throws(LogError) { try inner.delete(topic: topic) }
    public func setStamp(_ stamp: Stamp, of topic: String) throws(LogError) {
        try inner.setStamp(stamp, of: topic)
    }
    public func bounds(of partition: Partition) throws(LogError) -> Range<Offset> {
        try inner.bounds(of: partition)
    }
    public func reader() throws(LogError) -> any LogReader { try inner.reader() }
    public func close() {}
}
