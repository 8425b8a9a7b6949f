import Testing

@testable import Broker

@Suite struct `Producing` {
    @Test func `in versions 3 to 11 stores the batch and says where`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events")
            for (offset, version) in (Int16(3) ... 11).enumerated() {
                let answer = try client.ask(
                    TestClient.produce(TestBatch("v\(version)").bytes, to: "events"),
                    version: version
                )
                #expect(answer.topics[0].partitions[0].error == 0)
                #expect(answer.topics[0].partitions[0].baseOffset == Int64(offset))
            }
            #expect(try client.fetch("events").values == (3 ... 11).map { "v\($0)" })
        }
    }

    @Test func `in versions 0 to 2 is refused in words the client understands`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events")
            for version in Int16(0) ... 2 {
                let answer = try client.ask(
                    TestClient.produce(TestBatch("x").bytes, to: "events"),
                    version: version
                )
                #expect(
                    answer.topics[0].partitions[0].error == ErrorCode.unsupportedVersion.rawValue
                )
            }
            #expect(try client.fetch("events").highWatermark == 0)
        }
    }

    @Test func `the same sequence twice answers with the first offset and stores once`()
        async throws
    {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events")
            let producer = try client.ask(InitProducerIDRequest(), version: 4)
            #expect(producer.error == 0)
            var batch = TestBatch("a", "b")
            (batch.producer, batch.epoch, batch.firstSequence) = (
                producer.producer, producer.epoch, 0
            )
            #expect(try client.produce(batch.bytes, to: "events").baseOffset == 0)
            let again = try client.produce(batch.bytes, to: "events")
            #expect(again.error == 0)
            #expect(again.baseOffset == 0)
            batch.firstSequence = 5
            #expect(
                try client.produce(batch.bytes, to: "events").error
                    == ErrorCode.outOfOrderSequenceNumber.rawValue
            )
            #expect(try client.fetch("events").values == ["a", "b"])
        }
    }

    @Test func `goes on where it was after the broker is started again`() async throws {
        try await withBroker { scene in
            var client = try scene.client()
            try client.create("events")
            let producer = try client.ask(InitProducerIDRequest(), version: 4)
            var batch = TestBatch("a", "b")
            (batch.producer, batch.epoch, batch.firstSequence) = (
                producer.producer, producer.epoch, 0
            )
            #expect(try client.produce(batch.bytes, to: "events").baseOffset == 0)
            try await scene.restart()
            client = try scene.client()
            #expect(try client.produce(batch.bytes, to: "events").baseOffset == 0)
            batch.values = [Array("c".utf8)]
            batch.firstSequence = 2
            #expect(try client.produce(batch.bytes, to: "events").baseOffset == 2)
            #expect(try client.fetch("events").values == ["a", "b", "c"])
            #expect(
                try client.ask(InitProducerIDRequest(), version: 4).producer > producer.producer
            )
        }
    }

    @Test func `what cannot be stored is refused, each with Kafka's code for it`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events", ["max.message.bytes": "1000"])
            var flipped = TestBatch("x").bytes
            flipped[flipped.count - 2] ^= 1
            var old = TestBatch("x").bytes
            old[16] = 1
            let long = TestBatch(values: [[UInt8](repeating: 1, count: 2_000)]).bytes
            let cases: [([UInt8]?, String, Int32, ErrorCode)] = [
                (flipped, "events", 0, .corruptMessage),
                (old, "events", 0, .unsupportedForMessageFormat),
                (long, "events", 0, .messageTooLarge), (nil, "events", 0, .invalidRecord),
                ([], "events", 0, .invalidRecord),
                (TestBatch("x").bytes, "nowhere", 0, .unknownTopicOrPartition),
                (TestBatch("x").bytes, "events", 1, .unknownTopicOrPartition),
                (TestBatch("x").bytes, "events", -1, .unknownTopicOrPartition),
            ]
            for (records, topic, partition, code) in cases {
                let outcome = try client.produce(records, to: topic, partition)
                #expect(outcome.error == code.rawValue, "expected \(code)")
                #expect(outcome.baseOffset == -1)
            }
            #expect(try client.fetch("events").highWatermark == 0)
        }
    }

    @Test func `with acks that do not exist or in a transaction is refused`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events")
            var request = TestClient.produce(TestBatch("x").bytes, to: "events", acks: 2)
            #expect(
                try client.ask(request, version: 9).topics[0].partitions[0].error
                    == ErrorCode.invalidRequiredAcks.rawValue
            )
            request.acks = -1
            request.transactionalID = "t"
            #expect(try client.ask(request, version: 9).topics[0].partitions[0].error != 0)
            var producer = InitProducerIDRequest()
            producer.transactionalID = "t"
            #expect(try client.ask(producer, version: 4).error != 0)
        }
    }

    @Test func `into several topics and partitions answers for each`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("one", partitions: 2)
            try client.create("two")
            var request = TestClient.produce(TestBatch("a").bytes, to: "one", 1)
            request.topics += TestClient.produce(TestBatch("b").bytes, to: "nowhere").topics
            request.topics += TestClient.produce(TestBatch("c").bytes, to: "two").topics
            let answer = try client.ask(request, version: 8)
            #expect(answer.topics.map(\.name) == ["one", "nowhere", "two"])
            #expect(answer.topics.map { $0.partitions[0].error } == [0, 3, 0])
            #expect(try client.fetch("one", 1).values == ["a"])
            #expect(try client.fetch("two").values == ["c"])
        }
    }
}
