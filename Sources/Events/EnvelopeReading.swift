internal import Bytes
public import Logs

/// Why the headers of a record are no envelope.
public enum EnvelopeError: Error, Hashable, Sendable {
    case missing(header: String)
    case malformed(header: String, String)
}

extension EnvelopeError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing(let header): "the header `\(header)` is missing"
        case .malformed(let header, let reason): "the header `\(header)` \(reason)"
        }
    }
}

extension Envelope {
    /// Reads the headers of a record in one walk; where a name repeats, its last value counts, and
    /// headers of other names are not ours to judge.
    public init(_ record: Record) throws(EnvelopeError) {
        var found = Found()
        for header in record.headers { found.note(header) }

        let version = try Self.text(found.specificationVersion, HeaderName.specificationVersion)
        guard version == Self.specificationVersion else {
            throw .malformed(
                header: HeaderName.specificationVersion,
                "is not \(Self.specificationVersion)"
            )
        }
        guard let idText = found.id else { throw .missing(header: HeaderName.id) }
        guard let id = EventID(text: idText.span.bytes) else {
            throw .malformed(header: HeaderName.id, "is no UUID")
        }
        self.init(
            id: id,
            type: try Self.text(found.type, HeaderName.type),
            source: try Self.text(found.source, HeaderName.source),
            subject: try Self.text(found.subject, HeaderName.subject),
            time: try Self.instant(found.time, HeaderName.time)
        )
        if found.actor != nil { actor = try Self.text(found.actor, HeaderName.actor) }
        if found.causation != nil {
            causation = try Self.text(found.causation, HeaderName.causation)
        }
        if found.revision != nil { revision = try Self.revision(found.revision) }
        if found.request != nil {
            guard let digest = Digest(hex: try Self.text(found.request, HeaderName.request)) else {
                throw .malformed(header: HeaderName.request, "is no SHA-256 digest")
            }
            requestDigest = digest
        }
        if found.streamTime != nil {
            streamTime = try Self.instant(found.streamTime, HeaderName.streamTime)
        }
        if found.traceparent != nil {
            traceparent = try Self.text(found.traceparent, HeaderName.traceparent)
        }
    }

    private static func text(_ value: [UInt8]?, _ name: String) throws(EnvelopeError) -> String {
        guard let value else { throw .missing(header: name) }
        guard let text = String(validating: value, as: UTF8.self) else {
            throw .malformed(header: name, "is not UTF-8")
        }
        guard !text.isEmpty else { throw .malformed(header: name, "is empty") }
        return text
    }

    private static func instant(_ value: [UInt8]?, _ name: String) throws(EnvelopeError) -> Instant
    {
        guard let value else { throw .missing(header: name) }
        guard let timestamp = Timestamp(rfc3339: value.span.bytes) else {
            throw .malformed(header: name, "is no RFC 3339 timestamp")
        }
        return timestamp.instant
    }

    private static func revision(_ value: [UInt8]?) throws(EnvelopeError) -> Int64 {
        let text = try text(value, HeaderName.revision)
        // One number has one text: a second spelling would make two records of one fact.
        guard let revision = Int64(text), revision > 0, String(revision) == text else {
            throw .malformed(header: HeaderName.revision, "is no number counted from 1")
        }
        return revision
    }
}

/// The raw values of the headers that an envelope is made of. A null value counts as absent.
private struct Found {
    var specificationVersion: [UInt8]?
    var id: [UInt8]?
    var source: [UInt8]?
    var type: [UInt8]?
    var time: [UInt8]?
    var subject: [UInt8]?
    var revision: [UInt8]?
    var actor: [UInt8]?
    var causation: [UInt8]?
    var request: [UInt8]?
    var streamTime: [UInt8]?
    var traceparent: [UInt8]?

    mutating func note(_ header: Header) {
        switch header.name {
        case HeaderName.specificationVersion: specificationVersion = header.value
        case HeaderName.id: id = header.value
        case HeaderName.source: source = header.value
        case HeaderName.type: type = header.value
        case HeaderName.time: time = header.value
        case HeaderName.subject: subject = header.value
        case HeaderName.revision: revision = header.value
        case HeaderName.actor: actor = header.value
        case HeaderName.causation: causation = header.value
        case HeaderName.request: request = header.value
        case HeaderName.streamTime: streamTime = header.value
        case HeaderName.traceparent: traceparent = header.value
        default: break
        }
    }
}
