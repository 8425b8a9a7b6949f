import Testing

@testable import Broker

@Suite struct `Topics` {
    @Test func `created by a client are there after a restart, with their id`() async throws {
        try await withBroker { scene in
            var client = try scene.client()
            #expect(try client.create("events", partitions: 3, ["retention.ms": "1000"]) == 0)
            #expect(try client.create("events") == ErrorCode.topicAlreadyExists.rawValue)
            let before = try client.ask(MetadataRequest(), version: 12)
            #expect(before.topics.map(\.name) == ["events"])
            #expect(before.topics[0].partitions.map(\.index) == [0, 1, 2])
            #expect(
                before.topics[0].partitions.allSatisfy {
                    $0.leader == 1 && $0.leaderEpoch == 0 && $0.replicas == [1]
                }
            )
            #expect(before.topics[0].id != .none)
            #expect(before.brokers.map(\.id) == [1])
            #expect(before.brokers[0].port == Int32(scene.broker.port))
            try await scene.restart()
            client = try scene.client()
            let after = try client.ask(MetadataRequest(), version: 12)
            #expect(after.topics == before.topics)
            #expect(after.clusterID == before.clusterID)
        }
    }

    @Test func `are described in every version of Metadata, by name and by id`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events")
            let id = try client.ask(MetadataRequest(), version: 12).topics[0].id
            for version in API.metadata.versions {
                var request = MetadataRequest()
                var asked = MetadataRequest.Topic()
                asked.name = "events"
                request.topics = [asked]
                #expect(try client.ask(request, version: version).topics.map(\.name) == ["events"])
                request.topics = version == 0 ? nil : []
                #expect(
                    try client.ask(request, version: version).topics.count == (version == 0 ? 1 : 0)
                )
            }
            var request = MetadataRequest()
            var (known, unknown) = (MetadataRequest.Topic(), MetadataRequest.Topic())
            known.id = id
            unknown.id = TopicID([UInt8](repeating: 9, count: 16))
            request.topics = [known, unknown]
            let found = try client.ask(request, version: 12).topics
            #expect(found.map(\.name) == ["events", nil])
            #expect(found.map(\.error) == [0, ErrorCode.unknownTopicID.rawValue])
        }
    }

    @Test func `come into being when a client asks for them and may`() async throws {
        try await withBroker({ $0.defaultPartitions = 2 }) { scene in
            let client = try scene.client()
            var request = MetadataRequest()
            var asked = MetadataRequest.Topic()
            asked.name = "wanted"
            request.topics = [asked]
            request.mayCreateTopics = false
            #expect(
                try client.ask(request, version: 9).topics[0].error
                    == ErrorCode.unknownTopicOrPartition.rawValue
            )
            request.mayCreateTopics = true
            #expect(try client.ask(request, version: 9).topics[0].partitions.count == 2)
            request.topics?[0].name = "not a name"
            #expect(
                try client.ask(request, version: 9).topics[0].error
                    == ErrorCode.invalidTopic.rawValue
            )
        }
    }

    @Test func `are not made of what makes no sense`() throws {
        func refusal(_ change: (inout CreateTopicsRequest.Topic) -> Void) -> ErrorCode? {
            var topic = CreateTopicsRequest.Topic()
            (topic.name, topic.partitions, topic.replicationFactor) = ("events", 1, 1)
            change(&topic)
            do throws(Refusal) {
                _ = try NewTopic(topic, defaultPartitions: 4)
                return nil
            } catch {
                return error.code
            }
        }
        func set(_ name: String, _ value: String?) -> ErrorCode? {
            refusal {
                var setting = CreateTopicsRequest.Setting()
                (setting.name, setting.value) = (name, value)
                $0.configuration = [setting]
            }
        }
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0.partitions = -1 } == nil)
        #expect(refusal { $0.replicationFactor = -1 } == nil)
        #expect(refusal { $0.replicationFactor = 3 } == nil)
        #expect(refusal { $0.partitions = 0 } == .invalidPartitions)
        #expect(refusal { $0.partitions = 1_000_000 } == .invalidPartitions)
        #expect(refusal { $0.replicationFactor = 0 } == .invalidReplicationFactor)
        for name in ["", ".", "..", "a/b", "ä", String(repeating: "a", count: 250)] {
            #expect(refusal { $0.name = name } == .invalidTopic, "\(name)")
        }
        #expect(set("retention.ms", "86400000") == nil)
        #expect(set("retention.ms", nil) == nil)
        #expect(set("retention.ms", "soon") == .invalidConfig)
        #expect(set("retention.ms", "-2") == .invalidConfig)
        #expect(set("cleanup.policy", "compact,delete") == nil)
        #expect(set("cleanup.policy", "shred") == .invalidConfig)
        #expect(set("compression.type", "gzip") == .invalidConfig)
        #expect(set("min.cleanable.dirty.ratio", "1.5") == .invalidConfig)
        #expect(set("no.such.key", "1") == .invalidConfig)
    }

    @Test func `can be tried without being created, and asked for twice in one request are not`()
        async throws
    {
        try await withBroker { scene in
            let client = try scene.client()
            var topic = CreateTopicsRequest.Topic()
            (topic.name, topic.partitions, topic.replicationFactor) = ("events", -1, 3)
            var request = CreateTopicsRequest()
            request.topics = [topic]
            request.onlyValidates = true
            for version in Int16(1) ... 7 {
                let answer = try client.ask(request, version: version).topics[0]
                #expect(answer.error == 0)
                if version >= 5 {
                    #expect([answer.partitions, Int32(answer.replicationFactor)] == [4, 1])
                }
            }
            request.onlyValidates = false
            request.topics = [topic, topic]
            #expect(
                try client.ask(request, version: 4).topics.map(\.error) == [
                    ErrorCode.invalidRequest.rawValue
                ]
            )
            #expect(try client.ask(MetadataRequest(), version: 9).topics.isEmpty)
        }
    }

    @Test func `are deleted by name and by id`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            for version in API.deleteTopics.versions {
                try client.create("events")
                var request = DeleteTopicsRequest()
                if version < 6 {
                    request.names = ["events", "nowhere"]
                } else {
                    var (known, unknown) = (
                        DeleteTopicsRequest.Topic(), DeleteTopicsRequest.Topic()
                    )
                    known.id = try client.ask(MetadataRequest(), version: 12).topics[0].id
                    unknown.id = TopicID([UInt8](repeating: 9, count: 16))
                    request.topics = [known, unknown]
                }
                let errors = try client.ask(request, version: version).topics.map(\.error)
                #expect(errors == [0, version < 6 ? 3 : ErrorCode.unknownTopicID.rawValue])
                #expect(try client.ask(MetadataRequest(), version: 12).topics.isEmpty)
            }
        }
    }

    @Test func `are described with every setting, those that nobody set included`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events", ["retention.ms": "1000"])
            for version in API.describeConfigs.versions {
                var (topic, broker, other) = (
                    DescribeConfigsRequest.Resource(), DescribeConfigsRequest.Resource(),
                    DescribeConfigsRequest.Resource()
                )
                (topic.kind, topic.name) = (DescribeConfigsRequest.Resource.topic, "events")
                (broker.kind, broker.name) = (DescribeConfigsRequest.Resource.broker, "1")
                (other.kind, other.name) = (DescribeConfigsRequest.Resource.topic, "nowhere")
                var request = DescribeConfigsRequest()
                request.resources = [topic, broker, other]
                request.includesSynonyms = true
                request.includesDocumentation = true
                let results = try client.ask(request, version: version).results
                #expect(results.map(\.error) == [0, 0, ErrorCode.unknownTopicOrPartition.rawValue])
                #expect(results[0].settings.map(\.name) == TopicConfiguration.all.map(\.name))
                let values = Dictionary(
                    uniqueKeysWithValues: results[0].settings.map { ($0.name, $0.value) }
                )
                #expect(values["retention.ms"] == "1000")
                #expect(values["cleanup.policy"] == "delete")
                #expect(!results[1].settings.isEmpty)
            }
            var topic = DescribeConfigsRequest.Resource()
            (topic.kind, topic.name, topic.keys) = (
                DescribeConfigsRequest.Resource.topic, "events", ["retention.ms"]
            )
            var request = DescribeConfigsRequest()
            request.resources = [topic]
            let found = try client.ask(request, version: 4).results[0].settings
            #expect(found.map(\.name) == ["retention.ms"])
            #expect(found.map(\.source) == [ConfigSource.topic.rawValue])
        }
    }
}

