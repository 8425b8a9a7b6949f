internal import Bytes
public import Logs

extension Engine {
    /// Creates the platform's topics that are missing, and refuses to run on ones that would lose history.
    func settleTopics() throws {
        var existing: [String: TopicSpec] = [:]
        for topic in try log.topics() { existing[topic.name] = topic }
        for wanted in topics {
            guard let topic = existing[wanted.name] else {
                try createUnlessThere(wanted)
                continue
            }
            guard topic.partitions == wanted.partitions else {
                throw PlatformError.invalid(
                    "the topic \(wanted.name) has \(topic.partitions) partitions and must have \(wanted.partitions): "
                        + "what is in it cannot be folded. Bring the log back from a copy, or use another cluster or "
                        + "another --data"
                )
            }
            guard topic.retention.keeps(atLeast: wanted.retention) else {
                throw PlatformError.invalid(
                    "the topic \(wanted.name) has \(topic.retention.inKafkasWords), and history would be lost. Give it "
                        + "\(wanted.retention.settings) with any Kafka client"
                        + (ownsLog
                            ? ", while `tributary broker --data DIR` runs instead of this server"
                            : "")
                )
            }
        }
    }
}

extension Engine {
    /// Another server may have been faster.
    public func createUnlessThere(_ topic: TopicSpec) throws(LogError) {
        do throws(LogError) {
            try log.create(topic)
        } catch {
            guard case .topicExists = error else { throw error }
        }
    }
}

extension Retention {
    fileprivate func keeps(atLeast other: Retention) -> Bool {
        switch (self, other) {
        case (.forever, _): true
        case (.latestPerKey, .latestPerKey): true
        case (.span(let mine), .span(let others)): mine >= others
        default: false
        }
    }

    /// What a topic that keeps less than it must is set to.
    fileprivate var inKafkasWords: String {
        switch self {
        case .latestPerKey: "cleanup.policy=compact"
        // One that is cut by size promises no time at all.
        case .span(let span) where span.microseconds == 0: "retention.bytes, or retention.ms=0"
        case .forever, .span: "retention.ms=\(milliseconds)"
        }
    }

    /// Everything that a topic needs to keep as much.
    fileprivate var settings: String {
        let policy = self == .latestPerKey ? "compact" : "delete"
        return "cleanup.policy=\(policy), retention.ms=\(milliseconds) and retention.bytes=-1"
    }

    /// As Kafka's retention.ms has it.
    private var milliseconds: Int64 {
        if case .span(let span) = self { span.microseconds / 1_000 } else { -1 }
    }
}
