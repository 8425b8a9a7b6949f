/// Why the store could not do what was asked.
public enum SegmentError: Error, Hashable, Sendable {
    case unknownTopic(String)
    case topicExists(String)
    /// With the reason.
    case invalidTopic(String)
    case unknownPartition(TopicPartition)
    /// With what is there.
    case offsetOutOfRange(Range<Int64>)
    /// Names the file and the byte.
    case corrupt(String)
    /// What was being done, and what the system said.
    case disk(String)
    case diskFull(String)
    case closed

    init(_ error: DiskError) {
        self = error.reason == .full ? .diskFull(error.description) : .disk(error.description)
    }
}

/// Why an append was refused. Each is an error code of Kafka's.
public enum AppendRefusal: Error, Hashable, Sendable {
    case corruptMessage(String)
    case invalidRecord(String)
    case messageTooLarge(limit: Int)
    case unknownPartition
    case outOfOrderSequence
    /// It was appended long ago: its offset is no longer known.
    case duplicateOutOfWindow
    case invalidProducerEpoch
    case unknownProducer
    case storage(String)
    case diskFull
}

/// Where an append stands. A duplicate has the place of the first time.
public struct Appended: Sendable, Hashable {
    public let baseOffset: Int64
    public let logStart: Int64
    /// -1 where records keep the time their producer gave them.
    public let logAppendTime: Int64
}

/// What a read found.
public struct Chunk: Sendable {
    /// Whole batches as stored, in order; the first may begin below the offset asked for.
    public let batches: [[UInt8]]
    public let highWatermark: Int64
    public let logStart: Int64
}

/// What was cut, repaired or found broken at start, in sentences.
public struct RecoveryReport: Sendable {
    public internal(set) var sentences: [String] = []
    /// How long the recovery took.
    public internal(set) var milliseconds: Int64 = 0

    public init() {}
}

/// Lets a notification be cancelled.
public struct NotificationToken: Sendable, Hashable {
    let partition: TopicPartition
    let number: UInt64
}
