import Foundation
import Segments
import Testing

@testable import Broker

@Suite struct `The settings of a topic` {
    @Test func `change at a client's request, one by one, and stay changed after a restart`()
        async throws
    {
        try await withBroker { scene in
            var client = try scene.client()
            try client.create("events", ["retention.ms": "1000", "retention.bytes": "7000"])
            for version in API.incrementalAlterConfigs.versions {
                let outcome = try client.change(
                    "events",
                    [("retention.ms", 0, "\(2_000 + version)"), ("retention.bytes", 1, nil)],
                    version: version
                )
                #expect(outcome.error == 0, "\(outcome)")
                #expect([outcome.kind, 2] == [2, 2])
                #expect(outcome.name == "events")
                let found = try client.settings(of: "events")
                #expect(found == ["retention.ms": "\(2_000 + version)"])
            }
            try await scene.restart()
            client = try scene.client()
            #expect(try client.settings(of: "events") == ["retention.ms": "2001"])
        }
    }

    @Test func `are all replaced by AlterConfigs`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            for version in API.alterConfigs.versions {
                try client.create("t\(version)", ["retention.ms": "1000"])
                var (request, resource, setting) = (
                    AlterConfigsRequest(), AlterConfigsRequest.Resource(),
                    AlterConfigsRequest.Setting()
                )
                (setting.name, setting.value) = ("max.message.bytes", "2000")
                (resource.kind, resource.name, resource.settings) = (2, "t\(version)", [setting])
                request.resources = [resource]
                request.onlyValidates = true
                #expect(try client.ask(request, version: version).results.map(\.error) == [0])
                #expect(try client.settings(of: "t\(version)") == ["retention.ms": "1000"])
                request.onlyValidates = false
                #expect(try client.ask(request, version: version).results.map(\.error) == [0])
                #expect(try client.settings(of: "t\(version)") == ["max.message.bytes": "2000"])
            }
        }
    }

    @Test func `are in force for the next batch`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events")
            let batch = TestBatch("a value").bytes
            #expect(try client.produce(batch, to: "events").logAppendTime == -1)
            #expect(
                try client.change("events", [("message.timestamp.type", 0, "LogAppendTime")]).error
                    == 0
            )
            let stamped = try client.produce(batch, to: "events")
            #expect(stamped.logAppendTime > 1_700_000_000_000)
            let last = try #require(client.fetch("events", from: 1).records.slices?.first)
            // Bit 3 of the attributes says whose clock it was.
            #expect(last[22] & 8 == 8)
            #expect(try client.change("events", [("max.message.bytes", 0, "60")]).error == 0)
            #expect(
                try client.produce(batch, to: "events").error == ErrorCode.messageTooLarge.rawValue
            )
            #expect(
                try client.change(
                    "events",
                    [("max.message.bytes", 1, nil), ("segment.bytes", 0, "100")]
                )
                .error == 0
            )
            for _ in 0 ..< 4 { #expect(try client.produce(batch, to: "events").error == 0) }
            #expect(try client.fetch("events").values.isEmpty == false)
            // Each batch begins a segment of its own now.
            func segments() throws -> Int {
                let folder = try FileManager.default.subpathsOfDirectory(atPath: scene.folder)
                return folder.filter { $0.contains("events") && $0.hasSuffix(".log") }.count
            }
            #expect(try await eventually { try segments() >= 4 })
        }
    }

    @Test func `that are lists can be added to and taken from`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events")
            func policy(_ operation: Int8, _ value: String) throws -> String? {
                let outcome = try client.change("events", [("cleanup.policy", operation, value)])
                #expect(outcome.error == 0, "\(outcome)")
                return try client.settings(of: "events")["cleanup.policy"]
            }
            #expect(try policy(2, "compact") == "delete,compact")
            #expect(try policy(2, "compact") == "delete,compact")
            #expect(try policy(3, "delete") == "compact")
            let emptied = try client.change("events", [("cleanup.policy", 3, "compact")])
            #expect(emptied.error == ErrorCode.invalidConfig.rawValue)
            let number = try client.change("events", [("retention.ms", 2, "5")])
            #expect(number.error == ErrorCode.invalidConfig.rawValue)
        }
    }

    @Test(
        arguments: [
            ("events", "retention.ms", 0, "soon", ErrorCode.invalidConfig),
            ("events", "retention.ms", 0, "-2", .invalidConfig),
            ("events", "no.such.key", 0, "1", .invalidConfig),
            ("events", "compression.type", 0, "gzip", .invalidConfig),
            // It says which way records take to the disk.
            ("events", "flush.messages", 0, "100", .invalidConfig),
            ("events", "retention.ms", 0, nil, .invalidRequest),
            ("events", "retention.ms", 9, "1", .invalidRequest),
            ("nowhere", "retention.ms", 0, "1", .unknownTopicOrPartition),
            ("__consumer_offsets", "retention.ms", 0, "1", .invalidTopic),
        ] as [(String, String, Int8, String?, ErrorCode)]
    )
    func `stay as they are where the change makes no sense, with a sentence that says why`(
        topic: String,
        key: String,
        operation: Int8,
        value: String?,
        code: ErrorCode
    ) async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events", ["retention.ms": "1000"])
            for onlyValidates in [true, false] {
                let outcome = try client.change(
                    topic,
                    [(key, operation, value)],
                    onlyValidates: onlyValidates
                )
                #expect(outcome.error == code.rawValue)
                #expect(outcome.message?.hasSuffix(".") ?? false, "\(outcome)")
            }
            #expect(try client.settings(of: "events") == ["retention.ms": "1000"])
        }
    }

    @Test func `are the topic's: those of the broker do not change while it runs`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            let broker = try client.change("1", [("num.partitions", 0, "9")], kind: 4)
            #expect(broker.error == ErrorCode.invalidConfig.rawValue)
            #expect(broker.message?.contains("when it starts") ?? false)
            let logger = try client.change("1", [("root", 0, "DEBUG")], kind: 8)
            #expect(logger.error == ErrorCode.invalidRequest.rawValue)
        }
    }
}

