internal import Logs
internal import Records
internal import Store
internal import Synchronization

/// Whether every stream has the topic that it says.
extension Platform {
    static var topicUnfit: String { "topicUnfit" }

    /// Creates the topics of streams that are missing. What cannot be had, or is not as its stream says, is an alert about
    /// that stream, is tried again, and keeps no other from its topic. Blocks.
    func fitTopics(of definitions: [StreamDefinition]) throws {
        let existing = Dictionary(
            try log.topics().map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var unfit: [String: String] = [:]
        var stamps = existing.mapValues(\.stamp)
        for definition in definitions {
            let why = trouble(of: definition, existing: existing[definition.topic])
            unfit[definition.name] = why
            if why == nil, stamps[definition.topic] == nil { stamps[definition.topic] = .log }
        }
        let former = housekeeping.withLock { state in
            defer { state.unfit = unfit }
            if !unfit.isEmpty { state.isSeatingFailed = true }
            return state.unfit
        }
        for (stream, why) in unfit.sorted(by: { $0.key < $1.key }) where former[stream] != why {
            raise(
                Self.topicUnfit,
                about: stream,
                "The stream \(stream) cannot have its topic: \(why).",
                ""
            )
        }
        try resolveAlerts(Self.topicUnfit, "The stream has its topic, or is no more.") {
            unfit[$0] == nil
        }
        // What is known is known, though another topic's stamp could not be set.
        defer { housekeeping.withLock { $0.stamps = stamps } }
        try stampTopics(Set(definitions.map(\.topic)), &stamps)
    }

    /// Why a stream does not have its topic; nil: it does.
    private func trouble(of definition: StreamDefinition, existing: TopicSpec?) -> String? {
        guard let existing else {
            do throws(LogError) {
                try createUnlessThere(
                    TopicSpec(
                        definition.topic,
                        partitions: definition.partitions,
                        retention: definition.retention,
                        stamp: .log
                    )
                )
                return nil
            } catch {
                return "the topic \(definition.topic) cannot be created: \(error)"
            }
        }
        guard existing.partitions != definition.partitions else { return nil }
        return
            "the topic \(definition.topic) has \(existing.partitions) partitions, and the stream declares \(definition.partitions)"
    }
}
