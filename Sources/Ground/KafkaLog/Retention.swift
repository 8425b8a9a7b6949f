internal import Bytes
internal import Logs

extension Retention {
    /// What Kafka is told, everything explicitly: a broker's own defaults delete history.
    var configuration: [(name: String, value: String)] {
        let policy = self == .latestPerKey ? "compact" : "delete"
        return [
            ("cleanup.policy", policy), ("retention.ms", "\(milliseconds)"),
            ("retention.bytes", "-1"),
        ]
    }

    /// What a topic promises. One that is cut by size promises no time at all.
    init(configuration: [String: String]) {
        let policies = (configuration["cleanup.policy"] ?? "delete").split(separator: ",").map {
            $0.filter { $0 != " " }
        }
        // Kafka's own default: a week.
        let milliseconds = configuration["retention.ms"].flatMap { Int64($0) } ?? 604_800_000
        let bytes = configuration["retention.bytes"].flatMap { Int64($0) } ?? -1
        // Kafka takes both policies at once: then older records of a key go before their time.
        switch policies.contains("compact") {
        case true: self = .latestPerKey
        case false where bytes >= 0: self = .span(TimeSpan(microseconds: 0))
        case false where milliseconds < 0: self = .forever
        case false:
            self = .span(TimeSpan(microseconds: min(milliseconds, Int64.max / 1_000) * 1_000))
        }
    }

    private var milliseconds: Int64 {
        switch self {
        case .forever, .latestPerKey: -1
        case .span(let span): max(0, span.microseconds / 1_000)
        }
    }
}
