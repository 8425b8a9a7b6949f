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
    case invalidTimestamp(String)
    case unsupportedCompression(String)
    case messageTooLarge(limit: Int)
    /// Decompressed, the records have more bytes than that.
    case expandsTooMuch(limit: Int)
    case unknownPartition
    case outOfOrderSequence
    /// It was appended long ago: its offset is no longer known.
    case duplicateOutOfWindow
    case invalidProducerEpoch
    case unknownProducer
    case storage(String)
    case diskFull
}

extension SegmentError: CustomStringConvertible {
    /// What is the matter, and what to do about it.
    public var description: String {
        switch self {
        case .unknownTopic(let name): "There is no topic \(name). Create it first."
        case .topicExists(let name):
            "There is a topic \(name) already. Use it, delete it first, or choose another name."
        case .invalidTopic(let why): sentences(why, "Correct that and create the topic again.")
        case .unknownPartition(let partition):
            "There is no partition \(partition). Ask which topics and partitions there are."
        case .offsetOutOfRange(let bounds):
            "The offset is not there. Read from \(bounds.lowerBound), the first, up to \(bounds.upperBound), the end."
        case .corrupt(let what):
            sentences(
                what,
                "Bytes of the log are broken. Look after the disk, and put the file back from a copy; nothing was cut away."
            )
        case .disk(let why):
            sentences(
                why,
                "Stop what else uses the files, or look after the disk and the rights to them; then start again."
            )
        case .diskFull(let why): sentences(why, "The disk is full. Make room on it.")
        case .closed: "The store is closed. Open it again."
        }
    }
}

extension AppendRefusal: CustomStringConvertible {
    /// What is the matter, and what the producer can do about it.
    public var description: String {
        switch self {
        case .corruptMessage(let why): sentences(why, "Send the batch again.")
        case .invalidRecord(let why): sentences(why, "Send a batch that keeps to this.")
        case .invalidTimestamp(let why):
            sentences(
                why,
                "Set the producer's clock right, or change message.timestamp.after.max.ms or message.timestamp.type of the topic."
            )
        case .unsupportedCompression(let why):
            sentences(why, "Compress with gzip, snappy, lz4 or zstd, or not at all.")
        case .expandsTooMuch(let limit):
            "The records of a batch have at most \(limit) bytes when they are decompressed. Send smaller batches."
        case .messageTooLarge(let limit):
            "A batch of this topic has at most \(limit) bytes. Send smaller ones, or raise its max.message.bytes."
        case .unknownPartition:
            "There is no such partition. Ask for the metadata, or create the topic."
        case .outOfOrderSequence:
            "Batches of this producer are missing before this one. Send those first."
        case .duplicateOutOfWindow:
            "This batch was stored long ago, and its offset is not known any more. Do not send it again."
        case .invalidProducerEpoch:
            "A newer producer has this producer id. Stop this one, or ask for a producer id again."
        case .unknownProducer: "Nothing is known of this producer id. Ask for a producer id again."
        case .storage(let why): sentences(why, "Send the batch again once the log can be written.")
        case .diskFull: "The disk is full. Make room on it, then send the batch again."
        }
    }
}

/// A reason, which may lack its full stop, and what to do.
private func sentences(_ why: String, _ advice: String) -> String {
    "\(why)\(why.hasSuffix(".") ? "" : ".") \(advice)"
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
