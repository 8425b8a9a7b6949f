import Bytes
import Chance
import Logs
import Records
import Store
import Testing

@Suite struct `The admission of records` {
    private static let family = Family("admission")
    private static let shelf = Shelf(generation: Digest(of: []), partition: 0)
    private let admission = Admission(Arrivals.definition)
    private static let noon = Instant(microseconds: 1_372_939_200_000_000)  // 2013-07-04T12:00:00Z

    private func store() throws -> MemoryStore {
        let store = MemoryStore()
        try store.open(Self.family)
        return store
    }

    private func row(_ id: Int64, _ second: Int64) throws -> Row {
        let at = (Self.noon + .seconds(second)).rfc3339
        return try Arrivals.read(Arrivals.record(["id": "\(id)", "at": "\"\(at)\""]))
    }

    private func record(_ source: String, _ sequence: String) -> Record {
        Record(
            offset: 0,
            timestamp: Self.noon,
            key: nil,
            value: nil,
            headers: [
                Header(Admission.sourceHeader, source),
                Header(Admission.sequenceHeader, sequence),
            ]
        )
    }

    private func changes(over store: any StoreReader) -> Changes {
        Changes(over: store, family: Self.family, shelf: Self.shelf)
    }

    private func refusal(_ id: Int64, _ second: Int64, _ changes: inout Changes) throws -> Refusal?
    {
        let row = try row(id, second)
        do throws(Refusal) {
            try admission.admit(row, arrival: Self.noon + .day, in: &changes)
            return nil
        } catch {
            return error
        }
    }

    @Test func `takes what is at the watermark, and refuses what is before it`() throws {
        var changes = changes(over: try store())
        #expect(try refusal(1, 100, &changes) == nil)
        #expect(try refusal(2, 40, &changes) == nil, "It is late by just the lateness.")
        #expect(
            try refusal(3, 39, &changes)
                == .late(time: Self.noon + .seconds(39), watermark: Self.noon + .seconds(40))
        )
        #expect(try refusal(4, 101, &changes) == nil)
        #expect(try refusal(5, 40, &changes)?.word == "late")
    }

    @Test func `refuses an identity that was seen within the lateness, and only then`() throws {
        var changes = changes(over: try store())
        #expect(try refusal(1, 100, &changes) == nil)
        #expect(
            try refusal(1, 105, &changes)
                == .duplicate(field: "id", seen: Self.noon + .seconds(100))
        )
        #expect(try refusal(2, 160, &changes) == nil)
        #expect(try refusal(1, 160, &changes)?.word == "duplicate", "100 s is the watermark.")
        #expect(try refusal(3, 161, &changes) == nil)
        #expect(try refusal(1, 161, &changes) == nil)
    }

    @Test func `lets no refused record move anything`() throws {
        let store = try store()
        var changes = changes(over: store)
        #expect(try refusal(1, 100, &changes) == nil)
        #expect(try refusal(2, 0, &changes)?.word == "late")
        #expect(try refusal(1, 200, &changes)?.word == "duplicate")
        #expect(try refusal(2, 100, &changes) == nil, "Nobody has seen it.")
        try store.write(changes.batch(), to: Self.family)
        let tables = TableReader(store, family: Self.family, shelf: Self.shelf)
        let summary = try Admission.summary(in: tables)
        #expect(summary.accepted == 2)
        #expect(summary.earliest == Self.noon + .seconds(100))
        #expect(summary.latest == Self.noon + .seconds(100))
        #expect(try Admission.Summary(stored: summary.storedBytes) == summary)
    }

    @Test func `takes of a source what it has not sent before`() throws {
        var changes = changes(over: try store())
        func isNew(_ source: String, _ sequence: String) throws -> Bool {
            try admission.isNew(record(source, sequence), of: 0, in: &changes)
        }
        #expect(try isNew("a", "1"))
        #expect(try !isNew("a", "1"))
        #expect(try isNew("b", "1"))
        #expect(try isNew("a", "5"))
        #expect(try !isNew("a", "4"))
        // Whoever does not number what it sends is not asked.
        for (source, sequence) in [("a", "0"), ("a", "-1"), ("a", "x"), ("", "1"), ("a", "")] {
            #expect(try isNew(source, sequence))
            #expect(try isNew(source, sequence))
        }
        // Two names that only Unicode holds to be equal are two sources.
        #expect(try isNew("é", "1"))
        #expect(try isNew("e\u{301}", "1"))
    }

    @Test func `refuses a number that leaves none for what its source sends next`() throws {
        var changes = changes(over: try store())
        let last = record("a", "\(Int64.max)")
        #expect(throws: Refusal.lastSequence(source: "a")) {
            try admission.isNew(last, of: 0, in: &changes)
        }
        #expect(try admission.isNew(record("a", "1"), of: 0, in: &changes), "It hides nothing.")
        #expect(try admission.isNew(record("a", "\(Int64.max - 1)"), of: 0, in: &changes))
    }

    /// What is swept away must change no later answer.
    @Test func `forgets identities behind the watermark, and answers as before`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        var forgotten = 0
        for _ in 0 ..< 10 {
            let (kept, swept) = (try store(), try store())
            var second: Int64 = 0
            for _ in 0 ..< 200 {
                second += .random(in: 0 ... 5, using: &random)
                let id = Int64.random(in: 0 ... 20, using: &random)
                let time = max(0, second - .random(in: 0 ... 70, using: &random))
                var answers: [Refusal?] = []
                for store in [kept, swept] {
                    var changes = changes(over: store)
                    answers.append(try refusal(id, time, &changes))
                    try store.write(changes.batch(), to: Self.family)
                }
                #expect(answers[0] == answers[1], "seed \(seed)")
                forgotten += try sweep(swept)
            }
        }
        #expect(forgotten > 50, "Seed \(seed) forgot too little to prove anything.")
    }

    /// Removes the rows that no longer count, and says how many they were.
    private func sweep(_ store: MemoryStore) throws -> Int {
        let tables = TableReader(store, family: Self.family, shelf: Self.shelf)
        guard let isLive = try admission.liveness(in: tables) else { return 0 }
        var batch = WriteBatch()
        try store.scan(Self.family, from: [], to: nil) { key, value in
            let key = key.withUnsafeBytes { [UInt8]($0) }
            let value = value.withUnsafeBytes { [UInt8]($0) }
            let row = key.dropFirst(Self.shelf.prefix.count)
            if !isLive(row.first ?? 0, row.dropFirst(), value[...]) { batch.put(nil, at: key) }
            return true
        }
        try store.write(batch, to: Self.family)
        return batch.rows.count
    }
}
