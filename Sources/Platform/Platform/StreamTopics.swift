internal import Engine
internal import Events
internal import Logs
internal import Records
internal import Store
internal import Streams
internal import Synchronization

/// Whether every stream has the topic that it says.
extension Platform {
    static var topicUnfit: String { "topicUnfit" }

    /// Looks at the topics of all streams, which anybody may change with a Kafka client. Nobody makes seats fit at the
    /// same time. Blocks.
    func lookAtTopics() throws {
        try reconciling.withLock { _ in
            try fitTopics(of: try StreamCatalog.View(store).streams(), creatingAll: false)
        }
    }

    /// Finds out which streams do not have the topic that they say, and whose clock stamps the records of those that do.
    /// What cannot be had, or is not as its stream says, is an alert about that stream, is looked at again, and keeps no
    /// other from its topic. Blocks.
    /// `creatingAll`: Whether each topic that is missing is created. Otherwise only those are that could not be before:
    /// one that somebody has deleted stays so until something is declared.
    func fitTopics(of entries: [StreamCatalog.Entry], creatingAll: Bool) throws {
        let existing = Dictionary(
            try log.topics().map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let former = inputs.withLock { $0.unfit }
        var unfit: [String: Unfit] = [:]
        var stamps = existing.mapValues(\.stamp)
        for entry in entries {
            // What is being built is about to be served.
            guard
                let definition = streams.value(of: entry.newest)
                    ?? streams.value(of: entry.served)
            else { continue }
            if let topic = existing[definition.topic] {
                unfit[definition.name] = Self.misfit(of: topic, definition)
            } else if creatingAll || former[definition.name] != nil {
                unfit[definition.name] = creationFault(of: definition)
                if unfit[definition.name] == nil { stamps[definition.topic] = .log }
            }
        }
        inputs.withLock { $0.unfit = unfit }
        for (stream, fault) in unfit.sorted(by: { $0.key < $1.key })
        where former[stream] != fault {
            engine.raise(
                Self.topicUnfit,
                about: stream,
                "The stream \(stream) cannot have its topic: \(fault.why).",
                ""
            )
        }
        try engine.resolveAlerts(Self.topicUnfit, "The stream has its topic, or is no more.") {
            unfit[$0] == nil
        }
        // What is known is known, though another topic's stamp could not be set.
        defer { inputs.withLock { $0.stamps = stamps } }
        try stampTopics(Set(entries.compactMap { streams.value(of: $0.served)?.topic }), &stamps)
    }

    /// Why a topic is not as its stream says; nil: it is.
    private static func misfit(of topic: TopicSpec, _ definition: StreamDefinition) -> Unfit? {
        guard topic.partitions != definition.partitions else { return nil }
        let refusal = StreamRefusal.partitionsDiffer(
            stream: definition.name,
            topic: topic.name,
            existing: topic.partitions,
            declared: definition.partitions
        )
        return Unfit(topic: topic.name, why: "\(refusal)")
    }

    /// Why the topic of a stream cannot be created; nil: it is there.
    private func creationFault(of definition: StreamDefinition) -> Unfit? {
        do throws(LogError) {
            try engine.createUnlessThere(
                TopicSpec(
                    definition.topic,
                    partitions: definition.partitions,
                    retention: definition.retention,
                    stamp: .log
                )
            )
            return nil
        } catch {
            return Unfit(
                topic: definition.topic,
                why: "the topic \(definition.topic) cannot be created: \(error)"
            )
        }
    }
}

/// A topic that a stream cannot have as it says.
struct Unfit: Hashable {
    var topic: String
    var why: String
}
