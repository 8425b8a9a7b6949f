/// What a topic's configuration asks of the store. The keys are Kafka's.
struct TopicSettings: Sendable {
    /// Nil: for ever, which is the default here.
    var retentionMilliseconds: Int64?
    var retentionBytes: Int64?
    var isCompacted = false
    var maxMessageBytes: Int
    var usesLogAppendTime = false
    /// How far a record's own time may lie behind and ahead of the broker's clock. The defaults are those of Kafka 4
    /// (KIP-937).
    var timestampBeforeMilliseconds = Int64.max
    var timestampAfterMilliseconds: Int64 = 3_600_000
    /// Every record is durable before it is acknowledged through the journal; otherwise its
    /// segment is synced every `flushMilliseconds` and acknowledged then.
    var isJournaled = true
    var flushMilliseconds: Int64 = 50
    var segmentBytes: Int64

    init(_ configuration: [String: String], defaults: SegmentStore.Settings) throws(SegmentError) {
        maxMessageBytes = defaults.maxMessageBytes
        segmentBytes = defaults.segmentBytes
        func number(_ key: String, in range: ClosedRange<Int64>) throws(SegmentError) -> Int64? {
            guard let text = configuration[key] else { return nil }
            guard let value = Int64(text), range.contains(value) else {
                throw .invalidTopic(
                    "\(key) is \(text); it must be a number from \(range.lowerBound) to "
                        + "\(range.upperBound)."
                )
            }
            return value
        }
        func choice(_ key: String, among allowed: [String]) throws(SegmentError) -> String? {
            guard let text = configuration[key] else { return nil }
            guard allowed.contains(text) else {
                throw .invalidTopic(
                    "\(key) is \(text); it must be \(allowed.joined(separator: " or "))."
                )
            }
            return text
        }
        if let value = try number("retention.ms", in: -1 ... Int64.max), value >= 0 {
            retentionMilliseconds = value
        }
        if let value = try number("retention.bytes", in: -1 ... Int64.max), value >= 0 {
            retentionBytes = value
        }
        if let value = try choice(
            "cleanup.policy",
            among: ["delete", "compact", "compact,delete", "delete,compact"]
        ) {
            isCompacted = value != "delete"
        }
        if let value = try number("max.message.bytes", in: 0 ... Int64(Int32.max)) {
            maxMessageBytes = Int(value)
        }
        if let value = try choice(
            "message.timestamp.type",
            among: ["CreateTime", "LogAppendTime"]
        ) {
            usesLogAppendTime = value == "LogAppendTime"
        }
        if let value = try number("message.timestamp.before.max.ms", in: 0 ... Int64.max) {
            timestampBeforeMilliseconds = value
        }
        if let value = try number("message.timestamp.after.max.ms", in: 0 ... Int64.max) {
            timestampAfterMilliseconds = value
        }
        if let value = try number("flush.messages", in: 1 ... Int64.max) {
            isJournaled = value == 1
        }
        if let value = try number("flush.ms", in: 0 ... Int64.max) {
            // A longer wait than a minute would only make an acknowledgement look lost.
            flushMilliseconds = min(max(value, 1), 60_000)
        }
        if let value = try number("segment.bytes", in: 14 ... Int64(Int32.max)) {
            segmentBytes = value
        }
    }
}
