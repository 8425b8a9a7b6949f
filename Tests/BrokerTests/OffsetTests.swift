import Bytes
import Foundation
import Segments
import Testing

@testable import Broker

@Suite struct `Committed offsets` {
    private static func commit(
        _ group: String,
        _ offset: Int64,
        _ partition: Int32 = 0,
        of topic: String = "work",
        metadata: String? = nil
    ) -> OffsetCommitRequest {
        var (request, asked, part) = (
            OffsetCommitRequest(), OffsetCommitRequest.Topic(), OffsetCommitRequest.Partition()
        )
        (part.index, part.offset, part.leaderEpoch) = (partition, offset, 3)
        part.metadata = metadata
        (asked.name, asked.partitions) = (topic, [part])
        (request.group, request.topics) = (group, [asked])
        return request
    }

    private static func fetch(
        _ group: String,
        _ client: TestClient,
        version: Int16 = 9
    ) throws -> [OffsetFetchResponse.Topic] {
        var (request, topic, one) = (
            OffsetFetchRequest(), OffsetFetchRequest.Topic(), OffsetFetchRequest.Group()
        )
        (topic.name, topic.partitions) = ("work", [0, 1])
        (request.group, request.topics) = (group, [topic])
        (one.id, one.topics) = (group, [topic])
        request.groups = [one]
        let answer = try client.ask(request, version: version)
        return version < 8 ? answer.topics : answer.groups[0].topics
    }

    @Test func `come back in every version, with what was stored beside them`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("work", partitions: 2)
            for version in API.offsetCommit.versions {
                let request = Self.commit("group", Int64(version), metadata: "at €\(version)")
                let answer = try client.ask(request, version: version)
                #expect(answer.topics[0].partitions.map(\.error) == [0])
                let found = try Self.fetch("group", client, version: version)[0].partitions
                #expect(found.map(\.offset) == [Int64(version), -1])
                #expect(found.map(\.metadata) == ["at €\(version)", ""])
                if version >= 6 { #expect(found.map(\.leaderEpoch) == [3, -1]) }
                let strange = try Self.fetch("stranger", client, version: version)[0].partitions
                #expect(strange.map(\.offset) == [-1, -1])
                #expect(strange.map(\.error) == [0, 0])
            }
        }
    }

    @Test func `survive a kill at the moment they are acknowledged`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("work", partitions: 2)
            for offset in 1 ... 8 {
                let request = Self.commit("group", Int64(offset), metadata: "\(offset)")
                #expect(try client.ask(request, version: 8).topics[0].partitions[0].error == 0)
                // What a killed process leaves behind is what its files hold at that moment.
                let copy = "\(scene.folder)-\(offset)"
                try FileManager.default.copyItem(atPath: scene.folder, toPath: copy)
                defer { try? FileManager.default.removeItem(atPath: copy) }
                let store = try SegmentStore(directory: copy)
                let table = try Self.log(over: store).load()
                let found = table.groups["group"]?.offsets[TopicPartition("work", 0)]
                #expect(found?.offset == Int64(offset))
                #expect(found?.metadata == "\(offset)")
                store.close()
            }
            try await scene.restart()
            let found = try Self.fetch("group", scene.client())[0].partitions[0]
            #expect([found.offset, Int64(found.leaderEpoch)] == [8, 3])
        }
    }

    private static func log(over store: SegmentStore) -> StoredOffsetLog {
        StoredOffsetLog(
            store: store,
            compactionBytes: 100_000,
            remarks: Remarks { _ in },
            log: { _ in }
        ) { _, _ in }
    }

    @Test func `are written anew when their log is long, and say the same`() async throws {
        try await withBroker({ $0.groups.compactionBytes = 20_000 }) { scene in
            let client = try scene.client()
            try client.create("work", partitions: 2)
            for offset in 0 ..< 400 {
                let request = Self.commit("group-\(offset % 5)", Int64(offset), metadata: "x")
                try client.send(request, version: 8)
                _ = try client.receive(answerTo: OffsetCommitRequest.self, version: 8)
            }
            let partition = TopicPartition(StoredOffsetLog.topic, 0)
            #expect(try #require(scene.store.bounds(of: partition)).lowerBound > 100)
            try await scene.restart()
            let again = try scene.client()
            for group in 0 ..< 5 {
                let found = try Self.fetch("group-\(group)", again)[0].partitions[0]
                #expect(found.offset == Int64(395 + group))
            }
            #expect(scene.lines.all.contains { $0.contains("was written anew") })
        }
    }

    @Test func `may be any number, because KafkaJS sets a group back to the beginning with -2`()
        async throws
    {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("work", partitions: 2)
            for offset in [Int64(-2), -1, .min, .max, 0] {
                let answer = try client.ask(Self.commit("group", offset), version: 2)
                #expect(answer.topics[0].partitions.map(\.error) == [0])
                let found = try Self.fetch("group", client)[0].partitions
                #expect(found.map(\.offset) == [offset, -1])
                var (everything, group) = (OffsetFetchRequest(), OffsetFetchRequest.Group())
                (group.id, group.topics) = ("group", nil)
                everything.groups = [group]
                let all = try client.ask(everything, version: 9).groups[0].topics
                #expect(all.map { $0.partitions.map(\.offset) } == [[offset]])
            }
        }
    }

    @Test func `are refused where the topic is not, or the text is too long`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("work", partitions: 2)
            func error(_ request: OffsetCommitRequest) throws -> Int16 {
                try client.ask(request, version: 9).topics[0].partitions[0].error
            }
            let unknown = ErrorCode.unknownTopicOrPartition.rawValue
            #expect(try error(Self.commit("group", 1, of: "nowhere")) == unknown)
            #expect(try error(Self.commit("group", 1, 2)) == unknown)
            let long = String(repeating: "x", count: 4_097)
            #expect(
                try error(Self.commit("group", 1, metadata: long))
                    == ErrorCode.offsetMetadataTooLarge.rawValue
            )
            #expect(try client.ask(ListGroupsRequest(), version: 4).groups.isEmpty)
        }
    }

    @Test func `go with their topic, and with their group`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            for round in 0 ..< 2 {
                try client.create("work", partitions: 2)
                #expect(try Self.fetch("group", client)[0].partitions[0].offset == -1)
                _ = try client.ask(Self.commit("group", 5), version: 9)
                #expect(try Self.fetch("group", client)[0].partitions[0].offset == 5)
                guard round == 0 else { break }
                var request = DeleteTopicsRequest()
                request.names = ["work"]
                _ = try client.ask(request, version: 5)
            }
            var request = DeleteGroupsRequest()
            request.groups = ["group", "nowhere"]
            let errors = try client.ask(request, version: 2).results.map(\.error)
            #expect(errors == [0, ErrorCode.groupIDNotFound.rawValue])
            try await scene.restart()
            #expect(try Self.fetch("group", scene.client())[0].partitions[0].offset == -1)
        }
    }

    @Test func `stand in a topic that clients are not shown and cannot touch`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            // The topic is there once groups are.
            _ = try client.ask(ListGroupsRequest(), version: 4)
            #expect(try client.ask(MetadataRequest(), version: 9).topics.isEmpty)
            let name = StoredOffsetLog.topic
            let invalid = ErrorCode.invalidTopic.rawValue
            #expect(try client.produce(TestBatch("x").bytes, to: name).error == invalid)
            #expect(try client.create(name) == invalid)
            var request = DeleteTopicsRequest()
            request.names = [name]
            #expect(try client.ask(request, version: 5).topics[0].error == invalid)
            var asked = MetadataRequest.Topic()
            asked.name = name
            var metadata = MetadataRequest()
            metadata.topics = [asked]
            #expect(try client.ask(metadata, version: 9).topics[0].isInternal)
        }
    }
}

