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
        response.topics = asked.map { asked in
            guard asked.id == .none else { return described(id: asked.id) }
            return described(named: asked.name ?? "", creating: request.mayCreateTopics)
        }
        return response
    }

    func topic(with id: TopicID) -> Topic? { store.topics().first { $0.id == id.bytes } }

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

    private func described(id: TopicID) -> MetadataResponse.Topic {
        if let topic = topic(with: id) { return described(topic) }
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
        } else if creating, settings.autoCreateTopics {
            do {
                let topic = try store.createTopic(
                    name,
                    partitions: settings.defaultPartitions,
                    configuration: [:]
                )
                log("Topic \(name) was created because a client asked for it.")
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
