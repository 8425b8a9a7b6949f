import Testing

@testable import Broker

@Suite struct `A Fetch that finds nothing` {
    @Test func `waits, and answers within 50 ms of the record it waits for`() async throws {
        try await withBroker { scene in
            let (reader, writer) = (try scene.client(), try scene.client())
            try writer.create("news", partitions: 3)
            let clock = ContinuousClock()
            var slowest = Duration.zero
            for round in 0 ..< 10 {
                let partition = Int32(round % 3)
                var request = TestClient.fetch("news", [0, 1, 2], wait: 10_000)
                for index in 0 ..< 3 {
                    request.topics[0].partitions[index].offset = Int64((round + 2 - index) / 3)
                }
                try reader.send(request, version: 12)
                try await Task.sleep(for: .milliseconds(20))
                _ = try writer.produce(TestBatch("\(round)").bytes, to: "news", partition)
                let written = clock.now
                let answer = try reader.receive(answerTo: FetchRequest.self, version: 12).1
                slowest = max(slowest, clock.now - written)
                let values = try answer.topics[0].partitions.map { try $0.values }
                #expect(values[Int(partition)] == ["\(round)"])
            }
            print("Slowest wake of a long poll: \(slowest)")
            #expect(slowest < .milliseconds(50))
        }
    }

    @Test func `answers with nothing when its time is over`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("news")
            let clock = ContinuousClock()
            let start = clock.now
            let answer = try client.ask(TestClient.fetch("news", wait: 300), version: 12)
            #expect(answer.topics[0].partitions[0].records.byteCount == 0)
            #expect(answer.topics[0].partitions[0].highWatermark == 0)
            #expect((.milliseconds(290) ..< .milliseconds(1_500)).contains(clock.now - start))
        }
    }

    @Test func `waits on until there are as many bytes as it wants`() async throws {
        try await withBroker { scene in
            let (reader, writer) = (try scene.client(), try scene.client())
            try writer.create("news")
            let size = Int32(TestBatch("0").bytes.count)
            try reader.send(TestClient.fetch("news", wait: 10_000, minBytes: 3 * size), version: 12)
            for number in 0 ..< 3 {
                try await Task.sleep(for: .milliseconds(20))
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
            let clock = ContinuousClock()
            let start = clock.now
            let request = TestClient.fetch("news", wait: 10_000, minBytes: 1 << 20, maxBytes: 10)
            #expect(try client.ask(request, version: 12).topics[0].partitions[0].values == ["a"])
            #expect(clock.now - start < .seconds(2))
        }
    }

    @Test func `gives way to a request behind it`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("news")
            let clock = ContinuousClock()
            let start = clock.now
            try client.send(TestClient.fetch("news", wait: 10_000), version: 12)
            try client.send(ApiVersionsRequest(), version: 3)
            #expect(try client.receive(answerTo: FetchRequest.self, version: 12).1.error == 0)
            #expect(try client.receive(answerTo: ApiVersionsRequest.self, version: 3).1.error == 0)
            #expect(clock.now - start < .seconds(2))
        }
    }

    @Test func `wakes when its topic is deleted`() async throws {
        try await withBroker { scene in
            let (reader, writer) = (try scene.client(), try scene.client())
            try writer.create("news")
            try reader.send(TestClient.fetch("news", wait: 10_000), version: 12)
            try await Task.sleep(for: .milliseconds(20))
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
            try client.send(TestClient.fetch("news", wait: 60_000), version: 12)
            try await Task.sleep(for: .milliseconds(50))
            let clock = ContinuousClock()
            let start = clock.now
            await scene.broker.stop()
            #expect(clock.now - start < .seconds(3))
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
                try reader.send(TestClient.fetch("news", wait: 10_000), version: 12)
            }
            let clock = ContinuousClock()
            let start = clock.now
            _ = try writer.produce(TestBatch("x").bytes, to: "news")
            for reader in readers {
                let answer = try reader.receive(answerTo: FetchRequest.self, version: 12).1
                #expect(try answer.topics[0].partitions[0].values == ["x"])
            }
            #expect(clock.now - start < .seconds(2))
        }
    }
}