@Suite struct `Offsets of a group` {
    @Test func `are answered for only when they are durable`() throws {
        let world = GroupWorld()
        let commit = world.commit(5)
        #expect(commit.value == nil)
        #expect(world.offsets.isEmpty)
        world.settle()
        #expect(commit.error == ErrorCode.none)
        #expect(world.offsets == [TopicPartition("work", 0): 5])
        let lost = world.commit(6)
        world.settle(.coordinatorNotAvailable)
        #expect(lost.error == .coordinatorNotAvailable)
        #expect(world.offsets == [TopicPartition("work", 0): 5])
    }

    @Test func `expire seven days after the last commit, unless the group has members`() throws {
        let day: Int64 = 86_400_000
        let world = GroupWorld()
        _ = world.commit(1)
        world.pass(6 * day)
        _ = world.commit(2, 1)
        world.pass(6 * day)
        #expect(world.offsets.count == 2)
        world.pass(day + 120_000)
        #expect(world.offsets.isEmpty)
        let join = world.join(session: 1_000_000)
        world.pass(1_000)
        let member = try #require(join.value)
        _ = world.sync(member.member, 1)
        _ = world.commit(3, by: member.member, 1)
        for _ in 0 ..< 1_000 {
            world.pass(day / 100)
            #expect(world.heartbeat(member.member, 1) == ErrorCode.none)
        }
        #expect(world.offsets.count == 1)
        #expect(world.leave(member.member) == ErrorCode.none)
        world.pass(6 * day)
        #expect(world.offsets.count == 1)
        world.pass(day + 120_000)
        #expect(world.offsets.isEmpty)
        #expect(world.coordinator.groups.isEmpty)
    }

    @Test func `add up to the same table when they are read again`() throws {
        let world = GroupWorld()
        for index in 0 ..< 200 {
            _ = world.commit(Int64(index), Int32(index % 9), metadata: "€\(index)")
            if index % 3 == 0 { world.settle() }
        }
        _ = try world.stable(instances: [nil])
        world.settle()
        var table = OffsetTable()
        for record in world.log.records {
            let read = try OffsetRecord(key: record.key[...], value: record.value.map { $0[...] })
            #expect(read == record)
            table.apply(read)
        }
        #expect(table == world.coordinator.table)
        var again = OffsetTable()
        let batch = OffsetBatch.bytes(of: table.records, at: 1)
        let next = try OffsetBatch.read(batch) { if let record = $0 { again.apply(record) } }
        #expect(again == table)
        #expect(next == Int64(table.records.count))
    }
}
