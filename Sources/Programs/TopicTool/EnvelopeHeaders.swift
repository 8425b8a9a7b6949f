/// The headers of every record, as outside readers need to know them.
enum EnvelopeHeaders {
    struct Entry {
        var name: String
        var meaning: String
        var isRequired: Bool
    }

    static let all: [Entry] = [
        Entry(name: "ce_specversion", meaning: "`1.0`", isRequired: true),
        Entry(
            name: "ce_id",
            meaning: "A UUID; no fact takes effect twice under one id.",
            isRequired: true
        ),
        Entry(name: "ce_source", meaning: "Who wrote it, as a URI reference.", isRequired: true),
        Entry(
            name: "ce_type",
            meaning: "The fact: `tributary.streams.v1.Declared`.",
            isRequired: true
        ),
        Entry(name: "ce_time", meaning: "When it was decided (RFC 3339).", isRequired: true),
        Entry(
            name: "ce_subject",
            meaning: "What it belongs to; equal to the record key.",
            isRequired: true
        ),
        Entry(name: "content-type", meaning: "`application/protobuf`", isRequired: true),
        Entry(
            name: "ce_revision",
            meaning: "On control topics: the number of the fact within its subject, from 1 on.",
            isRequired: false
        ),
        Entry(name: "ce_actor", meaning: "On whose behalf.", isRequired: false),
        Entry(
            name: "ce_causation",
            meaning: "The input that it answers: an id, or a position of the log.",
            isRequired: false
        ),
        Entry(
            name: "ce_request",
            meaning: "SHA-256 of the request body, where the id was made from an idempotency key.",
            isRequired: false
        ),
        Entry(
            name: "ce_streamtime",
            meaning: "The stream time that it answers (RFC 3339).",
            isRequired: false
        ),
        Entry(name: "traceparent", meaning: "W3C trace context.", isRequired: false),
    ]
}
