import Segments
import Testing

@testable import Broker

private let own = "the server's own"

private func guarding(_ settings: inout Broker.Settings) {
    settings.ownClientID = own
    settings.guardedTopicPrefixes = ["platform."]
}

private func topics(deleting names: String...) -> DeleteTopicsRequest {
    var request = DeleteTopicsRequest()
    request.names = names
    return request
}

@Suite struct `A topic whose name is guarded` {
    private let facts = "platform.facts"

    @Test func `is set, given partitions and deleted by no stranger, who is told why`() async throws
    {
        try await withBroker(guarding) { scene in
            #expect(try scene.client(own).create(facts, ["retention.ms": "-1"]) == 0)
            let stranger = try scene.client()
            let described = try stranger.ask(MetadataRequest(), version: 12).topics
            let id = try #require(described.first?.id)
            func expectRefused(_ error: Int16, _ message: String?, _ what: Comment) {
                #expect(error == ErrorCode.policyViolation.rawValue, what)
                #expect(message?.contains("`tributary broker`") ?? false, what)
            }
            for onlyValidates in [true, false] {
                let changed = try stranger.change(
                    facts,
                    [("retention.ms", 0, "1")],
                    onlyValidates: onlyValidates
                )
                expectRefused(changed.error, changed.message, "IncrementalAlterConfigs")
                var resource = AlterConfigsRequest.Resource()
                (resource.kind, resource.name) = (DescribeConfigsRequest.Resource.topic, facts)
                var all = AlterConfigsRequest()
                (all.resources, all.onlyValidates) = ([resource], onlyValidates)
                let replaced = try stranger.ask(all, version: 2).results[0]
                expectRefused(replaced.error, replaced.message, "AlterConfigs")
                var more = `A topic that is given more partitions`.request(facts, 2)
                more.onlyValidates = onlyValidates
                let grown = try stranger.ask(more, version: 3).results[0]
                expectRefused(grown.error, grown.message, "CreatePartitions")
            }
            let named = try stranger.ask(topics(deleting: facts), version: 5).topics[0]
            expectRefused(named.error, named.message, "DeleteTopics by name")
            var (byID, asked) = (DeleteTopicsRequest(), DeleteTopicsRequest.Topic())
            asked.id = id
            byID.topics = [asked]
            let identified = try stranger.ask(byID, version: 6).topics[0]
            expectRefused(identified.error, identified.message, "DeleteTopics by id")
            #expect(try stranger.settings(of: facts) == ["retention.ms": "-1"])
            #expect(try stranger.partitions(of: facts) == 1)
        }
    }

    @Test func `comes into being for no stranger`() async throws {
        try await withBroker(guarding) { scene in
            let stranger = try scene.client()
            #expect(try stranger.create(facts) == ErrorCode.policyViolation.rawValue)
            var (request, asked) = (MetadataRequest(), MetadataRequest.Topic())
            asked.name = facts
            (request.topics, request.mayCreateTopics) = ([asked], true)
            let described = try stranger.ask(request, version: 9).topics[0]
            #expect(described.error == ErrorCode.unknownTopicOrPartition.rawValue)
            #expect(scene.store.topic(facts) == nil)
            #expect(try scene.client(own).create(facts) == 0)
            #expect(try stranger.create(facts) == ErrorCode.topicAlreadyExists.rawValue)
        }
    }

    @Test func `is its server's to set, to give partitions and to delete`() async throws {
        try await withBroker(guarding) { scene in
            let server = try scene.client(own)
            #expect(try server.create(facts) == 0)
            #expect(try server.change(facts, [("retention.ms", 0, "7")]).error == 0)
            let more = `A topic that is given more partitions`.request(facts, 2)
            #expect(try server.ask(more, version: 3).results[0].error == 0)
            #expect(try server.settings(of: facts) == ["retention.ms": "7"])
            #expect(try server.partitions(of: facts) == 2)
            #expect(try server.ask(topics(deleting: facts), version: 5).topics[0].error == 0)
        }
    }

    @Test func `is written and read by everybody, who may delete its records`() async throws {
        try await withBroker(guarding) { scene in
            #expect(try scene.client(own).create(facts) == 0)
            let stranger = try scene.client()
            #expect(try stranger.produce(TestBatch("a").bytes, to: facts).error == 0)
            #expect(try stranger.fetch(facts).values == ["a"])
            var (topic, partition) = (
                DeleteRecordsRequest.Topic(), DeleteRecordsRequest.Partition()
            )
            partition.offset = -1
            (topic.name, topic.partitions) = (facts, [partition])
            var request = DeleteRecordsRequest()
            request.topics = [topic]
            let answer = try stranger.ask(request, version: 2).topics[0].partitions[0]
            #expect(answer.error == 0)
            #expect(answer.lowWatermark == 1)
        }
    }

    @Test(arguments: ["platform", "platforms", "orders"])
    func `keeps no other from anybody`(name: String) async throws {
        try await withBroker(guarding) { scene in
            let stranger = try scene.client()
            #expect(try stranger.create(name) == 0)
            #expect(try stranger.change(name, [("retention.ms", 0, "7")]).error == 0)
            let more = `A topic that is given more partitions`.request(name, 2)
            #expect(try stranger.ask(more, version: 3).results[0].error == 0)
            #expect(try stranger.ask(topics(deleting: name), version: 5).topics[0].error == 0)
        }
    }
}
