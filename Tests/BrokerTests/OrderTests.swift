import Bytes
import Testing

@testable import Broker

@Suite struct `Requests of one connection` {
    @Test func `are answered in the order they came`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("orders")
            var bytes: [UInt8] = []
            for number in Int32(0) ..< 60 {
                switch number % 4 {
                case 0:
                    bytes += try encoded(
                        TestClient.produce(TestBatch("\(number)").bytes, to: "orders"),
                        version: 9,
                        correlation: number
                    )
                case 1: bytes += try encoded(MetadataRequest(), version: 12, correlation: number)
                case 2: bytes += try encoded(ApiVersionsRequest(), version: 3, correlation: number)
                default:
                    bytes += try encoded(
                        TestClient.fetch("orders", from: Int64(number / 4 + 1), wait: 5_000),
                        version: 12,
                        correlation: number
                    )
                }
            }
            try client.send(bytes)
            for number in Int32(0) ..< 60 {
                var frame = ByteReader(try client.receiveFrame())
                #expect(try frame.read(Int32.self) == number)
            }
        }
    }

    @Test func `share syncs where they are all Produce, and keep their order`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("orders")
            var bytes: [UInt8] = []
            for number in Int32(0) ..< 500 {
                bytes += try encoded(
                    TestClient.produce(TestBatch("\(number)").bytes, to: "orders"),
                    version: 9,
                    correlation: number
                )
            }
            try client.send(bytes)
            for number in Int32(0) ..< 500 {
                let (correlation, answer) = try decodedAnswer(
                    to: ProduceRequest.self,
                    version: 9,
                    client.receiveFrame()
                )
                #expect(correlation == number)
                #expect(answer.topics.first?.partitions.first?.baseOffset == Int64(number))
            }
            #expect(try client.fetch("orders").values == (0 ..< 500).map(String.init))
        }
    }

    @Test func `sent with acks=0 get no answer`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("orders")
            for number in 0 ..< 10 {
                try client.send(
                    TestClient.produce(TestBatch("\(number)").bytes, to: "orders", acks: 0),
                    version: 9
                )
            }
            // What comes back next is the answer to the next request.
            #expect(try client.ask(ApiVersionsRequest(), version: 3).error == 0)
            #expect(try client.fetch("orders").values == (0 ..< 10).map(String.init))
        }
    }

    @Test func `sent with acks=0 and refused end the connection`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.send(
                TestClient.produce(TestBatch("x").bytes, to: "nowhere", acks: 0),
                version: 9
            )
            #expect(try client.receiveAll() == [])
        }
    }

    @Test func `are not read while the client does not read their answers`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("orders")
            _ = try client.produce(
                TestBatch(values: [[UInt8](repeating: 65, count: 900_000)]).bytes,
                to: "orders"
            )
            // 400 answers are 360 MB; somewhere on the way the broker stops to take requests, and answers all the
            // same once somebody reads.
            let request = try encoded(TestClient.fetch("orders"), version: 12, correlation: 3)
            try client.send((0 ..< 400).flatMap { _ in request })
            try await Task.sleep(for: .milliseconds(300))
            for _ in 0 ..< 400 { #expect(try client.receiveFrame().count > 900_000) }
        }
    }
}
