import ArgumentParser
import Bytes
import JSON

/// Features and predictions of a server that runs the demo, over HTTP, as its users ask for them.
struct Serving: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Features and predictions over HTTP, of a server that Deploy/quickstart.sh left running.",
        discussion: "Example: Bench serving --port 8080"
    )

    @Option(help: "Where the server listens on this machine.")
    var port = 8080
    @OptionGroup var place: Place

    func run() throws {
        try Sync.measure(place)
        try Self.measure(port)
    }

    static func measure(_ port: Int) throws {
        let flights = try flights(port)
        try features(port, flights)
        try predictions(port, flights)
        try answers(port)
    }

    /// Departures of the timetable, of which there are many carriers, destinations and aircraft.
    private static func flights(_ port: Int) throws -> [JSONValue] {
        let lines = try everyLine(
            of: "/api/v1/events/flights.scheduled?partition=0&from=2000&limit=20000",
            from: port
        )
        return try lines.map { try JSONValue(parsing: $0)["value"] ?? .null }
            .filter { $0["tailnum"]?.string != nil }
    }

    private static let columns =
        ["late_share_24h", "delay_24h", "delay_7d", "flights_24h", "flights_7d"]
        .map { "destination_punctuality:\($0)" }
        + ["flights_24h", "flights_7d", "delay_24h", "delay_7d", "last_delay"]
        .map { "aircraft_punctuality:\($0)" }

    private static func features(_ port: Int, _ flights: [JSONValue]) throws {
        print(
            "\n| online features over HTTP, windows up to 7 days, read as of July | connections | requests/s | p50 µs | p99 µs |\n|---|---|---|---|---|"
        )
        for (rows, count) in [(1, 20_000), (100, 1_000)] {
            let requests = (0 ..< 500).map { number in
                let chosen = (0 ..< rows).map { flights[(number * 37 + $0 * 11) % flights.count] }
                func list(_ field: String) -> JSONValue {
                    .array(chosen.map { $0[field] ?? .null })
                }
                return request(
                    "/get-online-features",
                    [
                        "features": .array(columns.map { .string($0) }),
                        "entities": [
                            "destination": list("destination"), "tailnum": list("tailnum"),
                        ],
                        "at": "2013-07-05T22:00:00Z",
                    ]
                )
            }
            for connections in [1, 8] {
                try show("\(rows) × 10", port, connections, count, requests)
            }
        }
    }

    private static func predictions(_ port: Int, _ flights: [JSONValue]) throws {
        print(
            "\n| predictions over HTTP, 42 features each | connections | requests/s | p50 µs | p99 µs |\n|---|---|---|---|---|"
        )
        let fields = ["carrier", "destination", "tailnum", "origin", "distance"]
        let bodies = (0 ..< 500).map { number in
            let flight = flights[number * 37 % flights.count]
            return JSONValue.object(
                fields.map { ($0, flight[$0] ?? .null) }
                    + [("scheduled", "2013-07-05T18:00:00-04:00")]
            )
        }
        for durability in ["acked", "async"] {
            let endpoint = "bench-\(durability)"
            try declare(endpoint, durability, port)
            let requests = bodies.map { request("/api/v1/endpoints/\(endpoint)/predict", $0) }
            for connections in [1, 8, 64] {
                let count = durability == "acked" && connections == 1 ? 3_000 : 20_000
                try show(durability, port, connections, count, requests)
            }
        }
    }

    /// An endpoint like the demo's that answers requests only.
    private static func declare(_ name: String, _ durability: String, _ port: Int) throws {
        let text = """
            kind: Endpoint
            name: \(name)
            spec:
              model: late-arrival@production
              durability: \(durability)
            """
        var exchanges = try Exchanges(to: port, connections: 1)
        defer { exchanges.close() }
        _ = try exchanges.body(
            of: request(
                "/api/v1/apply",
                ["files": [["name": "bench.yaml", "text": .string(text)]]]
            )
        )
    }

    /// A record over HTTP, folded, and what it did to a feature asked for.
    private static func answers(_ port: Int) throws {
        print(
            "\n| produce (synced) → fold → answer, over HTTP | count | p50 µs | p99 µs |\n|---|---|---|---|"
        )
        var exchanges = try Exchanges(to: port, connections: 1)
        defer { exchanges.close() }
        let text = """
            kind: Stream
            name: bench.readings
            spec:
              partitions: 1
              format: json
              key: sensor
              time: at
              fields: {sensor: string, at: timestamp, value: float}
            ---
            kind: FeatureView
            name: bench_minutes
            spec:
              stream: bench.readings
              entity: sensor
              features:
                readings: {count: true, over: [60s]}
                value: {mean: value, over: [60s]}
            """
        _ = try exchanges.body(
            of: request(
                "/api/v1/apply",
                ["files": [["name": "bench.yaml", "text": .string(text)]]]
            )
        )
        var latencies = Latencies()
        for index in 0 ..< 2_000 {
            let time = BenchClock().now()
            let record: JSONValue = [
                "sensor": "s1", "at": .string(time.rfc3339), "value": .number(Double(index)),
            ]
            let begin = ContinuousClock.now
            let published = try JSONValue(
                parsing: try exchanges.body(
                    of: request("/api/v1/streams/bench.readings/records", record)
                )
            )
            let read = try JSONValue(
                parsing: try exchanges.body(
                    of: request(
                        "/api/v1/features/read",
                        [
                            "view": "bench_minutes", "entities": ["sensor": "s1"],
                            "at": .string((time + TimeSpan.seconds(1)).rfc3339),
                        ],
                        headers:
                            "Tributary-At-Least: \(published["positions"]?.array?.last?.string ?? "")\r\n"
                    )
                )
            )
            latencies.add(.now - begin)
            guard read["features"]?["value_1m"]?.isNull == false else {
                throw Trouble("what was published is not there: \(read)")
            }
        }
        print(latencies.row("one record, two requests"))
    }

    private static func request(
        _ path: String,
        _ body: JSONValue,
        headers: String = ""
    ) -> [UInt8] {
        do {
            return httpRequest(
                "POST",
                path,
                String(decoding: try body.bytes(.compact), as: UTF8.self),
                headers: headers
            )
        } catch {
            preconditionFailure("A body of our own is JSON: \(error)")
        }
    }

    private static func show(
        _ name: String,
        _ port: Int,
        _ connections: Int,
        _ count: Int,
        _ requests: [[UInt8]]
    ) throws {
        var exchanges = try Exchanges(to: port, connections: connections)
        defer { exchanges.close() }
        _ = try exchanges.ask(min(count / 10, 1_000)) { requests[$0 % requests.count] }
        let (latencies, total) = try exchanges.ask(count) { requests[$0 % requests.count] }
        let rate = Double(count) / (total / .seconds(1))
        print(
            "| \(name) | \(connections) | \(grouped(rate)) | \(Int(latencies.percentile(0.5))) | \(Int(latencies.percentile(0.99))) |"
        )
    }
}
