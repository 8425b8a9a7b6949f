import Chance
import Codecs
import Packing
import Testing

@testable import HTTP

/// Bodies with a `Content-Encoding`, as log shippers, tritonclient and data frames send them.
@Suite struct `A packed body` {
    private static let codings: [(name: String, format: Unpacker.Format)] = [
        ("gzip", .gzip), ("GZip", .gzip), ("x-gzip", .gzip), ("deflate", .zlib), ("zstd", .zstd),
    ]

    private func lines(_ count: Int) -> [UInt8] {
        Array(
            (0 ..< count).map { "{\"k\": \"k\($0)\", \"at\": \"2026-01-01T00:00:00Z\"}\n" }.joined()
                .utf8
        )
    }

    private func send(
        _ body: [UInt8],
        coding: String,
        path: String = "/api/v1/streams/readings/records",
        type: String = "application/x-ndjson",
        to stand: HTTPStand
    ) async throws -> Answer {
        let caller = try await Caller(stand.port)
        defer { caller.hangUp() }
        try await caller.say(
            "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Type: \(type)\r\nContent-Encoding: \(coding)\r\n"
                + "Content-Length: \(body.count)\r\n\r\n"
        )
        try await caller.say(body)
        return try await caller.answer()
    }

    @Test func `is unpacked, whatever the route`() async throws {
        try await HTTPStand.run { stand in
            try await stand.declareStream()
            for coding in Self.codings {
                let records = try await send(
                    coding.format.pack(lines(1_000)),
                    coding: coding.name,
                    to: stand
                )
                #expect(records.status == 200, "\(coding.name): \(records)")
                #expect(records.body.contains("\"appended\":1000"))
                let wait = try await send(
                    coding.format.pack(Array("{\"settled\": true}".utf8)),
                    coding: coding.name,
                    path: "/api/v1/wait",
                    type: "application/json",
                    to: stand
                )
                #expect(wait.body == "{\"settled\":true}", "\(coding.name): \(wait)")
            }
            let plain = try await send(lines(1), coding: "identity", to: stand)
            #expect(plain.body.contains("\"appended\":1"))
            let last = try await stand.ask("GET", "/api/v1/events/readings?from=-2")
            #expect(last.body.contains("k999") && last.body.contains("k0"), "\(last.body)")
        }
    }

    @Test func `may come in chunks of a byte`() async throws {
        try await HTTPStand.run { stand in
            try await stand.declareStream()
            for coding in Self.codings {
                let caller = try await Caller(stand.port)
                let chunks = coding.format.pack(lines(50)).flatMap { byte in
                    Array("1\r\n".utf8) + [byte] + Array("\r\n".utf8)
                }
                let head =
                    "POST /api/v1/streams/readings/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nContent-Encoding: \(coding.name)\r\nTransfer-Encoding: chunked\r\n\r\n"
                try await caller.say(Array(head.utf8) + chunks + Array("0\r\n\r\n".utf8))
                let answer = try await caller.answer()
                #expect(answer.body.contains("\"appended\":50"), "\(answer)")
                // The connection goes on.
                try await caller.say("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try await caller.answer().status == 200)
                caller.hangUp()
            }
        }
    }

    @Test func `that holds more than a body may is refused as soon as that shows`() async throws {
        var limits = HTTPLimits()
        limits.bodyBytes = 1 << 20
        limits.recordsBytes = 2 << 20
        try await HTTPStand.run(limits) { stand in
            try await stand.declareStream()
            for coding in Self.codings {
                // A thousand times as long as it comes.
                let bomb = coding.format.pack([UInt8](repeating: 32, count: 100 << 20))
                #expect(bomb.count < 1 << 20)
                let answer = try await send(bomb, coding: coding.name, to: stand)
                #expect(answer.status == 413, "\(answer)")
                #expect(answer.body.contains("Unpacked it holds more than 2097152 bytes"))
                // What fits unpacked is taken, and one byte more is not.
                for (count, status) in [(1 << 20, 400), (1 << 20 + 1, 413)] {
                    let answer = try await send(
                        coding.format.pack([UInt8](repeating: 32, count: count)),
                        coding: coding.name,
                        path: "/api/v1/wait",
                        type: "application/json",
                        to: stand
                    )
                    #expect(answer.status == status, "\(coding.name), \(count): \(answer)")
                }
            }
            #expect(stand.site.traffic.count(of: .longBodies) == 2 * Self.codings.count)
            let read = try await stand.ask("GET", "/api/v1/events/readings")
            #expect(read.body == "")
        }
    }

    @Test func `takes as much of the room for all bodies as it holds, and gives it back`()
        async throws
    {
        var limits = HTTPLimits()
        limits.bytesInFlight = 1 << 20
        try await HTTPStand.run(limits) { stand in
            try await stand.declareStream()
            for coding in Self.codings {
                let bomb = coding.format.pack([UInt8](repeating: 10, count: 2 << 20))
                let refused = try await send(bomb, coding: coding.name, to: stand)
                #expect(refused.status == 503, "\(refused)")
                #expect(refused["Retry-After"] == "1")
                let taken = try await send(
                    coding.format.pack(lines(1_500)),
                    coding: coding.name,
                    to: stand
                )
                #expect(taken.status == 200, "\(taken)")
            }
        }
    }

    @Test func `that is broken is refused, and nothing of it is kept`() async throws {
        try await HTTPStand.run { stand in
            try await stand.declareStream()
            for coding in Self.codings {
                let whole = coding.format.pack(lines(5_000))
                var changed = whole
                changed.replaceSubrange(
                    whole.count / 2 ..< whole.count / 2 + 8,
                    with: Array("oops oops".utf8)
                )
                for body in [
                    [], Array("oops".utf8), lines(1), changed, Array(whole.dropLast()),
                    whole + Array("oops".utf8),
                ] {
                    let answer = try await send(body, coding: coding.name, to: stand)
                    #expect(answer.status == 400, "\(coding.name): \(answer)")
                    #expect(answer.body.contains("cannot be unpacked"), "\(answer)")
                }
            }
            let read = try await stand.ask("GET", "/api/v1/events/readings")
            #expect(read.body == "")
        }
    }

    @Test func `that nobody here can unpack is refused with what can be`() async throws {
        try await HTTPStand.run { stand in
            try await stand.declareStream()
            for coding in ["br", "compress", "gzip, gzip", "gzip;q=1", "shrink"] {
                let answer = try await send(lines(1), coding: coding, to: stand)
                #expect(answer.status == 415, "\(coding): \(answer)")
                #expect(answer["Accept-Encoding"] == "gzip, deflate, zstd")
                #expect(answer.body.contains(coding))
            }
        }
    }

    @Test func `with random faults is never a fault of ours`() async throws {
        let seed = UInt64.random(in: .min ... .max)
        print("packed bodies: seed \(seed)")
        var random = SeededRandom(seed: seed)
        try await HTTPStand.run { stand in
            try await stand.declareStream()
            for _ in 0 ..< 300 {
                let coding = Self.codings[random.below(Self.codings.count)]
                var body = coding.format.pack(lines(random.below(300)))
                for _ in 0 ..< 1 + random.below(3) {
                    let place = random.below(body.count)
                    switch random.below(3) {
                    case 0: body[place] = UInt8(random.below(256))
                    case 1: body.insert(UInt8(random.below(256)), at: place)
                    default: body.removeLast(min(random.below(20), body.count - 1))
                    }
                }
                let answer = try await send(body, coding: coding.name, to: stand)
                #expect([200, 400].contains(answer.status), "seed \(seed): \(answer)")
            }
        }
    }
}
