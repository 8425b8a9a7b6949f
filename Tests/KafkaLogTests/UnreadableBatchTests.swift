import Bytes
import KafkaLog
import Logs
import Testing

/// What another's broker may hold, and librdkafka says nothing of.
@Suite(.serialized) struct `A batch that cannot be read` {
    @Test func `is said, and holds up no other partition`() async throws {
        try await Stage.run(checksBatches: false) { stage in
            let log = try stage.log()
            // A record of one byte and no more: attributes, times, offset, key, value, headers.
            let good: [UInt8] = [14, 0, 0, 0, 1, 2, 120, 0]
            let farAway: [UInt8] = [18, 0, 0, 0x80, 0x89, 0x7A, 1, 2, 120, 0]
            let bad = [
                "longer": Self.batch([0x80, 0x89, 0x7A] + good),
                "later": Self.batch(good + [0x80, 0x89, 0x7A], count: 2),
                "control": Self.batch(good, attributes: 32),
                "beyond": Self.batch(farAway),
            ]
            try await blocking {
                for topic in ["calm"] + bad.keys.sorted() {
                    try log.create(TopicSpec(topic, partitions: 1))
                }
            }
            for (topic, batch) in bad {
                try await stage.append(batch, to: Partition(topic, 0))
                try await stage.append(Self.batch(good), to: Partition(topic, 0))
            }
            try await blocking {
                defer { log.close() }
                let reader = try log.reader()
                defer { reader.close() }
                try reader.add(Partition("calm", 0), from: 0)
                for topic in bad.keys { try reader.add(Partition(topic, 0), from: 0) }
                var said: [String: Offset] = [:]
                let deadline = Deadline(after: 60_000_000)
                while said.count < bad.count, !deadline.isOver {
                    do throws(LogError) {
                        _ = try reader.next(limit: 100, within: .seconds(1))
                    } catch {
                        guard case .corrupt(let position, _) = error else { throw error }
                        said[position.partition.topic] = position.offset
                    }
                }
                #expect(said == ["longer": 0, "later": 1, "control": 0, "beyond": 0])
                _ = try log.appendOne(NewRecord(7), to: "calm", 0)
                #expect(try reader.read(count: 1).map(\.number) == [7])
            }
        }
    }

    /// A record batch, version 2, around bytes.
    private static func batch(
        _ payload: [UInt8],
        count: Int32 = 1,
        attributes: Int16 = 0
    ) -> [UInt8] {
        var body = ByteWriter()
        body.append(attributes)
        body.append(count - 1)
        for _ in 0 ..< 2 { body.append(Int64(1_700_000_000_000)) }
        body.append(Int64(-1))
        body.append(Int16(-1))
        body.append(Int32(-1))
        body.append(count)
        body.append(contentsOf: payload)
        var batch = ByteWriter()
        batch.append(Int64(0))
        batch.append(Int32(body.count + 9))
        batch.append(Int32(0))
        batch.append(Int8(2))
        batch.append(Checksum.crc32c(body.bytes))
        batch.append(contentsOf: body.bytes)
        return batch.bytes
    }
}
