internal import Synchronization

/// What can change about a topic while it is there.
extension SegmentStore {
    /// Sets a topic otherwise, for good: durable, and in force for whatever comes next, when it returns.
    /// `change`: Gives the new configuration for the one that is there; callers come one after the other.
    public func changeConfiguration(
        of name: String,
        _ change: ([String: String]) -> [String: String]
    ) throws(SegmentError) -> Topic {
        try changeCatalog { catalog throws(SegmentError) in
            guard let place = catalog.topics.firstIndex(where: { $0.name == name }) else {
                throw .unknownTopic(name)
            }
            let configuration = change(catalog.topics[place].configuration)
            try check(configuration, for: catalog.topics[place])
            catalog.topics[place] = catalog.topics[place].with(configuration: configuration)
            return catalog.topics[place]
        } then: { topic in
            let settings = settings(of: topic)
            engine.state.withLock { state in
                state.topics[topic.name] = topic
                for number in 0 ..< topic.partitions {
                    state[TopicPartition(topic.name, number)]?.settings = settings
                }
            }
        }
    }

    /// Why a topic that is there cannot be set so.
    public func check(
        _ configuration: [String: String],
        for topic: Topic
    ) throws(SegmentError) {
        let old = try TopicSettings(topic.configuration, defaults: engine.settings)
        let new = try TopicSettings(configuration, defaults: engine.settings)
        guard old.isJournaled == new.isJournaled else {
            // Records on their way through the journal would be overtaken by those that do without it.
            throw .invalidTopic(
                "flush.messages of a topic that is there cannot change from 1 to more, or back: it says which way "
                    + "records take to the disk. Make another topic."
            )
        }
    }

    /// Gives a topic more partitions, for good. Durable when it returns.
    public func addPartitions(to name: String, upTo count: Int32) throws(SegmentError) -> Topic {
        var before: Int32 = 0
        return try changeCatalog { catalog throws(SegmentError) in
            guard let place = catalog.topics.firstIndex(where: { $0.name == name }) else {
                throw .unknownTopic(name)
            }
            let topic = catalog.topics[place]
            guard topic.partitions < count, count <= 10_000 else {
                throw .invalidTopic(
                    "Topic \(name) has \(topic.partitions) partitions; it can be given more, 10000 at most, and not \(count)."
                )
            }
            before = topic.partitions
            catalog.topics[place] = topic.with(partitions: count)
            return catalog.topics[place]
        } then: { topic in
            let settings = settings(of: topic)
            add(topic, settings, from: before)
        }
    }

    /// Of a topic in the catalog; they were read before it came in there.
    private func settings(of topic: Topic) -> TopicSettings {
        do throws(SegmentError) {
            return try TopicSettings(topic.configuration, defaults: engine.settings)
        } catch {
            preconditionFailure("What is in the catalog was checked: \(error)")
        }
    }
}

extension Topic {
    fileprivate func with(
        partitions: Int32? = nil,
        configuration: [String: String]? = nil
    ) -> Topic {
        Topic(
            name: name,
            id: id,
            partitions: partitions ?? self.partitions,
            configuration: configuration ?? self.configuration,
            createdAtMilliseconds: createdAtMilliseconds
        )
    }
}
