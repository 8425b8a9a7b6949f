/// A key of a topic's configuration as Kafka has it, with its default here.
struct TopicConfiguration: Sendable {
    let name: String
    let standard: String
    let kind: Kind
    let documentation: String

    /// What values a key takes.
    enum Kind: Sendable {
        case boolean
        case text
        case int(least: Int64)
        case long(least: Int64)
        case double(ClosedRange<Double>)
        case choice([String])
        /// Several of the choices, with commas; none given: whatever there is.
        case list([String])

        /// Kafka's number for it (DescribeConfigsResponse.ConfigType).
        var number: Int8 {
            switch self {
            case .boolean: 1
            case .text, .choice: 2
            case .int: 3
            case .long: 5
            case .double: 6
            case .list: 7
            }
        }
    }

    static func named(_ name: String) -> TopicConfiguration? { byName[name] }

    /// Why the value does not do; nil where it does.
    func fault(in value: String) -> String? {
        let isFine =
            switch kind {
            case .boolean: value == "true" || value == "false"
            case .text: true
            case .int(let least): Int32(value).map { Int64($0) >= least } ?? false
            case .long(let least): Int64(value).map { $0 >= least } ?? false
            case .double(let range): Double(value).map(range.contains) ?? false
            case .choice(let choices): choices.contains(value)
            case .list(let choices):
                choices.isEmpty
                    || !value.isEmpty
                        && value.split(separator: ",", omittingEmptySubsequences: false)
                            .allSatisfy { choices.contains(String($0)) }
            }
        return isFine ? nil : "\(name) cannot be \"\(value)\": it takes \(expected)."
    }

    private var expected: String {
        switch kind {
        case .boolean: "true or false"
        case .text: "text"
        case .int(let least): "a whole number from \(least) to \(Int32.max)"
        case .long(let least): "a whole number of at least \(least)"
        case .double(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let choices): choices.joined(separator: " or ")
        case .list(let choices): "a list of \(choices.joined(separator: ", "))"
        }
    }

    private init(_ name: String, _ standard: String, _ kind: Kind, _ documentation: String) {
        self.name = name
        self.standard = standard
        self.kind = kind
        self.documentation = documentation
    }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    private static let never = String(Int64.max)

    /// Every key of Apache Kafka 3.9. Those that only a cluster or a compactor needs are kept and told, and change
    /// nothing here; their text says so.
    static let all: [TopicConfiguration] = [
        .init(
            "cleanup.policy",
            "delete",
            .list(["delete", "compact"]),
            "What happens to old records. Compaction itself is not done in this release."
        ),
        .init(
            "compression.type",
            "producer",
            .choice(["producer"]),
            "Batches are stored as their producer compressed them."
        ),
        .init(
            "delete.retention.ms",
            "86400000",
            .long(least: 0),
            "Kept and told; changes nothing here."
        ),
        .init(
            "file.delete.delay.ms",
            "60000",
            .long(least: 0),
            "Kept and told; changes nothing here."
        ),
        .init(
            "flush.messages",
            "1",
            .long(least: 1),
            "1: records are acknowledged when they are on the disk, each group at once. More: with the next "
                + "periodic sync."
        ),
        .init(
            "flush.ms",
            "50",
            .long(least: 0),
            "How often records are synced where flush.messages is more than 1."
        ),
        .init(
            "follower.replication.throttled.replicas",
            "",
            .list([]),
            "Kept and told; changes nothing here."
        ),
        .init(
            "index.interval.bytes",
            "4096",
            .int(least: 0),
            "Kept and told; changes nothing here."
        ),
        .init(
            "leader.replication.throttled.replicas",
            "",
            .list([]),
            "Kept and told; changes nothing here."
        ),
        .init(
            "local.retention.bytes",
            "-2",
            .long(least: -2),
            "Kept and told; changes nothing here."
        ),
        .init("local.retention.ms", "-2", .long(least: -2), "Kept and told; changes nothing here."),
        .init(
            "max.compaction.lag.ms",
            never,
            .long(least: 1),
            "Kept and told; changes nothing here."
        ),
        .init(
            "max.message.bytes",
            "1048588",
            .int(least: 0),
            "The largest record batch that is taken."
        ),
        .init(
            "message.downconversion.enable",
            "false",
            .boolean,
            "Kept and told; changes nothing here."
        ),
        .init("message.format.version", "3.0-IV1", .text, "Kept and told; changes nothing here."),
        .init(
            "message.timestamp.after.max.ms",
            "3600000",
            .long(least: 0),
            "How far ahead of the broker's clock a record's own timestamp may lie."
        ),
        .init(
            "message.timestamp.before.max.ms",
            never,
            .long(least: 0),
            "How far behind the broker's clock a record's own timestamp may lie."
        ),
        .init(
            "message.timestamp.difference.max.ms",
            never,
            .long(least: 0),
            "Kept and told; changes nothing here."
        ),
        .init(
            "message.timestamp.type",
            "CreateTime",
            .choice(["CreateTime", "LogAppendTime"]),
            "Whose clock a record's timestamp comes from: the producer's or the broker's."
        ),
        .init(
            "min.cleanable.dirty.ratio",
            "0.5",
            .double(0 ... 1),
            "Kept and told; changes nothing here."
        ),
        .init(
            "min.compaction.lag.ms",
            "0",
            .long(least: 0),
            "Kept and told; changes nothing here."
        ),
        .init(
            "min.insync.replicas",
            "1",
            .int(least: 1),
            "Kept and told; there is one replica of everything."
        ),
        .init("preallocate", "false", .boolean, "Kept and told; changes nothing here."),
        .init("remote.storage.enable", "false", .choice(["false"]), "There is no remote storage."),
        .init(
            "retention.bytes",
            "-1",
            .long(least: -1),
            "How many bytes of a partition are kept; -1 for all."
        ),
        .init("retention.ms", "-1", .long(least: -1), "How long records are kept; -1 for ever."),
        .init("segment.bytes", "134217728", .int(least: 14), "How large a segment file grows."),
        .init(
            "segment.index.bytes",
            "10485760",
            .int(least: 4),
            "Kept and told; changes nothing here."
        ),
        .init("segment.jitter.ms", "0", .long(least: 0), "Kept and told; changes nothing here."),
        .init("segment.ms", "604800000", .long(least: 1), "Kept and told; changes nothing here."),
        .init(
            "unclean.leader.election.enable",
            "false",
            .boolean,
            "Kept and told; changes nothing here."
        ),
    ]
}
