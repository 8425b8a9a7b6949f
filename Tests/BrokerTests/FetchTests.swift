import Testing

@testable import Broker

@Suite struct `Fetching` {
    @Test func `in versions 4 to 12 gives the batches as they were sent`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events")
            _ = try client.produce(TestBatch("a", "b").bytes, to: "events")
            for version in API.fetch.versions {
                let answer = try client.ask(TestClient.fetch("events"), version: version)
                #expect(answer.session == 0)
                #expect(try answer.topics[0].partitions[0].values == ["a", "b"])
                #expect(answer.topics[0].partitions[0].highWatermark == 2)
                #expect(answer.topics[0].partitions[0].lastStableOffset == 2)
            }
        }
    }

    @Test func `from the middle of a batch gives the whole batch`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events")
            _ = try client.produce(TestBatch("a", "b", "c").bytes, to: "events")
            #expect(try client.fetch("events", from: 2).values == ["a", "b", "c"])
        }
    }

    @Test func `outside the log says so, and gives no bytes`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events")
            _ = try client.produce(TestBatch("a").bytes, to: "events")
            for offset in [Int64(2), -1, .max, .min] {
                let answer = try client.fetch("events", from: offset)
                #expect(answer.error == ErrorCode.offsetOutOfRange.rawValue)
                #expect(answer.records.byteCount == 0)
            }
            #expect(try client.fetch("events", from: 1).error == 0)
            #expect(
                try client.fetch("events", 1).error == ErrorCode.unknownTopicOrPartition.rawValue
            )
            #expect(try client.fetch("nowhere").error == ErrorCode.unknownTopicOrPartition.rawValue)
        }
    }

    @Test func `keeps within the limits, but gives a batch that is longer than they are`()
        async throws
    {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events", partitions: 2)
            let value = [UInt8](repeating: 65, count: 10_000)
            for partition in Int32(0) ... 1 {
                for _ in 0 ..< 10 {
                    _ = try client.produce(
                        TestBatch(values: [value]).bytes,
                        to: "events",
                        partition
                    )
                }
            }
            let size = TestBatch(values: [value]).bytes.count
            func counts(_ maxBytes: Int, _ partitionBytes: Int) throws -> [Int] {
                let request = TestClient.fetch(
                    "events",
                    [0, 1],
                    maxBytes: Int32(maxBytes),
                    partitionBytes: Int32(partitionBytes)
                )
                return try client.ask(request, version: 11).topics[0].partitions.map {
                    $0.records.byteCount / size
                }
            }
            #expect(try counts(1_000_000, 1_000_000) == [10, 10])
            #expect(try counts(1_000_000, 3 * size) == [3, 3])
            #expect(try counts(5 * size, 3 * size) == [3, 2])
            #expect(try counts(10, 1_000_000) == [1, 0])
            #expect(try counts(1_000_000, 10) == [1, 1])
            #expect(try counts(0, 0) == [1, 0])
        }
    }

    @Test func `by an epoch that is not, or in a session that is not, is refused`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events")
            var request = TestClient.fetch("events", wait: 5_000)
            request.topics[0].partitions[0].leaderEpoch = 3
            #expect(
                try client.ask(request, version: 12).topics[0].partitions[0].error
                    == ErrorCode.unknownLeaderEpoch.rawValue
            )
            request.session = 77
            request.sessionEpoch = 1
            #expect(
                try client.ask(request, version: 12).error
                    == ErrorCode.fetchSessionIDNotFound.rawValue
            )
        }
    }

    @Test func `starts where records were deleted up to`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events")
            for value in ["a", "b", "c"] {
                _ = try client.produce(TestBatch(value).bytes, to: "events")
            }
            var request = DeleteRecordsRequest()
            var topic = DeleteRecordsRequest.Topic()
            var partition = DeleteRecordsRequest.Partition()
            partition.offset = 2
            topic.name = "events"
            topic.partitions = [partition]
            request.topics = [topic]
            #expect(try client.ask(request, version: 2).topics[0].partitions[0].lowWatermark == 2)
            #expect(
                try client.fetch("events", from: 0).error == ErrorCode.offsetOutOfRange.rawValue
            )
            #expect(try client.fetch("events", from: 2).values == ["c"])
            partition.offset = -1
            request.topics[0].partitions = [partition]
            #expect(try client.ask(request, version: 1).topics[0].partitions[0].lowWatermark == 3)
            partition.offset = 99
            request.topics[0].partitions = [partition]
            #expect(
                try client.ask(request, version: 0).topics[0].partitions[0].error
                    == ErrorCode.offsetOutOfRange.rawValue
            )
        }
    }
}

@Suite struct `Looking up offsets` {
    @Test func `finds the ends, the first record of an instant, and the newest record`()
        async throws
    {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events")
            for (value, time) in [("a", 1_000), ("b", 3_000), ("c", 2_000)] as [(String, Int64)] {
                var batch = TestBatch(value)
                batch.timestamp = time
                _ = try client.produce(batch.bytes, to: "events")
            }
            func offset(_ timestamp: Int64, _ version: Int16) throws -> [Int64] {
                var partition = ListOffsetsRequest.Partition()
                partition.timestamp = timestamp
                var topic = ListOffsetsRequest.Topic()
                topic.name = "events"
                topic.partitions = [partition]
                var request = ListOffsetsRequest()
                request.topics = [topic]
                let found = try client.ask(request, version: version).topics[0].partitions[0]
                #expect(found.error == 0)
                return [found.offset, found.timestamp]
            }
            for version in API.listOffsets.versions {
                #expect(try offset(-1, version) == [3, -1])
                #expect(try offset(-2, version) == [0, -1])
                #expect(try offset(0, version) == [0, 1_000])
                #expect(try offset(1_500, version) == [1, 3_000])
                #expect(try offset(3_001, version) == [-1, -1])
            }
            #expect(try offset(-3, 7) == [1, 3_000])
        }
    }
}
