import Bytes
import Chance
import Logs
import Store
import Testing

@testable import Records

@Suite struct `The watermark of a partition` {
    private static let family = Family("frontier")
    private static let shelf = Shelf(generation: Digest(of: []), partition: 0)
    /// One minute of lateness: a jump is more than an hour.
    private let admission = Admission(Arrivals.definition)
    private static let noon = Instant(microseconds: 1_372_939_200_000_000)  // 2013-07-04T12:00:00Z

    private let store: MemoryStore

    init() throws {
        store = MemoryStore()
        try store.open(Self.family)
    }

    /// Takes records at minutes after noon, one after the other, and gives the watermark in minutes after noon.
    /// `arrival`: When each came, in minutes after noon; nil: nobody knows.
    private func watermark(after minutes: [Int64], arrival: Int64?) throws -> Int64? {
        var changes = Changes(over: store, family: Self.family, shelf: Self.shelf)
        for (id, minute) in minutes.enumerated() {
            let at = (Self.noon + .seconds(minute * 60)).rfc3339
            let row = try Arrivals.read(Arrivals.record(["id": "\(id)", "at": "\"\(at)\""]))
            let came = arrival.map { Self.noon + .seconds($0 * 60) }
            try admission.admit(row, arrival: came, in: &changes)
        }
        return changes[Admission.summaries, ""]?.watermark(lateness: .seconds(60))
            .map { ($0.microseconds - Self.noon.microseconds) / 60_000_000 }
    }

    @Test func `follows the greatest event time, less the lateness`() throws {
        #expect(try watermark(after: [10, 30, 30], arrival: 40) == 29)
    }

    @Test func `goes no further than to when a record came`() throws {
        #expect(try watermark(after: [10, 800, 11], arrival: 12) == 11)
    }

    @Test(
        arguments: [
            ([10], nil), ([10, 11], 10), ([10, 11, 70], 69), ([10, 11, 71], 70),
            ([10, 11, 72], 10),
            ([10, 11, 900, 12], 11), ([10, 11, 900, 12, 13], 12), ([10, 11, 900, 901], 900),
            ([10, 11, 900, 960], 959), ([10, 11, 900, 1_000], 899),
            // The nearest that is not confirmed is the one that is waited for.
            ([10, 11, 900, 200], 10), ([10, 11, 900, 200, 230], 229),
            ([10, 11, 900, 200, 1_000], 199),
            ([10, 9, 8], nil), ([10, 9, 8, 9], 8),
        ] as [([Int64], Int64?)]
    )
    func `takes a far jump only when a second record lies as far, where nobody knows when it came`(
        minutes: [Int64],
        expected: Int64?
    ) throws {
        #expect(try watermark(after: minutes, arrival: nil) == expected)
    }

    @Test func `never goes back, whatever comes`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        for _ in 0 ..< 50 {
            var summary = Admission.Summary()
            var last: Instant?
            for _ in 0 ..< 100 {
                let time = Self.noon + .seconds(.random(in: 0 ... 40_000, using: &random))
                let arrival: Instant? =
                    Bool.random(using: &random)
                    ? nil : Self.noon + .seconds(.random(in: 0 ... 40_000, using: &random))
                summary.move(to: time, arrival: arrival, lateness: .seconds(60))
                let next = summary.watermark(lateness: .seconds(60))
                #expect(last == nil || next ?? .distantPast >= last ?? .distantPast, "seed \(seed)")
                last = next
                #expect(try Admission.Summary(stored: summary.storedBytes) == summary)
            }
        }
    }
}

@Suite struct `What was told of a partition` {
    private static let family = Family("told")
    private static let shelf = Shelf(generation: Digest(of: []), partition: 0)
    private static let noon = Instant(microseconds: 1_372_939_200_000_000)

    private func told(_ end: Offset, _ minute: Int64) -> Advance {
        Advance(end: end, watermark: Self.noon + .seconds(minute * 60))
    }

    @Test func `binds the records from its end on, and none before`() throws {
        let store = MemoryStore()
        try store.open(Self.family)
        let admission = Admission(
            Arrivals.definition,
            knowing: Advances(fixed: [0: [told(2, 30), told(4, 60)]])
        )
        var changes = Changes(over: store, family: Self.family, shelf: Self.shelf)
        func word(_ offset: Offset, _ minute: Int64) throws -> String? {
            let at = (Self.noon + .seconds(minute * 60)).rfc3339
            let text = Arrivals.record(["id": "\(offset)", "at": "\"\(at)\""])
            let record = Record(
                offset: offset,
                timestamp: Arrivals.received,
                key: nil,
                value: text[...]
            )
            #expect(try admission.isNew(record, of: 0, in: &changes))
            let row = try Arrivals.read(text)
            do throws(Refusal) {
                try admission.admit(row, arrival: record.arrival, in: &changes)
                return nil
            } catch { return error.word }
        }
        #expect(try word(0, 5) == nil)
        #expect(try word(1, 6) == nil)
        #expect(try word(2, 29) == "late")
        #expect(try word(2, 30) == nil, "What is at the watermark is not before it.")
        #expect(try word(4, 59) == "late")
        #expect(try word(5, 60) == nil)
        #expect(changes[Admission.summaries, ""]?.told == told(4, 60).watermark)
    }

    @Test func `is looked up by offset, whatever order it came in`() {
        let rising = [told(9, 40), told(3, 20), told(5, 10), told(9, 50), told(7, 30)].rising
        #expect(rising == [told(3, 20), told(7, 30), told(9, 50)])
        for (offset, minute) in [
            (0, nil), (2, nil), (3, 20), (6, 20), (7, 30), (8, 30), (9, 50), (99, 50),
        ]
            as [(Offset, Int64?)]
        {
            #expect(
                rising.watermark(at: offset) == minute.map { Self.noon + .seconds($0 * 60) },
                "\(offset)"
            )
        }
    }

    @Test func `is asked of the rows: those that were folded without it do not agree`() throws {
        let store = MemoryStore()
        try store.open(Self.family)
        let tables = TableReader(store, family: Self.family, shelf: Self.shelf)
        let late = Admission(Arrivals.definition, knowing: Advances(fixed: [0: [told(2, 30)]]))
        #expect(try late.takeUp(on: 0, last: nil, in: tables) == .agrees, "Nothing was folded yet.")
        #expect(
            try late.takeUp(on: 0, last: 1, in: tables) == .agrees,
            "It binds nothing that was folded."
        )
        #expect(try late.takeUp(on: 0, last: 2, in: tables) == .toldTooLate)
        #expect(try Admission(Arrivals.definition).takeUp(on: 0, last: 2, in: tables) == .agrees)
    }
}
