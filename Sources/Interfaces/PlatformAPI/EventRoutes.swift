internal import Bytes
internal import Engine
internal import Events
internal import HTTP
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import Logs
internal import NIOCore
internal import Platform
internal import Projections
internal import Store
internal import Synchronization
internal import Workers

/// Any topic as JSON lines.
extension PlatformAPI {
    /// `?from=OFFSET` (negative: so many before the end), `?partition=N`, `?limit=N`, `?follow=true`.
    func events(of topic: String, _ request: Request) async throws -> Response {
        let query = request.query
        func number(_ name: String) throws -> Int64? {
            guard let text = query[name] else { return nil }
            guard let number = Int64(text) else {
                throw Problem(
                    .invalid,
                    "The request makes no sense",
                    .badRequest,
                    "`\(name)` takes a number, and not `\(text)`."
                )
            }
            return number
        }
        let partition = try number("partition").map { Int32(clamping: $0) }
        let (from, limit) = (try number("from"), try number("limit") ?? .max)
        let follow = query["follow"] == "true"
        guard traffic.takeReader() else {
            traffic.refused(.readers)
            throw Problem(
                .busy,
                "Too much at once",
                .serviceUnavailable,
                "\(traffic.limits.readers) clients read topics already: ask again.",
                retryAfterSeconds: 1
            )
        }
        let seat = ReaderSeat(in: traffic)
        let cursor = try await platform.engine.pool.run { [platform] in
            try EventCursor(
                log: platform.log,
                topic: topic,
                partition: partition,
                from: from,
                follow: follow
            )
        }
        let body = ResponseBody { [platform] writer in
            defer {
                cursor.close()
                seat.leave()
            }
            /// The status is sent long ago: where the answer has to end early, only the operator can be told why.
            func next() async throws -> [RecordBatch]? {
                do {
                    return try await platform.engine.pool.run { try cursor.next() }
                } catch {
                    platform.engine.warn(
                        "the events of \(topic) that somebody reads end early: \(error)"
                    )
                    throw error
                }
            }
            var left = limit
            while left > 0, let batches = try await next() {
                var lines = ByteBuffer()
                for batch in batches {
                    for record in batch.records where left > 0 {
                        lines.writeString(try line(of: record, in: batch.partition))
                        lines.writeString("\n")
                        left -= 1
                    }
                }
                if lines.readableBytes > 0 { try await writer.write(lines) }
                // A follower does not hold a thread of the pool while there is nothing to read.
                if batches.isEmpty, follow {
                    try await Task.sleep(for: .milliseconds(100))
                    // This fails once the client is gone.
                    try await writer.write(ByteBuffer())
                }
            }
            try await writer.finish(nil)
        }
        var headers: HTTPFields = [.contentType: "application/x-ndjson"]
        if follow { headers[.endless] = "true" }
        return Response(status: .ok, headers: headers, body: body)
    }

    private func line(of record: Record, in partition: Partition) throws -> String {
        if let line = PlatformTopics.json(
            of: record,
            in: partition,
            among: platform.engine.events
        ) {
            guard try isVoid(record, in: partition) else { return line }
            return line.dropLast() + ",\"void\":true}"
        }
        var members: [(String, JSONValue)] = [
            ("position", .string(Position(partition, record.offset).description)),
            ("timestamp", .string(record.timestamp.rfc3339)),
            ("key", record.key.map { .text($0) } ?? .null),
        ]
        if !record.headers.isEmpty {
            members.append(
                (
                    "headers",
                    .array(
                        record.headers.map {
                            [.string($0.name), $0.value.map { .text($0[...]) } ?? .null]
                        }
                    )
                )
            )
        }
        members.append(("value", record.value.map { .document($0) } ?? .null))
        return try JSONValue.object(members).text(.compact)
    }

    /// A fact of a control topic that took no effect: another was first.
    private func isVoid(_ record: Record, in partition: Partition) throws -> Bool {
        guard let projection = platform.catalogs.first(where: { $0.topic == partition.topic })
        else {
            return false
        }
        guard let id = record.header("ce_id").flatMap({ EventID(text: $0.span.bytes) }) else {
            return true
        }
        let tables = TableReader(
            platform.store,
            family: projection.family,
            shelf: projection.shelf(of: 0)
        )
        return try tables.get(Arbiter.effects, id)?.offset != record.offset
    }
}

/// One of the places of those who read topics. It is free again when the answer ends, or is never begun.
private final class ReaderSeat: Sendable {
    private let traffic: Traffic
    private let isTaken = Mutex(true)

    init(in traffic: Traffic) { self.traffic = traffic }

    func leave() {
        let wasTaken = isTaken.withLock { isTaken in
            defer { isTaken = false }
            return isTaken
        }
        if wasTaken { traffic.giveBackReader() }
    }

    deinit { leave() }
}

extension JSONValue {
    /// Text as text; other bytes as `{"base64": …}`.
    fileprivate static func text(_ bytes: ArraySlice<UInt8>) -> JSONValue {
        String(validating: bytes, as: UTF8.self).map(JSONValue.string) ?? [
            "base64": .string(bytes.base64)
        ]
    }

    /// A JSON document as what it says; anything else as `text` has it.
    fileprivate static func document(_ bytes: ArraySlice<UInt8>) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            return text(bytes)
        }
    }
}

extension ArraySlice<UInt8> {
    /// RFC 4648, section 4.
    fileprivate var base64: String {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
        )
        var text: [UInt8] = []
        var rest = self
        while !rest.isEmpty {
            let group = rest.prefix(3)
            rest = rest.dropFirst(3)
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0 ..< 4 {
                text.append(
                    index <= group.count
                        ? alphabet[bits >> (18 - 6 * index) & 63] : UInt8(ascii: "=")
                )
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
