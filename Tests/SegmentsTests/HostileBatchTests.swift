import Chance
import Testing

@testable import Segments

@Suite struct `Bytes that are no batch` {
    private let first = TopicPartition("orders", 0)

    private func withStore(
        _ configuration: [String: String] = [:],
        _ body: (SegmentStore) throws -> Void
    ) throws {
        let store = try SegmentStore(
            directory: "data",
            disk: ForgetfulDisk(seed: 3),
            settings: .tiny
        )
        defer { store.close() }
        _ = try store.createTopic("orders", partitions: 1, configuration: configuration)
        try body(store)
    }

    private func expectRefusal(_ bytes: [UInt8], _ store: SegmentStore, _ comment: Comment) {
        #expect(throws: AppendRefusal.self, comment) { try store.append(bytes, to: first) }
    }

    @Test func `are refused, whatever they are`() throws {
        var random = SeededRandom(seed: 77)
        try withStore { store throws in
            for number in 0 ..< 1_000 {
                let count = Int.random(in: 0 ... 200, using: &random)
                var bytes = (0 ..< count).map { _ in UInt8.random(in: 0 ... 255, using: &random) }
                // Some look a little like a batch.
                if count > 61, number % 3 == 0 { bytes[16] = 2 }
                if count > 61, number % 2 == 0 { bytes.overwrite(Int32(count - 12), at: 8) }
                expectRefusal(bytes, store, "seed 77, number \(number)")
            }
            #expect(store.bounds(of: first) == 0 ..< 0)
        }
    }

    /// The base offset and the leader epoch are the broker's, and may hold anything.
    @Test func `that differ in one bit from a batch are refused`() throws {
        let good = Batch(ids: [1, 2, 3], padding: 5).bytes
        try withStore { store throws in
            for place in 8 ..< good.count where !(12 ..< 16).contains(place) {
                for bit in 0 ..< 8 {
                    var bytes = good
                    bytes[place] ^= 1 << UInt8(bit)
                    expectRefusal(bytes, store, "byte \(place), bit \(bit)")
                }
            }
            #expect(try store.append(good, to: first).baseOffset == 0)
        }
    }

    /// With a checksum that fits, what is inside is still looked at.
    @Test func `with a checksum that fits are stored whole or refused`() throws {
        var random = SeededRandom(seed: 78)
        try withStore { store throws in
            var end: Int64 = 0
            for number in 0 ..< 1_500 {
                var bytes = Batch(ids: [1, 2, 3], padding: 5).bytes
                for _ in 0 ..< Int.random(in: 1 ... 3, using: &random) {
                    bytes[Int.random(in: 21 ..< bytes.count, using: &random)] =
                        UInt8.random(in: 0 ... 255, using: &random)
                }
                bytes = Batch.sealed(bytes)
                let place: Appended
                do { place = try store.append(bytes, to: first) } catch is AppendRefusal {
                    continue
                }
                let header = try #require(BatchHeader(of: bytes))
                // A producer's batch may be recognised as one sent before.
                if place.baseOffset < end { continue }
                #expect(place.baseOffset == end, "seed 78, number \(number)")
                #expect(header.lastOffsetDelta == header.count - 1 && header.codec <= 4)
                #expect(!header.isControl && !header.isTransactional)
                end += Int64(header.count)
                #expect(store.bounds(of: first) == 0 ..< end)
                #expect(try store.read(first, from: end - 1, limit: 1).batches.count == 1)
            }
            #expect(try store.everything(in: first).count > 10)
        }
    }

    @Test func `of each kind are refused by name`() throws {
        func changed(_ change: (inout Batch) -> Void) -> [UInt8] {
            var batch = Batch(ids: [1, 2])
            change(&batch)
            return batch.bytes
        }
        func overwritten<Integer: FixedWidthInteger & BitwiseCopyable>(
            _ value: Integer,
            at index: Int
        ) -> [UInt8] {
            var bytes = Batch(ids: [1, 2]).bytes
            bytes.overwrite(value, at: index)
            return Batch.sealed(bytes)
        }
        let cases: [(String, [UInt8])] = [
            ("control", changed { $0.attributes = 32 }),
            ("transactional", changed { $0.attributes = 16 }),
            ("compressed, and is not", changed { $0.attributes = 1 }),
            ("with a delete horizon", changed { $0.attributes = 64 }),
            ("version 1", overwritten(Int8(1), at: 16)),
            ("no records", overwritten(Int32(0), at: 57)),
            ("count and offsets disagree", overwritten(Int32(3), at: 57)),
            (
                "more records than there are",
                {
                    var bytes = overwritten(Int32(3), at: 57)
                    bytes.overwrite(Int32(2), at: 23)
                    return Batch.sealed(bytes)
                }()
            ),
            ("an epoch without a sequence", changed { $0.producerID = 4 }),
        ]
        try withStore { store throws in
            for (name, bytes) in cases {
                do {
                    _ = try store.append(bytes, to: first)
                    Issue.record("\(name) was accepted")
                } catch AppendRefusal.invalidRecord {} catch {
                    Issue.record("\(name): \(error)")
                }
            }
        }
    }

    @Test func `that are too large for their topic are refused`() throws {
        try withStore(["max.message.bytes": "200"]) { store throws in
            let large = Batch(ids: [1], padding: 200).bytes
            #expect(throws: AppendRefusal.messageTooLarge(limit: 200)) {
                try store.append(large, to: first)
            }
            _ = try store.append(Batch(ids: [1]).bytes, to: first)
        }
    }

    @Test func `without a key are refused by a compacted topic`() throws {
        try withStore(["cleanup.policy": "compact"]) { store throws in
            #expect(throws: AppendRefusal.self) {
                try store.append(Batch(ids: [1]).bytes, to: first)
            }
            var keyed = Batch(ids: [1])
            keyed.keys = [[1]]
            _ = try store.append(keyed.bytes, to: first)
        }
    }

    @Test func `may be several batches, each with its offsets`() throws {
        try withStore { store throws in
            let two = Batch(ids: [1, 2]).bytes + Batch(ids: [3]).bytes
            #expect(try store.append(two, to: first).baseOffset == 0)
            #expect(try store.append(two, to: first).baseOffset == 3)
            #expect(
                try store.everything(in: first).flatMap { try Batch.ids(in: $0) } == [
                    1, 2, 3, 1, 2, 3,
                ]
            )
            expectRefusal(two + [0], store, "a byte too many")
        }
    }

    @Test(arguments: [
        ["retention.ms": "soon"], ["cleanup.policy": "burn"], ["flush.messages": "0"],
        ["segment.bytes": "1"], ["message.timestamp.type": "Now"], ["max.message.bytes": "-4"],
    ])
    func `and settings that are none are refused`(configuration: [String: String]) throws {
        #expect(throws: SegmentError.self) { try withStore(configuration) { _ in } }
    }
}
