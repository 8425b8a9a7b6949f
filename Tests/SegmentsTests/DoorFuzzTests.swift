import Chance
import Glibc
import Synchronization
import Testing

@testable import Segments

/// Batches as they might come from anywhere: broken, cut, put together wrongly, with a checksum that fits.
private struct HostileBatches {
    var random: SeededRandom

    mutating func next() -> [UInt8] {
        // One in four is a known one of which something is changed.
        if Int.random(in: 0 ..< 4, using: &random) == 0,
            let known = BatchCorpus.cases.randomElement(using: &random)
        {
            return changed(known.bytes, from: 0)
        }
        let plain = plainBatch()
        guard let compression = Compression.allCases.randomElement(using: &random),
            Int.random(in: 0 ..< 6, using: &random) > 0
        else { return changed(plain, from: 8) }
        var records = Array(plain[BatchHeader.byteCount...])
        // Half are broken before they are compressed, half after, some both.
        if Bool.random(using: &random) { records = changed(records, from: 0) }
        var payload = compression.compress(records)
        if Bool.random(using: &random) { payload = changed(payload, from: 0) }
        let bytes = compression.wrap(payload, as: plain)
        return Int.random(in: 0 ..< 4, using: &random) == 0 ? changed(bytes, from: 17) : bytes
    }

    private mutating func plainBatch() -> [UInt8] {
        let count = Int.random(in: 1 ... 20, using: &random)
        var batch = Batch(
            values: (0 ..< count).map { _ in
                let length = Int.random(in: 0 ... 40, using: &random)
                return [UInt8](repeating: UInt8.random(in: 0 ... 3, using: &random), count: length)
            }
        )
        if Int.random(in: 0 ..< 50, using: &random) == 0 {
            batch.values.append([UInt8](repeating: 1, count: 200_000))
        }
        batch.keys = (0 ..< count).map { _ in Bool.random(using: &random) ? [1, 2] : nil }
        batch.timestampDeltas = (0 ..< count).map { _ in Int64.random(in: -5 ... 5, using: &random)
        }
        return batch.bytes
    }

    /// A few bytes are others, are gone, or come twice.
    private mutating func changed(_ bytes: [UInt8], from start: Int) -> [UInt8] {
        var bytes = bytes
        for _ in 0 ..< Int.random(in: 0 ... 4, using: &random) where bytes.count > start {
            let place = Int.random(in: start ..< bytes.count, using: &random)
            switch Int.random(in: 0 ..< 6, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0 ... 255, using: &random)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0 ..< 8, using: &random)
            case 2: bytes.removeSubrange(place...)
            case 3: bytes.remove(at: place)
            case 4: bytes.insert(bytes[place], at: place)
            default:
                let end = min(place + Int.random(in: 1 ... 30, using: &random), bytes.count)
                bytes += bytes[place ..< end]
            }
        }
        return bytes
    }
}

@Suite struct `Batches at random` {
    private let first = TopicPartition("orders", 0)

    @Test(arguments: BatchCorpus.cases)
    func `begin with what is known`(known: BatchCorpus.Case) throws {
        let store = try Self.store(seed: 1)
        defer { store.close() }
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        do {
            let place = try store.append(known.bytes, to: first)
            #expect(known.isTaken, "\(known.name) was taken.")
            #expect(place.baseOffset == 0)
            #expect(try store.everything(in: first).isEmpty == false)
        } catch let refusal as AppendRefusal {
            #expect(!known.isTaken, "\(known.name): \(refusal)")
            #expect(store.bounds(of: first) == 0 ..< 0)
        }
    }

    private static func store(seed: UInt64) throws -> SegmentStore {
        var settings = SegmentStore.Settings()
        settings.journalBytes = 1 << 20
        settings.mostRecordBytes = BatchCorpus.mostRecordBytes
        return try SegmentStore(
            directory: "data",
            disk: ForgetfulDisk(seed: seed),
            settings: settings
        )
    }

    /// Three seconds, or as many as `TRIBUTARY_FUZZ_SECONDS` says. A seed of `TRIBUTARY_FUZZ_SEED` runs again what failed.
    @Test func `are refused, or can be read record by record`() throws {
        let environment = { (name: String) in getenv(name).map { String(cString: $0) } }
        let seed =
            environment("TRIBUTARY_FUZZ_SEED").flatMap { UInt64($0) }
            ?? UInt64.random(in: .min ... .max)
        let seconds = environment("TRIBUTARY_FUZZ_SECONDS").flatMap { Int64($0) } ?? 3
        print("Batches at random: seed \(seed), \(seconds) s.")
        let store = try Self.store(seed: seed)
        defer { store.close() }
        var batches = HostileBatches(random: SeededRandom(seed: seed))
        let end = Clock.ticks() + seconds * 1_000
        var (number, taken) = (0, 0)
        while Clock.ticks() < end {
            // A topic of its own now and then, so that memory does not grow with the time.
            if number % 2_000 == 0 {
                if number > 0 { try store.deleteTopic("orders") }
                _ = try store.createTopic("orders", partitions: 1, configuration: [:])
            }
            number += 1
            var bytes = batches.next()
            if number % 10 > 0, bytes.count > BatchHeader.byteCount {
                bytes.overwrite(Int32(bytes.count - BatchHeader.prefixByteCount), at: 8)
                bytes = Batch.sealed(bytes)
            }
            let place: Appended
            do { place = try store.append(bytes, to: first) } catch is AppendRefusal { continue }
            taken += 1
            try expectReadable(place, of: bytes, in: store, "seed \(seed), number \(number)")
        }
        #expect(taken > 10, "seed \(seed): \(taken) of \(number) were taken.")
        print("Batches at random: \(taken) of \(number) were taken.")
    }

    private func expectReadable(
        _ place: Appended,
        of bytes: [UInt8],
        in store: SegmentStore,
        _ comment: Comment
    ) throws {
        let chunk = try store.read(first, from: place.baseOffset, limit: 1)
        let stored = try #require(chunk.batches.first, comment)
        let header = try #require(BatchHeader(of: stored), comment)
        #expect(header.size == stored.count && header.leaderEpoch == 0, comment)
        #expect(header.checksum == BatchHeader.checksum(of: stored.span.bytes), comment)
        #expect(!header.isControl && !header.isTransactional && !header.usesLogAppendTime, comment)
        var (offsets, latest) = ([Int64](), Int64(-1))
        try RecordWalk.over(stored, header, limit: 1 << 20) { record in
            offsets.append(record.offsetDelta)
            latest = max(latest, header.baseTimestamp + record.timestampDelta)
            return true
        }
        #expect(offsets == Array(0 ..< Int64(header.count)), comment)
        #expect(latest == header.maxTimestamp, comment)
    }
}
