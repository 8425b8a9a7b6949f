import Chance
import Foundation
import Testing

/// Random bytes and requests with random faults, sent to a whole server.
@Suite struct `Hostile requests` {
    private static let seconds = 10

    private static let good = [
        "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /api/v1/events/readings?from=-2&limit=1 HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n",
        "HEAD /api/v1/status HTTP/1.1\r\nHost: localhost:1\r\nConnection: keep-alive\r\n\r\n",
        "OPTIONS * HTTP/1.0\r\nHost: localhost\r\n\r\n",
        "DELETE /api/v1/streams/none HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: a\r\n\r\n",
        "POST /api/v1/streams/readings/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Length: 12\r\n\r\n{\"k\": \"a\"}\r\n",
        "POST /api/v1/wait HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json;charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n11\r\n{\"settled\": true}\r\n0\r\n\r\n",
        "POST /api/v1/apply HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 13\r\n\r\n{\"files\": []}",
        "POST /v2/models/m/versions/1/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 14\r\n\r\n{\"inputs\": []}",
        "POST /api/v1/features/read HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    ]

    @Test func `are answered, never with a fault of ours, and end nothing`() async throws {
        let seed = UInt64.random(in: .min ... .max)
        print("hostile requests: seed \(seed)")
        var random = SeededRandom(seed: seed)
        try await HTTPStand.run { stand in
            try await stand.declareStream()
            let end = ContinuousClock.now + .seconds(Self.seconds)
            var count = 0
            while ContinuousClock.now < end {
                let text = Self.hostile(&random)
                let caller = try await Caller(stand.port)
                try await caller.say(text)
                try await caller.endSaying()
                try await caller.end()
                let statuses = caller.text.components(separatedBy: "HTTP/1.").dropFirst()
                    .compactMap { Int($0.dropFirst(2).prefix(3)) }
                for status in statuses {
                    #expect(
                        (100 ..< 500).contains(status) || status == 501 || status == 505,
                        "seed \(seed): \(String(decoding: text, as: UTF8.self)): \(caller.text)"
                    )
                }
                caller.hangUp()
                count += 1
            }
            print("hostile requests: \(count) sent")
            #expect(try await stand.ask("GET", "/health/live").status == 200)
        }
    }

    private static func hostile(_ random: inout SeededRandom) -> [UInt8] {
        guard random.below(8) > 0 else {
            return (0 ..< random.below(400)).map { _ in UInt8(random.below(256)) }
        }
        var bytes = (0 ... random.below(3)).flatMap { _ in
            Array(good[random.below(good.count)].utf8)
        }
        for _ in 0 ..< random.below(4) where !bytes.isEmpty {
            let place = random.below(bytes.count)
            switch random.below(6) {
            case 0: bytes[place] = UInt8(random.below(256))
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(UInt8(random.below(256)), at: place)
            case 3: bytes.removeSubrange(place ..< min(bytes.count, place + random.below(40)))
            case 4:
                let part = bytes[place ..< min(bytes.count, place + random.below(60))]
                bytes.insert(contentsOf: part, at: random.below(bytes.count))
            default: bytes.removeLast(random.below(bytes.count))
            }
        }
        return bytes
    }
}
