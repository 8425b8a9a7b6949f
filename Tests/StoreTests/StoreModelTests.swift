import Chance
import RocksStore
import Store
import Testing

/// Both stores and a dictionary do the same thousands of things; nobody can tell them apart.
@Suite struct `Chance` {
    @Test func `finds no difference between the stores and a dictionary`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        try withFolder { folder in
            var trial = try Trial(folder)
            for step in 0 ..< 3_000 { try trial.step(&random, "seed \(seed), step \(step)") }
            try trial.compare("seed \(seed), at the end")
        }
    }

    /// The three, and snapshots of them.
    private struct Trial {
        let path: String
        let memory = MemoryStore()
        var rocks: RocksStore
        var model: [[UInt8]: [UInt8]] = [:]
        var snapshots:
            [(memory: any StoreReader, rocks: any StoreReader, model: [[UInt8]: [UInt8]])] = []

        init(_ folder: String) throws {
            path = folder + "/store"
            rocks = try Self.open(path)
            try memory.open(family)
        }

        /// Buffers so small that RocksDB flushes and compacts by itself in between.
        static func open(_ path: String) throws -> RocksStore {
            var settings = RocksSettings()
            settings.familyBufferBytes = 64 << 10
            let store = try RocksStore.open(path, settings)
            try store.open(family)
            return store
        }

        mutating func step(_ random: inout SeededRandom, _ place: Comment) throws {
            switch Int.random(in: 0 ..< 100, using: &random) {
            case ..<60: try write(&random)
            case ..<65: try removeAll(&random)
            case ..<90: try read(&random, place)
            case ..<94:
                snapshots.append((try memory.snapshot(), try rocks.snapshot(), model))
            case ..<97 where !snapshots.isEmpty:
                let old = snapshots.remove(
                    at: Int.random(in: 0 ..< snapshots.count, using: &random)
                )
                #expect(try old.memory.everything() == old.model, place)
                #expect(try old.rocks.everything() == old.model, place)
            case 98:
                try rocks.flush(family)
                try compare(place)
            case 99:
                rocks.close()
                snapshots = []
                rocks = try Self.open(path)
                try compare(place)
            default: break
            }
        }

        mutating func write(_ random: inout SeededRandom) throws {
            var batch = WriteBatch()
            for _ in 0 ..< Int.random(in: 0 ... 20, using: &random) {
                let key = key(&random)
                let count = Int.random(in: 0 ... 300, using: &random)
                let value: [UInt8]? =
                    Bool.random(using: &random)
                    ? (0 ..< count).map { _ in UInt8.random(in: 0 ... 255, using: &random) } : nil
                batch.put(value, at: key)
                model[key] = value
            }
            try memory.write(batch, to: family)
            try rocks.write(batch, to: family)
        }

        mutating func removeAll(_ random: inout SeededRandom) throws {
            let lower = key(&random)
            let upper = Int.random(in: 0 ..< 8, using: &random) == 0 ? nil : lower + [0x40]
            try memory.removeAll(from: lower, to: upper, in: family)
            try rocks.removeAll(from: lower, to: upper, in: family)
            model = model.filter { !Self.isWithin($0.key, lower, upper) }
        }

        func read(_ random: inout SeededRandom, _ place: Comment) throws {
            let keys = (0 ..< Int.random(in: 0 ... 10, using: &random)).map { _ in key(&random) }
            let expected = keys.map { model[$0] }
            #expect(try memory.values(of: keys, in: family) == expected, place)
            #expect(try rocks.values(of: keys, in: family) == expected, place)
            let (lower, upper) = (key(&random), key(&random))
            let range = model.keys.filter { Self.isWithin($0, lower, upper) }
                .sorted { $0.lexicographicallyPrecedes($1) }
            for store in [memory, rocks] as [any StoreReader] {
                var seen: [[UInt8]] = []
                try store.scan(family, from: lower, to: upper) { key, _ in
                    seen.append(bytes(key))
                    return true
                }
                #expect(seen == range, place)
            }
        }

        func compare(_ place: Comment) throws {
            #expect(try memory.everything() == model, place)
            #expect(try rocks.everything() == model, place)
        }

        func key(_ random: inout SeededRandom) -> [UInt8] {
            (0 ..< Int.random(in: 0 ... 3, using: &random)).map { _ in
                [0, 1, 0x40, 0x80, 0xFE, 0xFF].randomElement(using: &random) ?? 0
            }
        }

        static func isWithin(_ key: [UInt8], _ lower: [UInt8], _ upper: [UInt8]?) -> Bool {
            !key.lexicographicallyPrecedes(lower)
                && upper.map { key.lexicographicallyPrecedes($0) } != false
        }
    }

    @Test func `finds no difference in a store of many pieces`() throws {
        var random = SeededRandom(seed: newSeed())
        let store = MemoryStore()
        try store.open(family)
        var model: [[UInt8]: [UInt8]] = [:]
        for round in 0 ..< 60 {
            var batch = WriteBatch()
            for _ in 0 ..< 500 {
                let number = UInt16.random(in: 0 ..< 20_000, using: &random)
                let key = [UInt8(number >> 8), UInt8(number & 0xFF)]
                let value: [UInt8]? =
                    Int.random(in: 0 ..< 4, using: &random) == 0 ? nil : [UInt8(round)]
                batch.put(value, at: key)
                model[key] = value
            }
            try store.write(batch, to: family)
            if round % 20 == 19 {
                try store.removeAll(from: [0x10], to: [0x30], in: family)
                model = model.filter { !($0.key[0] >= 0x10 && $0.key[0] < 0x30) }
            }
            #expect(try store.everything() == model)
        }
    }
}