@Suite struct `A topic that is given more partitions` {
    static func request(_ name: String, _ count: Int32) -> CreatePartitionsRequest {
        var (request, topic) = (CreatePartitionsRequest(), CreatePartitionsRequest.Topic())
        (topic.name, topic.count) = (name, count)
        request.topics = [topic]
        return request
    }

    @Test func `has them for everybody, for good, and never fewer`() async throws {
        try await withBroker { scene in
            var client = try scene.client()
            try client.create("events", partitions: 2)
            _ = try client.produce(TestBatch("old").bytes, to: "events", 1)
            var count: Int32 = 2
            for version in API.createPartitions.versions {
                var wanted = Self.request("events", count + 2)
                wanted.onlyValidates = true
                #expect(try client.ask(wanted, version: version).results.map(\.error) == [0])
                #expect(try client.partitions(of: "events") == count)
                wanted.onlyValidates = false
                #expect(try client.ask(wanted, version: version).results.map(\.error) == [0])
                count += 2
                #expect(try client.partitions(of: "events") == count)
                for fewer in [count, count - 1, 0] {
                    let refused = try client.ask(Self.request("events", fewer), version: version)
                    #expect(refused.results[0].error == ErrorCode.invalidPartitions.rawValue)
                }
                _ = try client.produce(TestBatch("new").bytes, to: "events", count - 1)
                #expect(try client.fetch("events", count - 1).values == ["new"])
            }
            try await scene.restart()
            client = try scene.client()
            #expect(try client.partitions(of: "events") == count)
            #expect(try client.fetch("events", 1).values == ["old"])
            #expect(try client.fetch("events", count - 1).values == ["new"])
        }
    }

