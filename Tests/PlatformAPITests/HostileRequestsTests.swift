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

    /// Numbers at which counting ends.
    private static let numbers = [
        "-9223372036854775809", "-9223372036854775808", "-1", "0", "2147483647", "2147483648",
        "9223372036854775807", "9223372036854775808", "1e308", "-1e308",
    ]
    /// Instants at which time ends.
    private static let instants = [
        "0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59.999999-23:59",
    ]

    /// Sends a request, and expects an answer of those that it may have.
    private static func expect(
        _ statuses: Set<Int>,
        from stand: HTTPStand,
        _ method: String,
        _ path: String,
        _ header: String = "Accept: */*",
        _ body: String = ""
    ) async throws {
        let json = "Content-Type: application/json"
        let answer = try await stand.ask(method, path, header, json, body: body)
        #expect(statuses.contains(answer.status), "\(method) \(path) \(header) \(body): \(answer)")
    }

    @Test func `for positions that no record can have are refused`() async throws {
        try await HTTPStand.run { stand in
            let lists = [
                "streams": "streams", "features": "features", "datasets": "datasets",
                "models": "models", "runs": "experiments", "endpoints": "endpoints",
            ]
            for number in ["-9223372036854775808", "9223372036854775807", "9223372036854775808"] {
                for (list, topic) in lists.sorted(by: { $0.key < $1.key }) {
                    let position = "tributary.\(topic)/0@\(number)"
                    let path = "/api/v1/\(list)"
                    try await Self.expect([400], from: stand, "GET", "\(path)?as_of=\(position)")
                    let header = "Tributary-At-Least: \(position)"
                    try await Self.expect([400], from: stand, "GET", path, header)
                }
                let header = "Tributary-At-Least: x/0@\(number)"
                try await Self.expect([400], from: stand, "GET", "/health/live", header)
            }
            let last = "/api/v1/streams?as_of=tributary.streams/0@9223372036854775806"
            try await Self.expect([504], from: stand, "GET", last)
        }
    }

    @Test func `with the least and the greatest numbers and instants are answered`() async throws {
        let answers: Set = [200, 400, 404, 409, 422]
        try await HTTPStand.run { stand in
            try await stand.declareStream()
            let view =
                "kind: FeatureView\\nname: v\\nspec: {stream: readings, entity: k, ttl: 36500d, features: {n: {count: true, over: [24h]}, last: {last: at}}}\\n"
            let files = "{\"files\": [{\"name\": \"b.yaml\", \"text\": \"\(view)\"}]}"
            let apply = "/api/v1/apply"
            try await Self.expect([200], from: stand, "POST", apply, "Accept: */*", files)
            let row = "{\"k\": \"a\", \"at\": \"2023-11-14T22:13:20Z\"}"
            let records = "/api/v1/streams/readings/records"
            try await Self.expect([200], from: stand, "POST", records, "Accept: */*", row)
            func ask(_ method: String, _ path: String, _ body: String = "") async throws {
                try await Self.expect(answers, from: stand, method, path, "Accept: */*", body)
            }
            for number in Self.numbers {
                for name in ["from", "limit", "partition"] {
                    try await ask("GET", "/api/v1/events/readings?\(name)=\(number)")
                }
                for kind in ["datasets", "models"] {
                    try await ask("GET", "/api/v1/\(kind)/x@\(number)")
                }
                try await ask("GET", "/v2/models/x/versions/\(number)/ready")
                try await ask("POST", "/api/v1/models/x/versions/\(number)/approve", "{}")
                let advance =
                    "{\"partition\": \(number), \"watermark\": \"2023-11-14T22:13:20Z\"}"
                try await ask("POST", "/api/v1/streams/readings/advance", advance)
                // Whoever waits for no time at all may be told that not everything is folded.
                try await Self.expect(
                    answers.union([504]),
                    from: stand,
                    "POST",
                    "/api/v1/wait",
                    "Accept: */*",
                    "{\"settled\": true, \"seconds\": \(number)}"
                )
            }
            for instant in Self.instants {
                let encoded = instant.replacingOccurrences(of: "+", with: "%2B")
                try await ask("GET", "/api/v1/streams?as_of=\(encoded)")
                try await ask(
                    "POST",
                    "/api/v1/features/read",
                    "{\"view\": \"v\", \"entities\": {\"k\": \"a\"}, \"at\": \"\(instant)\"}"
                )
                try await ask(
                    "POST",
                    "/get-online-features",
                    "{\"features\": [\"v:last\"], \"entities\": {\"k\": [\"a\"]}, \"at\": \"\(instant)\"}"
                )
                try await ask(
                    "POST",
                    "/api/v1/streams/readings/advance",
                    "{\"partition\": 0, \"watermark\": \"\(instant)\"}"
                )
                let row = "{\"k\": \"a\", \"at\": \"\(instant)\"}"
                try await ask("POST", records, row)
            }
            try await Self.expect([200], from: stand, "GET", "/health/live")
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
