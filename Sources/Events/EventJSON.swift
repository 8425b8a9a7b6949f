internal import Bytes
internal import FoundationEssentials
public import Logs
internal import SwiftProtobuf

extension PlatformTopics {
    /// A record of a platform topic as one line of JSON: its place, its envelope, and the fact in
    /// Protobuf's canonical mapping. A record that is no event of this release is shown too, with
    /// the reason and its bytes. Nil where the topic is not the platform's.
    /// `events`: What the platform's topics hold.
    public static func json(
        of record: Record,
        in partition: Partition,
        among events: [any PlatformEvent.Type] = events
    ) -> String? {
        guard let type = events.first(where: { $0.topic.name == partition.topic }) else {
            return nil
        }
        return line(of: record, at: Position(partition, record.offset), as: type)
    }

    private static func line<Event: PlatformEvent>(
        of record: Record,
        at position: Position,
        as _: Event.Type
    ) -> String {
        var line = JSONLine()
        line.add("position", position.description)
        do throws(EventError) {
            let (envelope, event) = try Event.decode(record)
            line.add(envelope)
            do {
                line.add("fact", raw: try event.jsonString())
            } catch {
                preconditionFailure("A decoded fact has a canonical JSON form: \(error)")
            }
        } catch {
            line.add("error", error.description)
            line.add("type", record.text(HeaderName.type))
            line.add("id", record.text(HeaderName.id))
            line.add("key", base64: record.key)
            line.add("value", base64: record.value)
        }
        return line.text
    }
}

/// One JSON object on one line, its members in the order they are added. Nil values are left out.
private struct JSONLine {
    private var members: [String] = []

    var text: String { "{\(members.joined(separator: ","))}" }

    mutating func add(_ name: String, _ value: String?) {
        if let value { add(name, raw: JSONLine.quoted(value)) }
    }

    mutating func add(_ name: String, base64 bytes: ArraySlice<UInt8>?) {
        if let bytes { add(name, Data(bytes).base64EncodedString()) }
    }

    mutating func add(_ name: String, raw: String) { members.append("\"\(name)\":\(raw)") }

    mutating func add(_ envelope: Envelope) {
        add("id", envelope.id.description)
        add("type", envelope.type)
        add("source", envelope.source)
        add("time", envelope.time.rfc3339)
        add("subject", envelope.subject)
        add("actor", envelope.actor)
        // Below 2^53 for any number of facts that can be written, so every reader gets it exactly.
        if let revision = envelope.revision { add("revision", raw: String(revision)) }
        add("causation", envelope.causation)
        add("requestDigest", envelope.requestDigest?.hex)
        add("streamTime", envelope.streamTime?.rfc3339)
        add("traceparent", envelope.traceparent)
    }

    /// Protobuf's own JSON writer does the escaping.
    private static func quoted(_ text: String) -> String {
        do {
            return try Google_Protobuf_Value(stringValue: text).jsonString()
        } catch {
            preconditionFailure("Every string has a JSON form: \(error)")
        }
    }
}
