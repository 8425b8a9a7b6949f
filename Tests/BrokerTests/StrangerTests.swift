import Bytes
import Chance
import Testing

@testable import Broker

@Suite struct `A stranger at the port` {
    @Test func `who speaks HTTP is told what this port is`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.send(Array("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
            let answer = String(decoding: try client.receiveAll(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(answer.hasSuffix("This port speaks Kafka's protocol, not HTTP.\n"))
            #expect(scene.lines.all.count == 1)
        }
    }

    @Test(arguments: [
        [0x16, 0x03, 0x01, 0x02, 0x00] as [UInt8], [0x7F, 0xFF, 0xFF, 0xFF],
        [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 1],
        // A kind of request that nobody knows, and versions that do not exist.
        [0, 0, 0, 10, 0x03, 0xE7, 0, 0, 0, 0, 0, 1, 0xFF, 0xFF],
        [0, 0, 0, 10, 0x00, 0x03, 0, 99, 0, 0, 0, 1, 0xFF, 0xFF],
        [0, 0, 0, 10, 0x00, 0x01, 0, 3, 0, 0, 0, 1, 0xFF, 0xFF],
        // Metadata whose array is longer than the request.
        [0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF],
    ]) func `is hung up on with one line in the log, and others stay`(bytes: [UInt8]) async throws {
        try await withBroker { scene in
            let other = try scene.client()
            #expect(try other.ask(ApiVersionsRequest(), version: 3).error == 0)
            let client = try scene.client()
            try client.send(bytes)
            #expect(try client.receiveAll() == [])
            #expect(scene.lines.all.count == 1, "\(scene.lines.all)")
            #expect(try other.ask(ApiVersionsRequest(), version: 3).error == 0)
        }
    }

    @Test func `who goes away in the middle of a request leaves no trace`() async throws {
        try await withBroker { scene in
            for _ in 0 ..< 20 {
                let client = try scene.client()
                let request = try encoded(
                    TestClient.produce([UInt8](repeating: 7, count: 100_000), to: "t"),
                    version: 9,
                    correlation: 1
                )
                try client.send(Array(request.prefix(50_000)))
            }
            #expect(try scene.client().ask(ApiVersionsRequest(), version: 3).error == 0)
            #expect(scene.lines.all == [])
        }
    }

    @Test
    func `who asks for a version of ApiVersions that is not known gets one that everybody reads`()
        async throws
    {
        try await withBroker { scene in
            let client = try scene.client()
            try client.send([0, 0, 0, 11, 0, 18, 0, 77, 0, 0, 0, 5, 0xFF, 0xFF, 0])
            let (correlation, answer) = try decodedAnswer(
                to: ApiVersionsRequest.self,
                version: 0,
                client.receiveFrame()
            )
            #expect(correlation == 5)
            #expect(answer.error == ErrorCode.unsupportedVersion.rawValue)
            #expect(answer.ranges.map { [$0.key, $0.first, $0.last] } == [[18, 0, 3]])
            // The connection lives on, for a second try.
            #expect(
                try client.ask(ApiVersionsRequest(), version: 3).ranges.count == API.allCases.count
            )
        }
    }

    @Test func `who sends 3,000 broken requests ends no broker`() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("Seed of the broken requests: \(seed)")
        try await withBroker({ $0.autoCreateTopics = false }) { scene in
            var generator = SeededRandom(seed: seed)
            for round in 0 ..< 3_000 {
                let type = everyRequest[round % everyRequest.count]
                let version = type.api.versions.randomElement(using: &generator) ?? 0
                let bytes = try broken(type, version: version, using: &generator)
                let client = try scene.client()
                var length = ByteWriter()
                length.append(Int32(bytes.count))
                try client.send(length.bytes + bytes)
            }
            #expect(
                try scene.client().ask(ApiVersionsRequest(), version: 3).error == 0,
                "seed \(seed)"
            )
        }
    }
}
