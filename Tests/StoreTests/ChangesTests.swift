import Bytes
import Chance
import Store
import Testing

@Suite struct `The changes of a batch` {
    @Test func `are seen by later reads of the same batch and by nobody else`() throws {
        try Kind.memory.withStore { store in
            try fold(into: store) { $0[Tables.birds, "wren"] = Bird("Wren", sightings: 1) }
            var changes = Changes(over: store, family: family, shelf: shelf)
            changes[Tables.birds, "wren"]?.sightings += 1
            changes[Tables.birds, "wren"]?.sightings += 1
            changes[Tables.birds, "auk"] = Bird("Auk")
            #expect(changes[Tables.birds, "wren"]?.sightings == 3)
            #expect(changes[Tables.birds, "auk"] == Bird("Auk"))
            #expect(try reader(store).get(Tables.birds, "wren")?.sightings == 1)
            #expect(changes.batch().rows.count == 2)
        }
    }

    @Test func `of a row that is not there change nothing`() throws {
        try Kind.memory.withStore { store in
            var changes = Changes(over: store, family: family, shelf: shelf)
            changes[Tables.birds, "owl"]?.sightings += 1
            changes[Tables.ringed, "owl"]?.sightings += 1
            changes[Tables.ringed, "owl"] = nil
            #expect(changes.batch().isEmpty)
        }
    }

    @Test func `are written in key order, however they came`() throws {
        try Kind.memory.withStore { store in
            var changes = Changes(over: store, family: family, shelf: shelf, at: 4)
            for number in (Int64(0) ..< 100).shuffled() {
                changes[Tables.marks, number] = Nothing()
                changes[Tables.ringed, "\(number)"] = Bird()
            }
            let keys = changes.batch().rows.map(\.key)
            #expect(keys.count == 200)
            #expect(keys == keys.sorted { $0.lexicographicallyPrecedes($1) })
        }
    }

    @Test func `of one row by many records are one write, or one a version`() throws {
        try Kind.memory.withStore { store in
            var changes = Changes(over: store, family: family, shelf: shelf)
            for offset in Int64(0) ..< 10 {
                changes.offset = offset
                changes[Tables.birds, "a", default: Bird()].sightings += 1
                changes[Tables.ringed, "a", default: Bird()].sightings += 1
                changes[Tables.ringed, "a", default: Bird()].sightings += 1
            }
            let batch = changes.batch()
            #expect(batch.rows.count == 11)
            try store.write(batch, to: family)
            #expect(try reader(store).get(Tables.birds, "a")?.sightings == 10)
            for offset in Int64(0) ..< 10 {
                #expect(
                    try reader(store).get(Tables.ringed, "a", asOf: offset)?.sightings
                        == (offset + 1) * 2
                )
            }
        }
    }

    /// What a fold leaves must not depend on where one batch ended and the next began.
    @Test func `leave the same rows however the records are cut into batches`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let records = (0 ..< 400).map { _ in
            (
                key: "\(Int.random(in: 0..<12, using: &random))",
                action: Int.random(in: 0 ..< 5, using: &random)
            )
        }
        func folded(cut: Int) throws -> [[UInt8]: [UInt8]] {
            let store = MemoryStore()
            try store.open(family)
            for start in stride(from: 0, to: records.count, by: cut) {
                try fold(into: store, at: Int64(start)) { changes in
                    if cut > 1 {
                        changes.prefetch(Tables.birds, records[start...].prefix(cut).map(\.key))
                    }
                    for offset in start ..< min(start + cut, records.count) {
                        changes.offset = Int64(offset)
                        apply(records[offset], to: &changes)
                    }
                }
            }
            return try store.everything()
        }
        let one = try folded(cut: 1)
        for cut in [2, 3, 7, 50, 400] {
            #expect(try folded(cut: cut) == one, "seed \(seed), cut \(cut)")
        }
    }

    /// To Swift these texts are equal; to the store, whose order is that of bytes, they are not.
    @Test func `tell apart texts that only Unicode holds to be equal`() throws {
        let names = ["\u{E9}", "e\u{301}"]
        func folded(cut: Int) throws -> [[UInt8]: [UInt8]] {
            let store = MemoryStore()
            try store.open(family)
            for start in stride(from: 0, to: 100, by: cut) {
                try fold(into: store, at: Int64(start)) { changes in
                    changes.prefetch(Tables.birds, names)
                    for offset in start ..< min(start + cut, 100) {
                        changes.offset = Int64(offset)
                        let name = names[offset % 3 == 0 ? 1 : 0]
                        changes[Tables.birds, name, default: Bird()].sightings += 1
                        changes[Tables.ringed, name, default: Bird()].sightings += 1
                    }
                }
            }
            #expect(try reader(store).get(Tables.birds, names).map { $0?.sightings } == [66, 34])
            #expect(try reader(store).all(Tables.ringed).map(\.row.sightings) == [34, 66])
            return try store.everything()
        }
        #expect(try folded(cut: 1) == folded(cut: 100))
    }

    private func apply(_ record: (key: String, action: Int), to changes: inout Changes) {
        switch record.action {
        case 0: changes[Tables.birds, record.key] = Bird(record.key)
        case 1: changes[Tables.ringed, record.key] = Bird(record.key)
        case 2:
            changes[Tables.birds, record.key]?.sightings += 1
            changes[Tables.ringed, record.key]?.sightings += 1
        case 3: changes[Tables.birds, record.key] = nil
        default:
            changes.remove(Tables.ringed, record.key)
            if changes[Tables.birds, record.key] == nil {
                changes[Tables.ringed, record.key] = Bird("new")
            }
        }
    }

    @Test func `that were copied go their own way`() throws {
        try Kind.memory.withStore { store in
            var one = Changes(over: store, family: family, shelf: shelf)
            one[Tables.birds, "a"] = Bird("one")
            var other = one
            other[Tables.birds, "a"]?.name = "other"
            other[Tables.birds, "b"] = Bird()
            #expect(one[Tables.birds, "a"]?.name == "one")
            #expect(one.batch().rows.count == 1)
            #expect(other.batch().rows.count == 2)
        }
    }

    @Test func `read many rows in one call`() throws {
        try Kind.memory.withStore { store in
            try fold(into: store) { changes in
                for name in ["a", "b", "c"] { changes[Tables.birds, name] = Bird(name) }
            }
            let counted = CountingReader(store)
            var changes = Changes(over: counted, family: family, shelf: shelf)
            changes[Tables.birds, "a"]?.sightings = 9
            changes.prefetch(Tables.birds, ["a", "b", "c", "d", "d"])
            #expect(changes[Tables.birds, "a"]?.sightings == 9)
            #expect(changes[Tables.birds, "b"]?.name == "b")
            #expect(changes[Tables.birds, "d"] == nil)
            #expect(counted.calls.current == ["value", "values of 3"])
        }
    }

    @Test func `remember the first read that failed`() throws {
        try Kind.memory.withStore { store in
            var changes = Changes(over: store, family: Family("not open"), shelf: shelf)
            #expect(changes.failure == nil)
            changes[Tables.birds, "a"]?.sightings += 1
            #expect(changes[Tables.birds, "a"] == nil)
            #expect(changes.failure == .refused("The family not open is not open."))
        }
    }
}
