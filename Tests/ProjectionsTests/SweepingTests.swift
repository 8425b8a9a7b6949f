import Bytes
import Chance
import Logs
import Store
import Testing

@testable import Projections

@Suite struct `Rows that no longer count` {
    @Test(arguments: [1, 7, 1_000])
    func `are removed a stretch at a time, and leave the same state`(
        limit: Int
    ) async throws {
        var random = SeededRandom(seed: 31)
        let birds = try Birds()
        try await birds.fill(300, &random)
        let totals = Totals(leastCount: 15)
        let store = try totalsStore()
        try Replay(totals, of: Birds.partition).fold(from: 0, to: 300, log: birds.log, into: store)
        let before = try #require(try totals.digest(of: 0, in: store))
        let rows = try rowCount(in: store)

        var reached: [UInt8]?
        var kept: Int64 = 0
        var removed = 0
        repeat {
            let dead = try totals.deadRows(of: 0, in: store, after: reached, among: limit)
            #expect(Int(dead.kept) + dead.batch.rows.count <= limit)
            try store.write(dead.batch, to: Totals.family)
            kept += dead.kept
            removed += dead.batch.rows.count
            reached = dead.last
        } while reached != nil

        #expect(removed > 0)
        #expect(kept == before.entries)
        #expect(try rowCount(in: store) == rows - removed)
        #expect(try totals.digest(of: 0, in: store) == before)
        let again = try totals.deadRows(of: 0, in: store, after: nil, among: 10_000)
        #expect(again.batch.isEmpty)
    }

    @Test func `are looked for when half as many records came as there were rows`() {
        var seat = Seat(
            projection: Totals(),
            partition: Birds.partition,
            progress: Progress(base: 0, foldVersion: 1)
        )
        #expect(!seat.isWorthSweeping)
        seat.progress.next = 1_024
        #expect(seat.isWorthSweeping)
        seat.noteSwept(keeping: 10_000)
        seat.progress.next = 6_023
        #expect(!seat.isWorthSweeping)
        seat.progress.next = 6_024
        #expect(seat.isWorthSweeping)
        seat.stopped = "at a fact of a later release"
        #expect(!seat.isWorthSweeping)
    }

    private func rowCount(in store: MemoryStore) throws -> Int {
        var count = 0
        let shelf = Totals().shelf(of: 0)
        try store.scan(Totals.family, from: shelf.prefix, to: shelf.end) { _, _ in
            count += 1
            return true
        }
        return count
    }
}
