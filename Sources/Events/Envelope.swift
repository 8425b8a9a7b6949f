public import Bytes
public import Logs

/// What the CloudEvents headers say of a fact.
public struct Envelope: Sendable, Hashable {
    /// No fact takes effect twice under one id.
    public var id: EventID
    /// `tributary.streams.v1.Declared`. Written from the fact, whatever stands here.
    public var type: String
    /// Who wrote it, as a URI reference: `/tributary/server`.
    public var source: String
    /// What the fact belongs to; the record key too.
    public var subject: String
    /// When it was decided, by the clock of whoever decided.
    public var time: Instant
    /// On whose behalf; nil for what the platform does by itself.
    public var actor: String?
    /// The input that this answers: the id of an event, or a position of the log.
    public var causation: String?
    /// The number that the fact will have in its subject: 1, 2, 3 … Every fact of a control topic
    /// has one.
    public var revision: Int64?
    /// Of the body of the request, where the id came from an idempotency key: the same key with
    /// another body is refused.
    public var requestDigest: Digest?
    /// The stream time that the fact answers, where that is not the time of the clock.
    public var streamTime: Instant?
    /// W3C trace context.
    public var traceparent: String?

    public init(
        id: EventID,
        type: String = "",
        source: String = Envelope.serverSource,
        subject: String,
        time: Instant,
        actor: String? = nil,
        causation: String? = nil,
        revision: Int64? = nil,
        requestDigest: Digest? = nil,
        streamTime: Instant? = nil,
        traceparent: String? = nil
    ) {
        self.id = id
        self.type = type
        self.source = source
        self.subject = subject
        self.time = time
        self.actor = actor
        self.causation = causation
        self.revision = revision
        self.requestDigest = requestDigest
        self.streamTime = streamTime
        self.traceparent = traceparent
    }

    public static let serverSource = "/tributary"
    /// The only version of CloudEvents there is.
    static let specificationVersion = "1.0"
    /// What the values of the platform's own topics are.
    public static let contentType = "application/protobuf"
}

extension Envelope {
    /// The headers of the record, as the Kafka binding of CloudEvents has them in binary mode;
    /// extensions that say nothing are left out.
    public func headers(contentType: String = Self.contentType) -> [Header] {
        var headers = [
            Header(HeaderName.specificationVersion, Self.specificationVersion),
            Header(HeaderName.id, id.text),
            Header(HeaderName.source, source),
            Header(HeaderName.type, type),
            Header(HeaderName.time, time.writable.rfc3339),
            Header(HeaderName.subject, subject),
            Header(HeaderName.contentType, contentType),
        ]
        if let revision { headers.append(Header(HeaderName.revision, String(revision))) }
        if let actor { headers.append(Header(HeaderName.actor, actor)) }
        if let causation { headers.append(Header(HeaderName.causation, causation)) }
        if let requestDigest { headers.append(Header(HeaderName.request, requestDigest.hex)) }
        if let streamTime {
            headers.append(Header(HeaderName.streamTime, streamTime.writable.rfc3339))
        }
        if let traceparent { headers.append(Header(HeaderName.traceparent, traceparent)) }
        return headers
    }
}

/// The names of the headers. CloudEvents prefixes its attributes with `ce_`; `traceparent` is W3C's
/// own.
enum HeaderName {
    static let specificationVersion = "ce_specversion"
    static let id = "ce_id"
    static let source = "ce_source"
    static let type = "ce_type"
    static let time = "ce_time"
    static let subject = "ce_subject"
    static let contentType = "content-type"
    static let revision = "ce_revision"
    static let actor = "ce_actor"
    static let causation = "ce_causation"
    static let request = "ce_request"
    static let streamTime = "ce_streamtime"
    static let traceparent = "traceparent"
}

extension Instant {
    /// The nearest instant that RFC 3339 can write. A watermark less a long lateness can lie before
    /// year 1.
    fileprivate var writable: Instant {
        min(
            max(self, Instant(microseconds: -62_135_596_800_000_000)),
            Instant(microseconds: 253_402_300_799_999_999)
        )
    }
}
