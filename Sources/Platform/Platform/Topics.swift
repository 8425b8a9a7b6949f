internal import Bytes
internal import Events
internal import Logs

extension Platform {
    /// Creates the platform's topics that are missing, and refuses to run on ones that would lose history.
    func settleTopics() throws {
        var existing: [String: TopicSpec] = [:]
        for topic in try log.topics() { existing[topic.name] = topic }
        for wanted in PlatformTopics.all {
            guard let topic = existing[wanted.name] else {
                try createUnlessThere(wanted)
                continue
            }
            guard topic.partitions == wanted.partitions else {
                throw PlatformError.invalid(
                    "the topic \(wanted.name) has \(topic.partitions) partitions and must have \(wanted.partitions): "
                        + "what is in it cannot be folded. Use another cluster or another --data"
                )
            }
            guard topic.retention.keeps(atLeast: wanted.retention) else {
                throw PlatformError.invalid(
                    "the topic \(wanted.name) keeps \(topic.retention) and must keep \(wanted.retention): history would be "
                        + "lost. Set its retention.ms to \(wanted.retention.milliseconds)"
                )
            }
        }
    }
}

extension Platform {
    /// Another server may have been faster.
    func createUnlessThere(_ topic: TopicSpec) throws(LogError) {
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

    /// As Kafka's retention.ms has it.
    fileprivate var milliseconds: Int64 {
        if case .span(let span) = self { span.microseconds / 1_000 } else { -1 }
    }
}
