/// What a topic asks of each record of a batch, and what the batch is told to be by its records.
struct RecordCheck {
    private let needsKeys: Bool
    private let checksTimes: Bool
    private let baseTimestamp: Int64
    private let earliest: Int64
    private let latest: Int64
    private let now: Int64

    private var number: Int64 = 0
    /// -1 where no record has a time, as in Kafka.
    private(set) var maxTimestamp: Int64 = -1
    private(set) var refusal: AppendRefusal?

    init(_ settings: TopicSettings, _ header: BatchHeader, now: Int64) {
        needsKeys = settings.isCompacted
        checksTimes = !settings.usesLogAppendTime
        baseTimestamp = header.baseTimestamp
        self.now = now
        let (before, isOpen) = now.subtractingReportingOverflow(
            settings.timestampBeforeMilliseconds
        )
        earliest = isOpen ? .min : before
        let (after, isUnbounded) = now.addingReportingOverflow(settings.timestampAfterMilliseconds)
        latest = isUnbounded ? .max : after
    }

    /// Looks at the next record, and says whether to go on.
    mutating func pass(_ record: RecordWalk.Record) -> Bool {
        defer { number += 1 }
        guard record.offsetDelta == number else {
            refusal = .invalidRecord("Record \(number) carries offset \(record.offsetDelta).")
            return false
        }
        if needsKeys, !record.hasKey {
            refusal = .invalidRecord("Record \(number) has no key, which a compacted topic needs.")
            return false
        }
        guard checksTimes else { return true }
        let (timestamp, wraps) = baseTimestamp.addingReportingOverflow(record.timestampDelta)
        if wraps {
            refusal = .invalidTimestamp("The timestamp of record \(number) is beyond all numbers.")
            return false
        }
        // -1 says that the record has no time.
        if timestamp != -1, timestamp < earliest || timestamp > latest {
            refusal = .invalidTimestamp(
                "Record \(number) has timestamp \(timestamp); here it is \(now), and the topic takes "
                    + "\(earliest == .min ? "any before" : "from \(earliest)") to \(latest)."
            )
            return false
        }
        maxTimestamp = max(maxTimestamp, timestamp)
        return true
    }
}
