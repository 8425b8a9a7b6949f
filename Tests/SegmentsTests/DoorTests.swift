import Codecs
import Synchronization
import Testing

@testable import Segments

@Suite struct `A compressed batch` {
    private let first = TopicPartition("orders", 0)

    private func withStore(
        _ configuration: [String: String] = [:],
        _ change: (inout SegmentStore.Settings) -> Void = { _ in },
        _ body: (SegmentStore) throws -> Void
    ) throws {
        var settings = SegmentStore.Settings.tiny
        settings.segmentBytes = 1 << 20
        change(&settings)
        let store = try SegmentStore(
            directory: "data",
            disk: ForgetfulDisk(seed: 3),
            settings: settings
        )
        defer { store.close() }
        _ = try store.createTopic("orders", partitions: 2, configuration: configuration)
        try body(store)
    }

    private func refusal(of bytes: [UInt8], by store: SegmentStore) throws -> AppendRefusal? {
        do {
            _ = try store.append(bytes, to: first)
            return nil
        } catch let refusal as AppendRefusal {
            return refusal
        }
    }

    private func isInvalid(_ refusal: AppendRefusal?) -> Bool {
        if case .invalidRecord = refusal { true } else { false }
    }

    @Test(arguments: Compression.allCases)
    func `is taken as it is`(compression: Compression) throws {
        try withStore { store throws in
            var batch = Batch(ids: Array(0 ..< 2_000), padding: 100)
            batch.keys = [nil, [1, 2]]
            let bytes = compression.compress(batch)
            for round in Int64(0) ..< 3 {
                #expect(try store.append(bytes, to: first).baseOffset == round * 2_000)
            }
            let stored = try store.everything(in: first)
            #expect(
                stored.map { Array($0[16...]) } == Array(repeating: Array(bytes[16...]), count: 3)
            )
        }
    }

    @Test(arguments: Compression.allCases)
    func `without a record is refused`(compression: Compression) throws {
        try withStore { store throws in
            let bytes = compression.wrap(compression.compress([]), as: Batch(ids: [1]).bytes)
            #expect(isInvalid(try refusal(of: bytes, by: store)))
            #expect(store.bounds(of: first) == 0 ..< 0)
        }
    }

    @Test(arguments: Compression.allCases)
    func `that is cut short, is longer than itself, or is garbage is refused`(
        compression: Compression
    ) throws {
        try withStore { store throws in
            let plain = Batch(ids: [1, 2, 3], padding: 300).bytes
            let payload = compression.compress(Array(plain[BatchHeader.byteCount...]))
            var kinds = (1 ... 8).map { Array(payload.dropLast($0)) }
            kinds += [payload + [0], payload + payload, [], [0x1F, 0x8B] + Array("garbage".utf8)]
            for (number, kind) in kinds.enumerated() {
                let found = try refusal(of: compression.wrap(kind, as: plain), by: store)
                #expect(isInvalid(found), "\(number): \(String(describing: found))")
            }
            #expect(try refusal(of: compression.wrap(payload, as: plain), by: store) == nil)
        }
    }

    @Test(arguments: Compression.allCases)
    func `whose records are not those that it counts is refused`(compression: Compression) throws {
        try withStore { store throws in
            let three = Batch(ids: [1, 2, 3])
            for count in [Int32(1), 2, 4, 1_000, .max] {
                var bytes = compression.compress(three)
                bytes.overwrite(count, at: 57)
                bytes.overwrite(count - 1, at: 23)
                #expect(isInvalid(try refusal(of: Batch.sealed(bytes), by: store)), "\(count)")
            }
        }
    }

    @Test(arguments: Compression.allCases)
    func `that says another codec is refused`(compression: Compression) throws {
        try withStore { store throws in
            for other in Int16(0) ... 7 where other != compression.codec {
                var bytes = compression.compress(Batch(ids: [1, 2, 3], padding: 40))
                bytes.overwrite(other, at: 21)
                let found = try refusal(of: Batch.sealed(bytes), by: store)
                if other > 4 {
                    guard case .unsupportedCompression = found else {
                        Issue.record("codec \(other): \(String(describing: found))")
                        continue
                    }
                } else {
                    #expect(isInvalid(found), "codec \(other)")
                }
            }
        }
    }

    @Test(arguments: Compression.allCases)
    func `that expands beyond the limit is refused, before it is expanded`(
        compression: Compression
    ) throws {
        try withStore(["max.message.bytes": "4000000"], { $0.mostRecordBytes = 200_000 }) {
            store throws in
            let fits = Batch(values: [[UInt8](repeating: 7, count: 150_000)])
            #expect(try refusal(of: compression.compress(fits), by: store) == nil)
            let one = Batch(values: [[UInt8](repeating: 7, count: 30_000_000)])
            let many = Batch(
                values: Array(repeating: [UInt8](repeating: 7, count: 1_000), count: 300)
            )
            for bomb in [one, many] {
                #expect(
                    try refusal(of: compression.compress(bomb), by: store)
                        == .expandsTooMuch(limit: 200_000)
                )
            }
        }
    }

    /// What is decompressed is counted piece by piece: a bomb costs one piece, and not what it holds.
    @Test(arguments: Compression.allCases)
    func `is read piece by piece`(compression: Compression) throws {
        let payload = compression.compress([UInt8](repeating: 0, count: 5_000_000))
        let source = Decompressor(
            Codec(rawValue: compression.codec) ?? .gzip,
            payload[...],
            limit: .max
        )
        var (total, piece) = (0, [UInt8](repeating: 1, count: 1_000))
        while true {
            var span = piece.mutableSpan
            var bytes = span.mutableBytes
            let count = try source.read(into: &bytes)
            if count == 0 { break }
            #expect(count <= 1_000)
            total += count
        }
        #expect(total == 5_000_000)
    }

    @Test
    func `whose LZ4 blocks depend on each other is refused, as Kafka's clients cannot read it`()
        throws
    {
        try withStore { store throws in
            let plain = Batch(ids: [1, 2], padding: 70_000).bytes
            let payload = Compression.lz4(Array(plain[BatchHeader.byteCount...]), isLinked: true)
            #expect(isInvalid(try refusal(of: Compression.lz4.wrap(payload, as: plain), by: store)))
        }
    }

    @Test func `of a Snappy that claims gigabytes is refused`() throws {
        try withStore { store throws in
            // A varint of four gigabytes, and one literal.
            let claim: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00, 0x01]
            let bytes = Compression.rawSnappy.wrap(claim, as: Batch(ids: [1]).bytes)
            #expect(isInvalid(try refusal(of: bytes, by: store)))
        }
    }

    @Test(arguments: Compression.allCases)
    func `without a key is refused by a compacted topic`(compression: Compression) throws {
        try withStore(["cleanup.policy": "compact"]) { store throws in
            #expect(isInvalid(try refusal(of: compression.compress(Batch(ids: [1])), by: store)))
            var keyed = Batch(ids: [1])
            keyed.keys = [[1]]
            #expect(try refusal(of: compression.compress(keyed), by: store) == nil)
        }
    }

    /// Checking takes a while, and what follows must not overtake it.
    @Test func `stays before what its producer sends after it`() throws {
        try withStore { store throws in
            let answers = Shared<[Int64]>([])
            for sequence in Int32(0) ..< 60 {
                var batch = Batch(ids: [UInt64(sequence)], padding: sequence % 7 == 0 ? 90_000 : 3)
                (batch.producerID, batch.producerEpoch, batch.baseSequence) = (4, 0, sequence)
                let bytes = sequence % 3 == 0 ? Compression.gzip.compress(batch) : batch.bytes
                store.append(bytes, to: first) { outcome in
                    answers.withLock { $0.append((try? outcome.get())?.baseOffset ?? -1) }
                }
            }
            for _ in 0 ..< 60_000 where answers.current.count < 60 {
                Signal().wait(until: Clock.ticks() + 1)
            }
            #expect(answers.current == Array(0 ..< 60))
        }
    }

    @Test func `that waits when the store closes is answered`() throws {
        let answers = Shared(0)
        try withStore { store throws in
            for _ in 0 ..< 50 {
                store.append(Compression.zstd.compress(Batch(ids: [1], padding: 90_000)), to: first)
                {
                    _ in answers.withLock { $0 += 1 }
                }
            }
        }
        #expect(answers.current == 50)
    }

    @Test(arguments: Compression.allCases)
    func `is found by the times of its records`(compression: Compression) throws {
        try withStore { store throws in
            for number in Int64(0) ..< 20 {
                var batch = Batch(ids: [1, 2, 3])
                batch.baseTimestamp = 1_000 + number * 10
                batch.timestampDeltas = [0, 3, 6]
                _ = try store.append(compression.compress(batch), to: first)
            }
            store.settle()
            for number in Int64(0) ..< 20 {
                let found = try store.firstOffset(atOrAfter: 1_001 + number * 10, in: first)
                #expect(found?.offset == number * 3 + 1)
                #expect(found?.timestamp == 1_003 + number * 10)
            }
        }
    }
}

