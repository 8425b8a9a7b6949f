import Bytes
import Foundation
import Segments
import Testing

@testable import Broker

@Suite struct `A batch that cannot be taken` {
    /// One member of gzip around nothing.
    private static let emptyGzip: [UInt8] = [
        0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]

    /// The batch with other attributes and, where there is one, another payload, and a checksum that fits.
    private func changed(_ batch: TestBatch, codec: Int16, payload: [UInt8]? = nil) -> [UInt8] {
        let plain = batch.bytes
        var covered = ByteWriter()
        covered.append(codec)
        covered.append(contentsOf: plain[23 ..< 61])
        covered.append(contentsOf: payload ?? Array(plain[61...]))
        var bytes = ByteWriter()
        bytes.append(Int64(0))
        bytes.append(Int32(covered.count + 9))
        bytes.append(Int32(-1))
        bytes.append(Int8(2))
        bytes.append(Checksum.crc32c(covered.bytes))
        bytes.append(contentsOf: covered.bytes)
        return bytes.bytes
    }

    @Test func `is refused with the error that Kafka has for it`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events", ["max.message.bytes": "1000"])
            var future = TestBatch("x")
            future.timestamp = 4_070_908_800_000
            var broken = TestBatch("x").bytes
            broken[65] ^= 1
            let large = TestBatch(values: [[UInt8](repeating: 1, count: 2_000)]).bytes
            let cases: [(ErrorCode, [UInt8])] = [
                (.invalidRecord, changed(TestBatch("x"), codec: 1, payload: Self.emptyGzip)),
                (.invalidRecord, changed(TestBatch("x"), codec: 1, payload: [0x1F, 0x8B, 9])),
                (.invalidRecord, changed(TestBatch("x"), codec: 4)),
                (.unsupportedCompressionType, changed(TestBatch("x"), codec: 5)),
                (.invalidTimestamp, future.bytes), (.corruptMessage, broken),
                (.messageTooLarge, large),
            ]
            for (code, bytes) in cases {
                let answer = try client.produce(bytes, to: "events")
                #expect(answer.error == code.rawValue, "\(code): \(answer.message ?? "")")
                #expect(answer.baseOffset == -1 && answer.message?.isEmpty == false)
            }
            #expect(try client.produce(TestBatch("x").bytes, to: "events").baseOffset == 0)
        }
    }

    @Test func `in Zstandard is refused by Produce before version 7`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events")
            let bytes = changed(TestBatch("x"), codec: 4)
            let answer = try client.ask(TestClient.produce(bytes, to: "events"), version: 6)
            #expect(
                answer.topics[0].partitions[0].error
                    == ErrorCode.unsupportedCompressionType.rawValue
            )
        }
    }

    @Test func `refuses its own partition and no other of the request`() async throws {
        try await withBroker { scene in
            let client = try scene.client()
            try client.create("events", partitions: 3)
            let bad = changed(TestBatch("x"), codec: 1, payload: Self.emptyGzip)
            var request = TestClient.produce(TestBatch("a").bytes, to: "events", 0)
            for (index, bytes) in [(Int32(1), bad), (2, TestBatch("c").bytes)] {
                var partition = ProduceRequest.Partition()
                (partition.index, partition.records) = (index, Records([bytes]))
                request.topics[0].partitions.append(partition)
            }
            let answers = try client.ask(request, version: 9).topics[0].partitions
            #expect(answers.map(\.error) == [0, ErrorCode.invalidRecord.rawValue, 0])
            #expect(try client.fetch("events", 0).values == ["a"])
            #expect(try client.fetch("events", 1).values == [])
            #expect(try client.fetch("events", 2).values == ["c"])
        }
    }
}

@Suite struct `A batch that broke on the disk` {
    @Test
    func `is told to who asks for it, once to the operator, and what stands before it is given`()
        async throws
    {
        try await withBroker { scene in
            var client = try scene.client()
            try client.create("events")
            let size = TestBatch("0").bytes.count
            for number in 0 ..< 10 {
                _ = try client.produce(TestBatch("\(number)").bytes, to: "events")
            }
            await scene.broker.stop()
            scene.store.close()
            let topics = scene.folder + "/topics"
            let topic = try #require(
                try FileManager.default.contentsOfDirectory(atPath: topics)
                    .first { $0.hasPrefix("events-") }
            )
            let path = "\(topics)/\(topic)/0-\(String(repeating: "0", count: 20)).log"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            bytes[6 * size + 65] ^= 1
            try bytes.write(to: URL(fileURLWithPath: path))
            try await scene.restart()
            client = try scene.client()
            for offset in Int64(0) ..< 6 {
                let found = try client.fetch("events", from: offset)
                #expect(found.error == 0)
                #expect(try found.values == (offset ..< 6).map { "\($0)" })
            }
            for _ in 0 ..< 3 {
                let found = try client.fetch("events", from: 6)
                #expect(found.error == ErrorCode.corruptMessage.rawValue)
                #expect(found.records.byteCount == 0)
            }
            #expect(scene.store.troubles.count == 1, "\(scene.store.troubles)")
            #expect(scene.lines.all.count { $0.contains("roken") } == 0, "\(scene.lines.all)")
        }
    }
}
