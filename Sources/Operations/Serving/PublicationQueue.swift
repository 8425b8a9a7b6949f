public import Bytes
internal import Documents
public import Events
internal import FoundationEssentials
public import JSON
public import Logs
public import Projections
public import Store
internal import SwiftProtobuf

/// The predictions of an endpoint that are to stand on a topic of the user's own, each once.
public struct PublicationQueue: Outbox {
    public static let family = Family("publications")
    public static let outbox = Table<Offset, PublishedInput>("inputs", number: 16, keeps: .newest)
    static let known = Table<EventID, Offset>("known", number: 1, keeps: .newest)

    public let endpoint: String
    /// Where they are to stand.
    public let output: String
    public var name: String { "predictions of \(endpoint) for \(output)" }
    public let topic = PredictionEvent.topic.name
    public var family: Family { Self.family }
    public let generation: Digest
    public let foldVersion: Int64 = 1

    public init(of endpoint: String, on output: String) {
        self.endpoint = endpoint
        self.output = output
        generation = Digest(of: Array("publications \(endpoint) \(output)".utf8))
    }

    public func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) {
        guard
            let (envelope, event) = try FoldStop.reading({ () throws(EventError) in
                try PredictionEvent.decode(record)
            }),
            case .predicted(let predicted) = event.fact, predicted.endpoint == endpoint,
            changes[Self.known, envelope.id] == nil
        else { return }
        changes[Self.known, envelope.id] = record.offset
        changes[Self.outbox, record.offset] = PublishedInput(
            offset: record.offset,
            checksum: UInt64(record.checksum),
            subject: envelope.subject,
            decidedAt: envelope.time,
            at: Instant(microseconds: predicted.atUs),
            value: Array(
                predicted.json(id: envelope.id, decidedAt: envelope.time).canonicalText.utf8
            )
        )
    }
}

extension PredictionEvent.Predicted {
    /// As anybody reads it who has no schema.
    public func json(id: EventID, decidedAt: Instant) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("id", .string(id.description)), ("endpoint", .string(endpoint)),
        ]
        if !self.id.isEmpty { members.append(("subject", .string(self.id))) }
        members += [
            ("outputs", namedOutputs.json),
            (
                "model",
                [
                    "name": .string(model), "version": .integer(version),
                    "digest": .string(Array(artifact).hex),
                ]
            ),
            ("at", .string(Instant(microseconds: atUs).rfc3339)),
            ("decidedAt", .string(decidedAt.rfc3339)),
            ("complete", .bool(complete)), ("request", .string(request)),
        ]
        if hasInput {
            let record = Position(Partition(input.topic, input.partition), input.offset)
            members.append(("answers", .string(record.description)))
        }
        return .object(members)
    }
}

/// A prediction that is to be published.
public struct PublishedInput: Waiting, Hashable {
    public var offset: Offset
    public var checksum: UInt64
    public var subject: String
    public var decidedAt: Instant
    /// The instant as of which was predicted.
    public var at: Instant
    /// JSON.
    public var value: [UInt8]

    public var byteCount: Int { 256 + value.count }

    init(
        offset: Offset,
        checksum: UInt64,
        subject: String,
        decidedAt: Instant,
        at: Instant,
        value: [UInt8]
    ) {
        self.offset = offset
        self.checksum = checksum
        self.subject = subject
        self.decidedAt = decidedAt
        self.at = at
        self.value = value
    }

    public func write(to writer: inout ByteWriter) {
        offset.write(to: &writer)
        checksum.write(to: &writer)
        subject.write(to: &writer)
        decidedAt.write(to: &writer)
        at.write(to: &writer)
        value.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        offset = try Int64(from: &reader)
        checksum = try UInt64(from: &reader)
        subject = try String(from: &reader)
        decidedAt = try Instant(from: &reader)
        at = try Instant(from: &reader)
        value = try [UInt8](from: &reader)
    }
}

/// What was published on a topic of the user's own, by its id.
public struct PublicationLedger: Projection {
    public static let family = Family("published")
    static let known = Table<EventID, Offset>("known", number: 1, keeps: .newest)

    public let topic: String
    public var name: String { "published on \(topic)" }
    public var family: Family { Self.family }
    public let generation: Digest
    public let foldVersion: Int64 = 1

    public init(_ topic: String) {
        self.topic = topic
        generation = Digest(of: Array("published \(topic)".utf8))
    }

    public func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) {
        // Whatever else is on the topic is somebody else's.
        guard let id = record.header("ce_id").flatMap({ EventID(text: $0.span.bytes) }) else {
            return
        }
        changes[Self.known, id] = changes[Self.known, id] ?? record.offset
    }

    public func has(
        _ id: EventID,
        in partition: Int32,
        of reader: any StoreReader
    ) throws(StoreError) -> Bool {
        try rows(of: partition, in: reader).get(Self.known, id) != nil
    }
}