@Suite struct `The times of a batch` {
    private let first = TopicPartition("orders", 0)
    private let now: Int64 = 1_700_000_000_000

    private func withStore(
        _ configuration: [String: String] = [:],
        _ body: (SegmentStore) throws -> Void
    ) throws {
        var settings = SegmentStore.Settings.tiny
        settings.clock = { 1_700_000_000_000 }
        let store = try SegmentStore(
            directory: "data",
            disk: ForgetfulDisk(seed: 3),
            settings: settings
        )
        defer { store.close() }
        _ = try store.createTopic("orders", partitions: 1, configuration: configuration)
        try body(store)
    }

    private func batch(at timestamp: Int64, deltas: [Int64] = []) -> Batch {
        var batch = Batch(ids: Array(repeating: 1, count: max(deltas.count, 1)))
        (batch.baseTimestamp, batch.timestampDeltas) = (timestamp, deltas)
        return batch
    }

    private func forms(of batch: Batch) -> [[UInt8]] {
        [batch.bytes] + Compression.allCases.map { $0.compress(batch) }
    }

    private func expectInvalid(_ batch: Batch, _ store: SegmentStore, _ comment: Comment) {
        for bytes in forms(of: batch) {
            do {
                _ = try store.append(bytes, to: first)
                Issue.record("It was taken. \(comment)")
            } catch AppendRefusal.invalidTimestamp {} catch {
                Issue.record("\(error) \(comment)")
            }
        }
    }