    @Test func `has them after a kill at the moment they are acknowledged`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events", partitions: 1)
            #expect(try client.ask(Self.request("events", 3), version: 3).results[0].error == 0)
            #expect(try client.change("events", [("retention.ms", 0, "77")]).error == 0)
            #expect(try client.produce(TestBatch("new").bytes, to: "events", 2).error == 0)
            // What a killed process leaves behind is what its files hold at that moment.
            let copy = "\(scene.folder)-killed"
            try FileManager.default.copyItem(atPath: scene.folder, toPath: copy)
            defer { try? FileManager.default.removeItem(atPath: copy) }
            let store = try SegmentStore(directory: copy)
            #expect(store.topic("events")?.partitions == 3)
            #expect(store.topic("events")?.configuration == ["retention.ms": "77"])
            #expect(store.bounds(of: TopicPartition("events", 2)) == 0 ..< 1)
            #expect(store.recovery.sentences == [])
            store.close()
        }
    }

    @Test func `stays as it is where that makes no sense`() async throws {
        try await withBroker({ $0.maxPartitions = 10 }) { scene in
            let client = try scene.client()
            try client.create("events", partitions: 2)
            func error(_ request: CreatePartitionsRequest) throws -> ErrorCode? {
                ErrorCode(rawValue: try client.ask(request, version: 3).results[0].error)
            }
            #expect(try error(Self.request("nowhere", 2)) == .unknownTopicOrPartition)
            #expect(try error(Self.request("__consumer_offsets", 2)) == .invalidTopic)
            #expect(try error(Self.request("events", 10_001)) == .invalidPartitions)
            #expect(try error(Self.request("events", 11)) == .policyViolation)
            var assigned = Self.request("events", 4)
            assigned.topics[0].assignments = [.init()]
            #expect(try error(assigned) == .invalidReplicaAssignment)
            var twice = Self.request("events", 4)
            twice.topics += twice.topics
            #expect(try error(twice) == .invalidRequest)
            #expect(try client.partitions(of: "events") == 2)
            #expect(try client.create("more", partitions: 9) == ErrorCode.policyViolation.rawValue)
        }
    }
}

extension TestClient {
    func change(
        _ name: String,
        _ changes: [(name: String, operation: Int8, value: String?)],
        kind: Int8 = 2,
        version: Int16 = 1,
        onlyValidates: Bool = false
    ) throws -> AlterConfigsResponse.Outcome {
        var (request, resource) = (
            IncrementalAlterConfigsRequest(), IncrementalAlterConfigsRequest.Resource()
        )
        (resource.kind, resource.name) = (kind, name)
        resource.changes = changes.map { asked in
            var change = IncrementalAlterConfigsRequest.Change()
            (change.name, change.operation, change.value) = asked
            return change
        }
        request.resources = [resource]
        request.onlyValidates = onlyValidates
        return try ask(request, version: version).results.first ?? .init()
    }

    /// What is set of a topic, without what is as by default.
    func settings(of topic: String) throws -> [String: String] {
        var (request, resource) = (DescribeConfigsRequest(), DescribeConfigsRequest.Resource())
        (resource.kind, resource.name) = (DescribeConfigsRequest.Resource.topic, topic)
        request.resources = [resource]
        let found = try ask(request, version: 4).results[0].settings
        return Dictionary(
            uniqueKeysWithValues: found.filter { $0.source == ConfigSource.topic.rawValue }.map {
                ($0.name, $0.value ?? "")
            }
        )
    }

    func partitions(of topic: String) throws -> Int32 {
        let topics = try ask(MetadataRequest(), version: 12).topics
        return Int32(topics.first { $0.name == topic }?.partitions.count ?? 0)
    }
}

/// Waits until something is so, for a minute at most: how busy the machine is decides nothing.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(60)
    while clock.now < end {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(5))
    }
    return false
}
