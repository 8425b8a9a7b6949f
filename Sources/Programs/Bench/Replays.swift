import ArgumentParser
import Bytes
import Events
import Foundation
import KafkaLog
import Logs
import Projections
import Records
import Store
import Streams
internal import SwiftProtobuf

/// How fast the log becomes state again.
struct Replays: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Replay.",
        discussion: "Example: Bench replays"
    )
    @OptionGroup var place: Place

    func run() async throws { try await Self.measure(place) }

    static func measure(_ place: Place) async throws {
        print(
            "\n| replay from the broker into memory, one thread | events | events/s |\n|---|---|---|"
        )
        try await withFolder(in: place) { folder in
            let server = try await Server.start(in: folder)
            let log = try server.log { $0.lingerMilliseconds = 5 }
            try control(log)
            try stream(log)
            log.close()
            await server.stop()
        }
    }

    private static func control(_ log: KafkaLog) throws {
        try log.create(StreamEvent.topic)
        let count = 500_000
        try fill(log, StreamEvent.topic.name, count) { index in
            let event = StreamEvent.with { event in
                event.advanced.name = "bench"
                event.advanced.watermarkUs = Int64(index)
                event.advanced.cause = .endOfInput
            }
            let id = EventID(
                at: Instant(microseconds: Int64(index)),
                random: (UInt64(index), UInt64(index))
            )
            return event.newRecord(
                Envelope(
                    id: id,
                    subject: "bench \(index % 1_000)",
                    time: Instant(milliseconds: 1_700_000_000_000 + Int64(index)),
                    actor: "bench",
                    revision: Int64(index / 1_000 + 1)
                )
            )
        }
        try replay(StreamCatalog(), "control topic", count, log)
    }

    private static func stream(_ log: KafkaLog) throws {
        let definition = StreamDefinition(
            name: "flights",
            key: "id",
            time: "at",
            identity: "id",
            fields: [
                .init("id", .int64), .init("at", .timestamp), .init("carrier", .string),
                .init("delay", .int32),
                .init("distance", .int32), .init("late", .bool), .init("share", .float),
            ]
        )
        try log.create(TopicSpec("flights", partitions: 1))
        let count = 1_000_000
        try fill(log, "flights", count) { index in
            let time = Instant(microseconds: 1_356_998_400_000_000 + Int64(index) * 1_000_000)
                .rfc3339
            let text =
                #"{"id":\#(index),"at":"\#(time)","carrier":"B6","delay":\#(index % 90),"distance":2475,"late":false,"share":0.25}"#
            return NewRecord(key: nil, value: Array(text.utf8))
        }
        try replay(Intake(definition), "stream of JSON, 7 fields, with identity", count, log)
    }

    private static func fill(
        _ log: KafkaLog,
        _ topic: String,
        _ count: Int,
        _ record: (Int) -> NewRecord
    ) throws {
        for index in 0 ..< count { log.append(record(index), to: topic, partition: 0) { _ in } }
        while try log.bounds(of: Partition(topic, 0)).upperBound < count {
            pause(microseconds: 1_000)
        }
    }

    private static func replay(
        _ projection: any Projection,
        _ name: String,
        _ count: Int,
        _ log: KafkaLog
    ) throws {
        let memory = MemoryStore()
        try memory.open(projection.family)
        let time = try timed {
            try Replay(projection, of: Partition(projection.topic, 0)).fold(
                from: 0,
                to: Offset(count),
                log: log,
                into: memory
            )
        }
        let state = try projection.digest(of: 0, in: memory)
        guard state?.progress.recordCount == Int64(count) else {
            throw Trouble("not everything was folded")
        }
        print(
            "| \(name) | \(grouped(Double(count))) | \(grouped(Double(count) / (time / .seconds(1)))) |"
        )
    }
}