    @Test func `may lie an hour ahead of the broker, and no further`() throws {
        try withStore { store throws in
            let hour: Int64 = 3_600_000
            for timestamp in [-1, 0, 1, now, now + hour] {
                for bytes in forms(of: batch(at: timestamp)) {
                    _ = try store.append(bytes, to: first)
                }
            }
            expectInvalid(batch(at: now + hour + 1), store, "an hour and a millisecond")
            expectInvalid(batch(at: 4_070_908_800_000), store, "the year 2099")
            expectInvalid(batch(at: .max), store, "the last millisecond")
            expectInvalid(batch(at: now, deltas: [0, hour + 1]), store, "the second record")
            expectInvalid(batch(at: now, deltas: [0, .max]), store, "a sum that wraps")
        }
    }

    @Test func `lie where the topic allows it`() throws {
        let bounds = [
            "message.timestamp.after.max.ms": "10", "message.timestamp.before.max.ms": "20",
        ]
        try withStore(bounds) { store throws in
            for timestamp in [-1, now - 20, now + 10] {
                _ = try store.append(batch(at: timestamp).bytes, to: first)
            }
            expectInvalid(batch(at: now + 11), store, "ahead")
            expectInvalid(batch(at: now - 21), store, "behind")
        }
        try withStore(["message.timestamp.after.max.ms": "\(Int64.max)"]) { store throws in
            _ = try store.append(batch(at: 4_070_908_800_000).bytes, to: first)
        }
    }

    @Test func `are the broker's where the topic says so, compressed or not`() throws {
        try withStore(["message.timestamp.type": "LogAppendTime"]) { store throws in
            let late = batch(at: 4_070_908_800_000, deltas: [0, 5])
            for bytes in forms(of: late) + forms(of: batch(at: -1)) {
                #expect(try store.append(bytes, to: first).logAppendTime == now)
            }
            for stored in try store.everything(in: first) {
                let header = try #require(BatchHeader(of: stored))
                #expect(header.usesLogAppendTime && header.maxTimestamp == now)
                #expect(header.checksum == BatchHeader.checksum(of: stored.span.bytes))
            }
        }
    }

    @Test func `end with that of its greatest record, whatever the producer says`() throws {
        try withStore(["retention.ms": "3600000"]) { store throws in
            for bytes in forms(of: batch(at: now - 10, deltas: [0, 7, 3])) {
                for claim in [Int64(0), -1, now - 3, .max] {
                    var bytes = bytes
                    bytes.overwrite(claim, at: 35)
                    _ = try store.append(Batch.sealed(bytes), to: first)
                }
            }
            for stored in try store.everything(in: first) {
                let header = try #require(BatchHeader(of: stored))
                #expect(header.maxTimestamp == now - 3)
                #expect(header.checksum == BatchHeader.checksum(of: stored.span.bytes))
            }
            store.settle()
            let end = store.bounds(of: first)?.upperBound
            #expect(try store.firstOffset(atOrAfter: now - 4, in: first)?.offset == 1)
            for _ in 0 ..< 3 { try store.enforceRetention(now: now) }
            #expect(store.bounds(of: first) == 0 ..< (end ?? 0))
        }
    }

    @Test func `without any are said to have none`() throws {
        try withStore { store throws in
            _ = try store.append(batch(at: -1).bytes, to: first)
            #expect(BatchHeader(of: try store.everything(in: first)[0])?.maxTimestamp == -1)
        }
    }
}
