import Bytes
import Logs
import Projections
import Store
import Testing

@Suite struct `The arbiter between writers` {
    private let family = Family("arbiter")
    private let shelf = Shelf(generation: Digest(of: []), partition: 0)
    private let noon = Instant(microseconds: 1_372_680_000_000_000)
    private func id(_ number: UInt64) -> EventID { EventID(high: 7, low: number) }

    private func with<Result>(
        _ body: (inout Changes, MemoryStore) throws -> Result
    ) throws -> Result {
        let store = MemoryStore()
        try store.open(family)
        var changes = Changes(over: store, family: family, shelf: shelf)
        return try body(&changes, store)
    }

    private func admits(
        _ number: UInt64,
        _ subject: String,
        _ revision: Int64,
        at offset: Offset,
        _ time: Instant? = nil,
        request: Digest? = nil,
        in changes: inout Changes
    ) -> Bool {
        changes.offset = offset
        return Arbiter.admits(
            id: id(number),
            subject: subject,
            revision: revision,
            request: request,
            time: time ?? noon,
            at: offset,
            in: &changes
        )
    }

    @Test func `lets exactly the next number of a subject take effect`() throws {
        try with { changes, _ in
            #expect(!admits(1, "a", 2, at: 0, in: &changes), "A subject begins with 1.")
            #expect(admits(2, "a", 1, at: 1, in: &changes))
            #expect(!admits(3, "a", 1, at: 2, in: &changes), "Another was first.")
            #expect(!admits(4, "a", 3, at: 3, in: &changes), "There is no number 2 yet.")
            #expect(admits(5, "a", 2, at: 4, in: &changes))
            #expect(admits(6, "b", 1, at: 5, in: &changes), "Each subject counts for itself.")
            #expect(changes[Arbiter.subjects, "a"] == 2)
        }
    }

    @Test func `lets no id take effect twice, in no subject and under no number`() throws {
        try with { changes, _ in
            let request = Digest(of: [1])
            #expect(admits(1, "a", 1, at: 3, request: request, in: &changes))
            #expect(!admits(1, "a", 2, at: 4, in: &changes))
            #expect(!admits(1, "b", 1, at: 5, in: &changes))
            let effect = Arbiter.Effect(offset: 3, revision: 1, request: request)
            #expect(changes[Arbiter.effects, id(1)] == effect)
        }
    }

    @Test func `takes nothing from a void fact, so that its id may count later`() throws {
        try with { changes, _ in
            #expect(!admits(1, "a", 5, at: 0, in: &changes))
            #expect(admits(1, "a", 1, at: 1, in: &changes))
        }
    }

    @Test func `finds the last fact of an instant, where no fact counts before the one it follows`()
        throws
    {
        try with { changes, store in
            let times: [Int64] = [10, 30, 20, 30, 50]
            for (offset, second) in times.enumerated() {
                let time = noon + .seconds(second)
                #expect(
                    admits(UInt64(offset), "s\(offset)", 1, at: Int64(offset), time, in: &changes)
                )
            }
            try store.write(changes.batch(), to: family)
            let tables = TableReader(store, family: family, shelf: shelf)
            let asked: [(second: Int64, offset: Offset)] = [
                (9, -1), (10, 0), (29, 0), (30, 3), (49, 3), (50, 4), (1_000, 4),
            ]
            for (second, offset) in asked {
                let found = try Arbiter.offset(asOf: noon + .seconds(second), in: tables)
                #expect(found == offset, "as of \(second) s")
            }
        }
    }

    @Test func `finds instants before 1970 and after`() throws {
        try with { changes, store in
            #expect(admits(1, "a", 1, at: 0, Instant(microseconds: -5), in: &changes))
            #expect(admits(2, "b", 1, at: 1, Instant(microseconds: 5), in: &changes))
            try store.write(changes.batch(), to: family)
            let tables = TableReader(store, family: family, shelf: shelf)
            #expect(try Arbiter.offset(asOf: Instant(microseconds: -6), in: tables) == -1)
            #expect(try Arbiter.offset(asOf: Instant(microseconds: -1), in: tables) == 0)
            #expect(try Arbiter.offset(asOf: Instant(microseconds: 5), in: tables) == 1)
        }
    }
}
