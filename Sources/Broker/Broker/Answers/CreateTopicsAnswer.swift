internal import Segments

extension Answers {
    /// More than one machine has any use for, and each costs files.
    static let mostPartitions: Int32 = 10_000

    func answer(_ request: CreateTopicsRequest) -> CreateTopicsResponse {
        var response = CreateTopicsResponse()
        let names = Dictionary(grouping: request.topics, by: \.name)
        var answered: Set<String> = []
        for topic in request.topics where answered.insert(topic.name).inserted {
            let isRepeated = (names[topic.name]?.count ?? 0) > 1
            response.topics.append(
                isRepeated
                    ? refusal(
                        of: topic,
                        .init(.invalidRequest, "The request names \(topic.name) twice.")
                    )
                    : create(topic, onlyValidates: request.onlyValidates)
            )
        }
        return response
    }

    private func create(
        _ topic: CreateTopicsRequest.Topic,
        onlyValidates: Bool
    ) -> CreateTopicsResponse.Topic {
        do throws(Refusal) {
            let new = try NewTopic(topic, defaultPartitions: settings.defaultPartitions)
            guard store.topic(new.name) == nil else {
                throw .init(.topicAlreadyExists, "Topic \(new.name) exists already.")
            }
            try checkMayChange(new.name)
            try checkRoom(for: new.partitions)
            var id = TopicID.none
            if !onlyValidates { id = TopicID(try create(new).id) }
            var created = CreateTopicsResponse.Topic()
            created.name = new.name
            created.id = id
            created.partitions = new.partitions
            created.replicationFactor = 1
            created.configuration = TopicConfiguration.all.map { key in
                var setting = CreateTopicsResponse.Setting()
                setting.name = key.name
                setting.value = new.configuration[key.name] ?? key.standard
                setting.source =
                    (new.configuration[key.name] == nil ? ConfigSource.standard : .topic).rawValue
                return setting
            }
            return created
        } catch {
            return refusal(of: topic, error)
        }
    }

    private func create(_ new: NewTopic) throws(Refusal) -> Topic {
        do throws(SegmentError) {
            return try store.createTopic(
                new.name,
                partitions: new.partitions,
                configuration: new.configuration
            )
        } catch .invalidTopic(let why) {
            // The name was looked at before, so what is left is a setting that the store cannot keep.
            throw .init(.invalidConfig, why)
        } catch {
            throw .init(
                code(for: error, doing: "Creating topic \(new.name)"),
                "Topic \(new.name): \(error)"
            )
        }
    }

    /// Every partition costs memory and files, whoever asks for it.
    func checkRoom(for more: Int32) throws(Refusal) {
        let there = store.topics().reduce(0) { $0 + Int($1.partitions) }
        guard there + Int(more) <= settings.maxPartitions else {
            throw Refusal(
                .policyViolation,
                "There are \(there) partitions, and this broker has at most \(settings.maxPartitions)."
            )
        }
    }

    private func refusal(
        of topic: CreateTopicsRequest.Topic,
        _ refusal: Refusal
    ) -> CreateTopicsResponse.Topic {
        var refused = CreateTopicsResponse.Topic()
        refused.name = topic.name
        refused.error = refusal.code.rawValue
        refused.message = refusal.message
        return refused
    }
}

/// A topic that may be created.
struct NewTopic: Sendable, Equatable {
    var name: String
    var partitions: Int32
    var configuration: [String: String]

    init(_ topic: CreateTopicsRequest.Topic, defaultPartitions: Int32) throws(Refusal) {
        if let flaw = Topic.flaw(in: topic.name) { throw Refusal(.invalidTopic, flaw) }
        if TopicName.isInternal(topic.name) {
            throw Refusal(.invalidTopic, "Topic \(topic.name) belongs to the broker.")
        }
        name = topic.name
        partitions = try Self.partitions(of: topic, default: defaultPartitions)
        guard partitions <= Answers.mostPartitions else {
            throw Refusal(
                .invalidPartitions,
                "A topic has at most \(Answers.mostPartitions) partitions here."
            )
        }
        configuration = [:]
        for setting in topic.configuration {
            guard let key = TopicConfiguration.named(setting.name) else {
                throw Refusal(
                    .invalidConfig,
                    "\(setting.name) is no key of a topic's configuration."
                )
            }
            // Null means the default, which is what an absent key means too.
            guard let value = setting.value else { continue }
            if let fault = key.fault(in: value) { throw Refusal(.invalidConfig, fault) }
            guard configuration.updateValue(value, forKey: key.name) == nil else {
                throw Refusal(.invalidConfig, "\(key.name) is set twice.")
            }
        }
    }

    private static func partitions(
        of topic: CreateTopicsRequest.Topic,
        default standard: Int32
    ) throws(Refusal) -> Int32 {
        if topic.assignments.isEmpty {
            // More replicas than there are machines are asked for by clients written for a cluster; they get one.
            guard topic.replicationFactor == -1 || topic.replicationFactor > 0 else {
                throw Refusal(
                    .invalidReplicationFactor,
                    "There cannot be \(topic.replicationFactor) replicas."
                )
            }
            guard topic.partitions == -1 || topic.partitions > 0 else {
                throw Refusal(.invalidPartitions, "A topic has at least one partition.")
            }
            return topic.partitions == -1 ? standard : topic.partitions
        }
        guard topic.partitions == -1, topic.replicationFactor == -1 else {
            throw Refusal(
                .invalidRequest,
                "A topic with assignments must leave both numbers at -1."
            )
        }
        let count = Int32(topic.assignments.count)
        guard Set(topic.assignments.map(\.partition)) == Set(0 ..< count) else {
            throw Refusal(
                .invalidReplicaAssignment,
                "Partitions are numbered from 0 without a gap."
            )
        }
        return count
    }
}
