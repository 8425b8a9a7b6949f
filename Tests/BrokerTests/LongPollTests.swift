import Testing

@testable import Broker

/// Every wait here is longer than the client's patience: a Fetch that is answered only because its time is over fails.
@Suite struct `A Fetch that finds nothing` {
    private static let longer: Int32 = 600_000

    @Test func `waits, and answers with the record it waits for`() async throws {
        try await withBroker { scene in
            let (reader, writer) = (try scene.client(), try scene.client())
            try writer.create("news", partitions: 3)
            for round in 0 ..< 10 {
                let partition = Int32(round % 3)
                var request = TestClient.fetch("news", [0, 1, 2], wait: Self.longer)
                for index in 0 ..< 3 {
                    request.topics[0].partitions[index].offset = Int64((round + 2 - index) / 3)
                }
                try reader.send(request, version: 12)
                #expect(try await eventually { scene.isAwaited("news", partition) })
                _ = try writer.produce(TestBatch("\(round)").bytes, to: "news", partition)
                let answer = try reader.receive(answerTo: FetchRequest.self, version: 12).1
                let values = try answer.topics[0].partitions.map { try $0.values }
                #expect(values[Int(partition)] == ["\(round)"])
            }
        }
    }

    @Test func `answers with nothing when its time is over`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("news")
            let answer = try client.ask(TestClient.fetch("news", wait: 300), version: 12)
            #expect(answer.topics[0].partitions[0].records.byteCount == 0)
            #expect(answer.topics[0].partitions[0].highWatermark == 0)
        }
    }

    @Test func `waits on until there are as many bytes as it wants`() async throws {
        try await withBroker { scene in
            let (reader, writer) = (try scene.client(), try scene.client())
            try writer.create("news")
            let size = Int32(TestBatch("0").bytes.count)
            let request = TestClient.fetch("news", wait: Self.longer, minBytes: 3 * size)
            try reader.send(request, version: 12)
            for number in 0 ..< 3 {
                #expect(try await eventually { scene.isAwaited("news") })
                _ = try writer.produce(TestBatch("\(number)").bytes, to: "news")
            }
            let answer = try reader.receive(answerTo: FetchRequest.self, version: 12).1
            let values = try answer.topics[0].partitions[0].values
            #expect(values == ["0", "1", "2"])
        }
    }

    @Test func `does not wait for more bytes than it may be answered with`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("news")
            _ = try client.produce(TestBatch("a").bytes, to: "news")
            let request = TestClient.fetch(
                "news",
                wait: Self.longer,
                minBytes: 1 << 20,
                maxBytes: 10
            )
            #expect(try client.ask(request, version: 12).topics[0].partitions[0].values == ["a"])
        }
    }

    @Test func `gives way to a request behind it`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("news")
            try client.send(TestClient.fetch("news", wait: Self.longer), version: 12)
            try client.send(ApiVersionsRequest(), version: 3)
            #expect(try client.receive(answerTo: FetchRequest.self, version: 12).1.error == 0)
            #expect(try client.receive(answerTo: ApiVersionsRequest.self, version: 3).1.error == 0)
        }
    }

    @Test func `wakes when its topic is deleted`() async throws {
        try await withBroker { scene in
            let (reader, writer) = (try scene.client(), try scene.client())
            try writer.create("news")
            try reader.send(TestClient.fetch("news", wait: Self.longer), version: 12)
            #expect(try await eventually { scene.isAwaited("news") })
            var request = DeleteTopicsRequest()
            request.names = ["news"]
            #expect(try writer.ask(request, version: 5).topics[0].error == 0)
            let answer = try reader.receive(answerTo: FetchRequest.self, version: 12).1
            #expect(
                answer.topics[0].partitions[0].error == ErrorCode.unknownTopicOrPartition.rawValue
            )
        }
    }

    @Test func `is answered when the broker stops`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("news")
            try client.send(TestClient.fetch("news", wait: Self.longer), version: 12)
            #expect(try await eventually { scene.isAwaited("news") })
            await scene.broker.stop()
            #expect(try client.receive(answerTo: FetchRequest.self, version: 12).1.error == 0)
            #expect(throws: TestClient.Failure.closed) { try client.receive(1) }
        }
    }

    @Test func `does not keep others waiting`() async throws {
        try await withBroker { scene in
            let writer = try scene.client()
            try writer.create("news")
            // More than there are threads in the broker.
            let readers = try (0 ..< 40).map { _ in try scene.client() }
            for reader in readers {
                try reader.send(TestClient.fetch("news", wait: Self.longer), version: 12)
            }
            _ = try writer.produce(TestBatch("x").bytes, to: "news")
            for reader in readers {
                let answer = try reader.receive(answerTo: FetchRequest.self, version: 12).1
                #expect(try answer.topics[0].partitions[0].values == ["x"])
            }
        }
    }
}
