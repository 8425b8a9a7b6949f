internal import Segments

extension Answers {
    func answer(_ request: MetadataRequest) -> MetadataResponse {
        var response = MetadataResponse()
        var node = MetadataResponse.Node()
        node.id = settings.nodeID
        node.host = endpoint.host
        node.port = endpoint.port
        response.brokers = [node]
        response.clusterID = store.clusterID
        response.controller = settings.nodeID
        guard let asked = request.topics else {
            response.topics =
                store.topics().filter { !TopicName.isInternal($0.name) }.map(described)
            return response
        }
        // Whoever names a topic a hundred thousand times is told of it once, as by Apache Kafka.
        var seen: Set<MetadataRequest.Topic> = []
        let names = asked.contains { $0.id != .none } ? namesByID() : [:]
        response.topics = asked.filter { seen.insert($0).inserted }.map { asked in
            guard asked.id == .none else { return described(id: asked.id, names) }
            return described(named: asked.name ?? "", creating: request.mayCreateTopics)
        }
        return response
    }

    /// A request may name very many by their id, so they are not looked for one by one.
    func namesByID() -> [TopicID: String] {
        Dictionary(store.topics().map { (TopicID($0.id), $0.name) }) { first, _ in first }
    }

    private func described(_ topic: Topic) -> MetadataResponse.Topic {
        var description = MetadataResponse.Topic()
        description.name = topic.name
        description.id = TopicID(topic.id)
        description.isInternal = TopicName.isInternal(topic.name)
        description.partitions = (0 ..< topic.partitions).map { index in
            var partition = MetadataResponse.Partition()
            partition.index = index
            partition.leader = settings.nodeID
            partition.leaderEpoch = Self.leaderEpoch
            partition.replicas = [settings.nodeID]
            partition.inSync = [settings.nodeID]
            return partition
        }
        return description
    }

    private func described(id: TopicID, _ names: [TopicID: String]) -> MetadataResponse.Topic {
        if let topic = names[id].flatMap({ store.topic($0) }) { return described(topic) }
        var description = MetadataResponse.Topic()
        description.id = id
        description.error = ErrorCode.unknownTopicID.rawValue
        return description
    }

    private func described(named name: String, creating: Bool) -> MetadataResponse.Topic {
        if let topic = store.topic(name) { return described(topic) }
        var description = MetadataResponse.Topic()
        description.name = name
        if Topic.flaw(in: name) != nil || TopicName.isInternal(name) {
            description.error = ErrorCode.invalidTopic.rawValue
        } else if creating, settings.autoCreateTopics, !isGuarded(name) {
            do throws(Refusal) {
                try checkRoom(for: settings.defaultPartitions)
            } catch {
                description.error = error.code.rawValue
                return description
            }
            do {
                let topic = try store.createTopic(
                    name,
                    partitions: settings.defaultPartitions,
                    configuration: [:]
                )
                remarks.note(.topics, "Topic \(name) was created because a client asked for it.")
                return described(topic)
            } catch .topicExists {
                // Another client asked at the same moment.
                if let topic = store.topic(name) { return described(topic) }
                description.error = ErrorCode.unknownTopicOrPartition.rawValue
            } catch {
                description.error = code(for: error, doing: "Creating topic \(name)").rawValue
            }
        } else {
            description.error = ErrorCode.unknownTopicOrPartition.rawValue
        }
        return description
    }
}
