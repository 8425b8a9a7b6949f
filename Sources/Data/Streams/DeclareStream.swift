public import Bytes
public import Events
internal import FoundationEssentials
internal import JSON
public import Logs
public import Records
internal import SwiftProtobuf

/// Asks that a stream be as defined: new, changed, or as it was.
public struct DeclareStream: Sendable {
    public var definition: StreamDefinition

    public init(_ definition: StreamDefinition) { self.definition = definition }

    /// `entry`: The stream of that name, if there is one.
    /// `existingPartitions`: How many partitions the topic has; nil where there is no such topic.
    /// Returns: Nil where the stream is already as defined.
    public func decide(
        given entry: StreamCatalog.Entry?,
        existingPartitions: Int32?
    ) throws(StreamRefusal) -> StreamEvent? {
        if let existingPartitions, existingPartitions != definition.partitions {
            throw .partitionsDiffer(
                stream: definition.name,
                topic: definition.topic,
                existing: existingPartitions,
                declared: definition.partitions
            )
        }
        if let entry {
            guard !entry.newest.says(definition) else { return nil }
            if let topic = entry.served.topic, topic != definition.topic {
                throw .topicIsFixed(stream: definition.name, topic: topic)
            }
        }
        return StreamEvent.with { $0.declared = definition.declared }
    }
}

extension DefinitionText<StreamDefinition> {
    /// The topic that the state of the stream comes from, also where this release does not take its definition.
    fileprivate var topic: String? {
        if let definition { return definition.topic }
        do throws(JSONError) {
            return try JSONValue(parsing: text)["spec"]?["topic"]?.string
        } catch {
            return nil
        }
    }
}

/// Says that the rows of a stream's changed definition are built, so that they are served.
public struct SwitchStream: Sendable {
    public var name: String
    public var generation: Digest

    public init(_ name: String, to generation: Digest) {
        self.name = name
        self.generation = generation
    }

    /// Returns: Nil where the generation is served already, or another one is being built by now.
    public func decide(given entry: StreamCatalog.Entry?) throws(StreamRefusal) -> StreamEvent? {
        guard let entry else { throw .unknownStream(name) }
        guard entry.next?.generation == generation else { return nil }
        return StreamEvent.with {
            $0.switched = .with {
                $0.name = name
                $0.generation = .init(generation.bytes)
            }
        }
    }
}

extension StreamEvent {
    /// A stream is no more. Its topic and the records in it stay.
    public static func deleted(_ name: String) -> StreamEvent {
        .with { $0.deleted = .with { $0.name = name } }
    }
}

/// Says that the records of a partition with an event time before an instant are complete.
public struct AdvanceStream: Sendable {
    public var name: String
    public var partition: Int32
    public var watermark: Instant
    /// Where the partition ends by now. Nobody who writes facts has folded it any further: from here on the watermark
    /// binds.
    public var end: Offset
    public var cause: StreamEvent.Cause

    /// As far ahead of the clock as somebody may say that records are complete: those of a later time are refused when
    /// they come (`inTheFuture`), and all others would be late for good.
    public static let longestLead = TimeSpan.day

    public init(
        _ name: String,
        partition: Int32,
        to watermark: Instant,
        end: Offset,
        cause: StreamEvent.Cause
    ) {
        self.end = end
        self.name = name
        self.partition = partition
        self.watermark = watermark
        self.cause = cause
    }

    /// `current`: The watermark that facts have given the partition so far.
    /// Returns: Nil where the watermark is there already.
    public func decide(
        given entry: StreamCatalog.Entry?,
        current: Instant?,
        now: Instant
    ) throws(StreamRefusal) -> StreamEvent? {
        guard let entry else { throw .unknownStream(name) }
        let count = try entry.served.read(else: StreamRefusal.unusable).partitions
        guard (0 ..< count).contains(partition) else {
            throw .unknownPartition(stream: name, partition: partition, count: count)
        }
        if let current, current >= watermark { return nil }
        // That of the other partitions, which a silent one follows, comes from records that were let in.
        if cause != .idle, watermark > now + Self.longestLead {
            throw .watermarkInTheFuture(stream: name, watermark: watermark, now: now)
        }
        return StreamEvent.with {
            $0.advanced = .with {
                $0.name = name
                $0.partition = partition
                $0.watermarkUs = watermark.microseconds
                $0.cause = cause
                $0.end = end
                $0.binds = true
            }
        }
    }
}

/// Why a request about a stream came to nothing. Each says what to do next.
public enum StreamRefusal: DomainRefusal, Hashable {
    case unknownStream(String)
    case unusable(UnreadableDefinition)
    case unknownPartition(stream: String, partition: Int32, count: Int32)
    case topicIsFixed(stream: String, topic: String)
    case partitionsDiffer(stream: String, topic: String, existing: Int32, declared: Int32)
    case watermarkInTheFuture(stream: String, watermark: Instant, now: Instant)
}

extension StreamRefusal {
    public var isUnknown: Bool {
        if case .unknownStream = self { true } else { false }
    }

    public var description: String {
        switch self {
        case .unknownStream(let name):
            "there is no Stream \(name). `tributary get stream` lists those there are"
        case .unusable(let definition): definition.description
        case .unknownPartition(let stream, let partition, let count):
            "Stream \(stream) has no partition \(partition): there are 0 to \(count - 1)"
        case .topicIsFixed(let stream, let topic):
            "Stream \(stream) reads the topic \(topic), and its state comes from there. "
                + "Declare a stream of another name for another topic"
        case .partitionsDiffer(let stream, let topic, let existing, let declared):
            "the topic \(topic) has \(existing) partitions, and Stream \(stream) declares \(declared). "
                + "Say `partitions: \(existing)`"
                + (existing < declared
                    ? ", or give the topic more with any Kafka client"
                    : ": what lies in a partition that is not declared is folded by nobody")
        case .watermarkInTheFuture(let stream, let watermark, let now):
            "\(watermark.rfc3339) is more than a day after \(now.rfc3339), the time of the server, and every record of "
                + "\(stream) until then would be late. Say an instant of the next 24 hours at most"
        }
    }
}
