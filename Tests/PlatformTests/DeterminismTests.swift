import Chance
import Logs
import Platform
import Projections
import RocksStore
import Store
import Testing

@Suite struct `One log` {
    @Test func `gives one digest whatever the batches, the stores and the order of partitions`()
        async throws
    {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let log = try await GoldenLog.make(recordCount: 600, seed: seed)
        let whole = try folded(log, into: MemoryStore(), batchLimit: 1_000_000, &random)
        #expect(whole.count >= 10)
        for _ in 0 ..< 4 {
            let limit = Int.random(in: 1 ... 70, using: &random)
            #expect(try folded(log, into: MemoryStore(), batchLimit: limit, &random) == whole)
        }
        for _ in 0 ..< 4 {
            var settings = RocksSettings()
            settings.familyBufferBytes = Int.random(in: 1 << 16 ... 1 << 18, using: &random)
            settings.bufferBytes = 4 * settings.familyBufferBytes
            settings.blockCacheBytes = 1 << 20
            let limit = Int.random(in: 1 ... 200, using: &random)
            let digests = try await withFolder { [settings] folder in
                let store = try RocksStore.open(folder + "/store", settings)
                defer { store.close() }
                return try folded(log, into: store, batchLimit: limit, &random)
            }
            #expect(digests == whole)
        }
    }

    /// Folds every partition in some order, in steps of chance with flushes between, and reads the
    /// digests from what is there in the end.
    private func folded(
        _ log: MemoryLog,
        into store: any Store,
        batchLimit: Int,
        _ random: inout SeededRandom
    ) throws -> [GoldenDigest] {
        for family in Platform.everyFamily { try store.open(family) }
        for (projection, partition) in try GoldenLog.seatings(of: log).shuffled(using: &random) {
            let end = try log.bounds(of: partition).upperBound
            try Replay(projection, of: partition, batchLimit: batchLimit)
                .fold(from: 0, to: end, log: log, into: store)
            if Bool.random(using: &random) { try store.flush(projection.family) }
        }
        return try GoldenLog.digests(of: log, in: store)
    }
}