@Suite struct `A broker` {
    @Test func `says which port is taken, and what to do`() async throws {
        try await withBroker { scene in
            var settings = Broker.Settings()
            settings.port = scene.broker.port
            let second = Broker(store: scene.store, settings: settings)
            await #expect(throws: BrokerError.portTaken(host: "127.0.0.1", port: scene.broker.port))
            {
                try await second.start()
            }
            #expect(
                "\(BrokerError.portTaken(host: "127.0.0.1", port: 9092))".contains(
                    "choose another port"
                )
            )
        }
    }

    @Test func `coordinates every group, and says that it has no transactions`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            for version in API.findCoordinator.versions {
                var request = FindCoordinatorRequest()
                (request.key, request.keys) = ("group", ["group", "other"])
                var answer = try client.ask(request, version: version)
                if version < 4 {
                    #expect(answer.error == 0)
                    #expect([answer.node, answer.port] == [1, Int32(scene.broker.port)])
                } else {
                    #expect(answer.coordinators.map(\.key) == ["group", "other"])
                    #expect(answer.coordinators.allSatisfy { $0.node == 1 && $0.error == 0 })
                }
                guard version > 0 else { continue }
                request.keyType = FindCoordinatorRequest.transaction
                answer = try client.ask(request, version: version)
                let error = version < 4 ? answer.error : answer.coordinators[0].error
                #expect(error == ErrorCode.transactionalIDAuthorizationFailed.rawValue)
            }
        }
    }

    @Test func `describes itself as a cluster of one`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            for version in API.describeCluster.versions {
                let answer = try client.ask(DescribeClusterRequest(), version: version)
                #expect(answer.brokers.map(\.id) == [1])
                #expect(answer.controller == 1)
                #expect(!answer.clusterID.isEmpty)
            }
            try client.create("events")
            _ = try client.produce(TestBatch("a").bytes, to: "events")
            for version in API.offsetForLeaderEpoch.versions {
                var topic = OffsetForLeaderEpochRequest.Topic()
                topic.name = "events"
                topic.partitions = [.init()]
                var request = OffsetForLeaderEpochRequest()
                request.topics = [topic]
                #expect(
                    try client.ask(request, version: version).topics[0].partitions[0].endOffset == 1
                )
            }
        }
    }
}
