public import Bytes

/// How long a topic keeps its records.
public enum Retention: Sendable, Hashable {
    case forever
    /// Only the newest record of each key.
    case latestPerKey
    case span(TimeSpan)
}

/// Whose clock gives the records of a topic their timestamps: Kafka's CreateTime and LogAppendTime.
public enum Stamp: Sendable, Hashable {
    case writer, log
}

/// What a new topic is to be.
public struct TopicSpec: Sendable, Hashable {
    /// What our own topics take at most: a dead letter holds the whole of a record that was refused.
    public static let longestRecordBytes: Int32 = 32 << 20

    public var name: String
    public var partitions: Int32
    public var retention: Retention
    public var stamp: Stamp

    public init(
        _ name: String,
        partitions: Int32,
        retention: Retention = .forever,
        stamp: Stamp = .writer
    ) {
        self.name = name
        self.partitions = partitions
        self.retention = retention
        self.stamp = stamp
    }
}

/// What went wrong between us and the log.
public enum LogError: Error, Sendable, Hashable {
    /// No answer, or no connection: worth asking again.
    case unreachable(String)
    case unknownTopic(String)
    case unknownPartition(Partition)
    case topicExists(String)
    /// The offset asked for is not there (any more): retention, deletion, or another log.
    case offsetOutOfRange(Position, available: Range<Offset>)
    /// The partition cannot be read there, or at some record after it: bytes that are none of Kafka's, or that we are not
    /// given. Its other records, and all other partitions, can.
    case corrupt(Position, String)
    case refused(String)
}

/// Why an append was not acknowledged.
public enum AppendError: Error, Sendable, Hashable {
    /// It is certain that nothing was written.
    case notPersisted(String)
    /// As `notPersisted`, and it would be so again: the record is too large, or the log takes none from us there.
    case refused(String)
    /// It may or may not be in the log; only a look at the log tells.
    case possiblyPersisted(String)
}

/// A log of topics, as Kafka has it. Calls block and belong on threads of their own, except `append`.
public protocol Log: Sendable {
    /// Every topic that exists, with what it keeps.
    func topics() throws(LogError) -> [TopicSpec]
    /// Throws `topicExists` where there is one of that name.
    func create(_ topic: TopicSpec) throws(LogError)
    func delete(topic: String) throws(LogError)
    /// Says whose clock stamps the records that come from now on; those that are there stay as they are.
    func setStamp(_ stamp: Stamp, of topic: String) throws(LogError)
    /// First offset still there, and the offset that the next record will have.
    func bounds(of partition: Partition) throws(LogError) -> Range<Offset>
    /// A reader of no partition yet. Each belongs to one thread.
    func reader() throws(LogError) -> any LogReader
    /// A reader for single records here and there (`record(at:of:)`): it fetches little, and waits for nothing.
    func probe() throws(LogError) -> any LogReader
    /// Appends and calls back once: with the position, or why there is none. The callback runs on a thread of the
    /// log and must be quick. Appends to one partition by one caller keep their order.
    /// `partition`: Nil lets the key decide (`murmur2_random`, as Java's).
    func append(
        _ record: NewRecord,
        to topic: String,
        partition: Int32?,
        _ done: @escaping @Sendable (Result<Position, AppendError>) -> Void
    )
    /// Whether the log answers, as far as is known by now: one that went away is known of within seconds.
    var isReachable: Bool { get }
    /// Ends threads and connections. Appends under way are answered first, up to two seconds.
    func close()
}

extension Log {
    public func probe() throws(LogError) -> any LogReader { try reader() }
    public var isReachable: Bool { true }

    /// Appends and waits for the answer.
    public func append(
        _ record: NewRecord,
        to topic: String,
        partition: Int32? = nil
    ) async throws(AppendError) -> Position {
        let result = await withCheckedContinuation { continuation in
            append(record, to: topic, partition: partition) { continuation.resume(returning: $0) }
        }
        return try result.get()
    }
}

/// Reads several partitions, each from where it was told to begin. Not for sharing between threads,
/// except `wake`.
public protocol LogReader: AnyObject, Sendable {
    /// Begins to read a partition at an offset. An offset outside the partition is reported by `next`.
    func add(_ partition: Partition, from offset: Offset) throws(LogError)
    func remove(_ partition: Partition) throws(LogError)
    /// The next records, grouped by partition, at most `limit` of them; empty when the time is over or `wake` was
    /// called. Throws `offsetOutOfRange`, `unknownTopic`, `unknownPartition` or `corrupt` once for a partition, which is
    /// then no longer read; the others are.
    func next(limit: Int, within: TimeSpan) throws(LogError) -> [RecordBatch]
    /// Every record of a partition below this was given by `next`: offsets that the log left out are behind the reader
    /// as soon as it knows of them. Nil: the partition is not being read.
    func reached(_ partition: Partition) -> Offset?
    /// Makes a `next` that waits return at once. From any thread.
    func wake()
    func close()
}

/// Which partition a key goes to: murmur2 as the Java client has it, `(hash & 0x7fffffff) % partitions`.
public enum Murmur2 {
    public static func partition(of key: [UInt8], among partitions: Int32) -> Int32 {
        Int32(bitPattern: hash(key) & 0x7FFF_FFFF) % partitions
    }

    /// Source: org.apache.kafka.common.utils.Utils.murmur2.
    static func hash(_ data: [UInt8]) -> UInt32 {
        let m: UInt32 = 0x5bd1_e995
        var h: UInt32 = 0x9747_b28c ^ UInt32(data.count)
        var index = 0
        while index + 4 <= data.count {
            var k =
                UInt32(data[index]) | UInt32(data[index + 1]) << 8 | UInt32(data[index + 2]) << 16
                | UInt32(data[index + 3]) << 24
            k = k &* m
            k ^= k >> 24
            k = k &* m
            h = h &* m ^ k
            index += 4
        }
        let rest = data.count - index
        if rest >= 3 { h ^= UInt32(data[index + 2]) << 16 }
        if rest >= 2 { h ^= UInt32(data[index + 1]) << 8 }
        if rest >= 1 {
            h ^= UInt32(data[index])
            h = h &* m
        }
        h ^= h >> 13
        h = h &* m
        return h ^ h >> 15
    }
}

extension LogReader {
    /// One record, read on the way; nil where there is none at that offset. For a reader of no partition. Blocks, five
    /// seconds at most.
    public func record(at offset: Offset, of partition: Partition) throws(LogError) -> Record? {
        try add(partition, from: offset)
        var found: Record?
        var failure: LogError?
        var isAnswered = false
        do throws(LogError) {
            for _ in 0 ..< 50 where !isAnswered {
                if let record = try next(limit: 1, within: TimeSpan(microseconds: 100_000)).first?
                    .records.first
                {
                    found = record.offset == offset ? record : nil
                    isAnswered = true
                }
            }
        } catch {
            failure = error
        }
        try remove(partition)
        if let failure { throw failure }
        guard isAnswered else {
            throw .unreachable("\(Position(partition, offset)) did not answer within 5 s")
        }
        return found
    }
}
