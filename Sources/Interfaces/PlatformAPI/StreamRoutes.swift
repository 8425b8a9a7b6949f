internal import Bytes
internal import Engine
internal import Events
internal import HTTP
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import Logs
internal import Platform
internal import Projections
internal import Records
internal import Store
internal import Streams

/// Declaring, showing and deleting streams.
extension PlatformAPI {
    func listStreams(_ request: Request) async throws -> Response {
        let view = try await catalog(request)
        return Response.json(["items": .array(try view.streams().map { try summary(of: $0) })])
    }

    func stream(_ name: String, _ request: Request) async throws -> Response {
        let view = try await catalog(request)
        guard let entry = try view.stream(name) else {
            throw PlatformError.refused(StreamRefusal.unknownStream(name))
        }
        return Response.json(entry.described(try status(of: entry)))
    }

    /// `{"partition": 0, "watermark": "2013-12-31T00:00:00Z"}`: the records before it are complete.
    func advance(_ name: String, _ request: Request) async throws -> Response {
        let body = try await request.collectedBody()
        let asked = try JSONValue(body: body[...])
        guard let partition = asked["partition"]?.integer.flatMap({ Int32(exactly: $0) }),
            let watermark = asked["watermark"]?.string.flatMap({ Instant(rfc3339: $0) })
        else {
            throw Problem(
                .malformed,
                "The body is not what this route takes",
                .badRequest,
                "Send {\"partition\": 0, \"watermark\": \"2013-12-31T00:00:00Z\"}."
            )
        }
        let effect = try await platform.advance(
            name,
            partition: partition,
            to: watermark,
            cause: .endOfInput,
            for: try request.caller(route: "POST /api/v1/streams/\(name)/advance", body: body)
        )
        var response = Response.json([
            "stream": .string(name), "watermark": .string(watermark.rfc3339),
        ])
        response.headers[.position] = effect.position?.description
        return response
    }

    /// One record a line, appended as it came.
    func publish(to name: String, _ request: Request) async throws -> Response {
        let lines = try Self.lines(of: try await request.collectedBody())
        let positions: [Position]
        do {
            positions = try await platform.publish(lines, to: name)
        } catch AppendError.possiblyPersisted(let why) {
            throw Problem(
                .outcomeUnknown,
                "It may or may not have been written",
                .gatewayTimeout,
                "\(why). Look at the end of the topic, GET /api/v1/events/TOPIC?from=-10, before you send the lines again: "
                    + "each line sent twice is there twice, unless the stream has an `identity`."
            )
        }
        return Response.json([
            "appended": .integer(Int64(lines.count)),
            "positions": .array(positions.map { .string($0.description) }),
        ])
    }

    /// The lines that are not empty. A byte-order mark before the first is passed over.
    private static func lines(of body: [UInt8]) throws -> [[UInt8]] {
        if let allowance = BodyAllowance.current {
            let count = body.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
            let cost = count * bytesPerLine
            try allowance.couldTake(cost + body.count)
            try allowance.take(cost)
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        return body.dropFirst(body.starts(with: mark) ? mark.count : 0)
            .split(separator: UInt8(ascii: "\n")).map { line in
                line.last == UInt8(ascii: "\r") ? Array(line.dropLast()) : Array(line)
            }.filter { !$0.isEmpty }
    }

    /// What a line takes beside its text until it is answered, about: the line, its key, and its place in the log.
    private static let bytesPerLine = 256

    /// The catalog, now or as it was, after what the caller has seen was folded.
    private func catalog(_ request: Request) async throws -> StreamCatalog.View {
        StreamCatalog.View(
            platform.store,
            asOf: try await moment(of: StreamCatalog(), request)
        )
    }

    private func summary(of entry: StreamCatalog.Entry) throws -> JSONValue {
        let stream = entry.served.definition
        let accepted = try stream.map { stream in
            try (0 ..< stream.partitions).reduce(Int64(0)) { sum, partition in
                sum
                    + (try Intake.View(Intake(stream), partition: partition, in: platform.store)
                        .summary.accepted)
            }
        }
        return entry.item { spec in
            [
                ("topic", spec["topic"] ?? ""), ("partitions", spec["partitions"] ?? .null),
                ("records", accepted.map { .integer($0) } ?? .null),
            ]
        }
    }

    /// What has been taken in so far.
    private func status(of entry: StreamCatalog.Entry) throws -> [(String, JSONValue)] {
        guard let stream = entry.served.definition else { return [] }
        let intake = Intake(stream)
        let served = try platform.store.snapshot()
        let views = try (0 ..< stream.partitions).map {
            try Intake.View(intake, partition: $0, in: served)
        }
        let watermarks = try platform.watermarks(of: stream, in: served)
        let refused = try DeadLetterLedger.counts(in: served)
            .filter { $0.stream == stream.name && $0.generation == stream.generation.hex }
        var values: [String: Int64] = [:]
        for view in views {
            for (value, count) in view.values { values[value, default: 0] += count }
        }
        func instant(_ instant: Instant?) -> JSONValue {
            instant.map { .string($0.rfc3339) } ?? .null
        }
        return [
            ("building", entry.next.map { .string($0.generation.hex) } ?? .null),
            ("records", .integer(views.reduce(0) { $0 + $1.summary.accepted })),
            ("earliest", instant(views.compactMap(\.summary.earliest).min())),
            ("latest", instant(views.compactMap(\.summary.latest).max())),
            ("arrival", .string(platform.knowsArrival(in: stream.topic) ? "log" : "unknown")),
            (
                "values",
                .object(values.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })
            ),
            ("refused", .object(refused.map { ($0.reason, .integer($0.count)) })),
            (
                "partitions",
                .array(
                    zip(views, watermarks).enumerated().map { index, partition in
                        [
                            "partition": .integer(Int64(index)),
                            "records": .integer(partition.0.summary.accepted),
                            "watermark": instant(partition.1),
                            "sources": .object(
                                partition.0.sources.map { ($0.source, .integer($0.sequence)) }
                            ),
                        ]
                    }
                )
            ),
        ]
    }
}
