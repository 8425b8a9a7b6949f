import Bytes
import Chance
import Datasets
import Records
import Testing

@Suite struct `The label of a row` {
    private func at(_ second: Int64) -> Instant { Flights.july + .seconds(second) }

    private func outcome(
        _ match: String,
        _ second: Int64,
        _ value: FieldValue,
        partition: Int32 = 0,
        offset: Int64 = 0
    ) -> LabelIndex.Outcome {
        .init(
            match: Array(match.utf8),
            time: at(second),
            partition: partition,
            offset: offset,
            value: value
        )
    }

    private func label(_ index: LabelIndex, _ match: String, _ second: Int64) -> FieldValue? {
        index.label(for: Array(match.utf8), at: at(second), within: .seconds(10))
    }

    @Test func `is the first outcome from its own instant on, and before the window ends`() {
        let index = LabelIndex([
            outcome("a", 30, .int(3)), outcome("a", 10, .int(1)), outcome("a", 20, .int(2)),
            outcome("b", 11, .int(9)),
        ])
        #expect(label(index, "a", 10) == .int(1))
        #expect(label(index, "a", 11) == .int(2))
        #expect(label(index, "a", 1) == .int(1))
        #expect(label(index, "a", 0) == nil, "The end of the window is not in it.")
        #expect(label(index, "a", 31) == nil)
        #expect(label(index, "c", 10) == nil)
    }

    @Test func `is of equal times the one in the lowest partition, then at the lowest offset`() {
        let index = LabelIndex([
            outcome("a", 5, .int(3), partition: 1, offset: 0),
            outcome("a", 5, .int(2), partition: 0, offset: 9),
            outcome("a", 5, .int(1), partition: 0, offset: 8),
        ])
        #expect(label(index, "a", 5) == .int(1))
    }

    @Test func `may be null, which is not the same as none`() {
        let index = LabelIndex([outcome("a", 5, .null), outcome("a", 6, .bool(true))])
        #expect(label(index, "a", 5) == .null)
        #expect(label(index, "a", 7) == nil)
    }

    @Test func `is joined by bytes, whatever Unicode holds to be equal`() {
        let index = LabelIndex([outcome("e\u{301}", 5, .bool(true))])
        #expect(label(index, "é", 5) == nil)
        #expect(label(index, "e\u{301}", 5) == .bool(true))
    }

    @Test func `is what a search through all outcomes gives`() {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let outcomes = (0 ..< 300).map { number in
            outcome(
                ["a", "b"][Int.random(in: 0 ... 1, using: &random)],
                .random(in: 0 ... 200, using: &random),
                .int(Int64(number)),
                partition: .random(in: 0 ... 2, using: &random),
                offset: Int64(number)
            )
        }
        let index = LabelIndex(outcomes)
        for second in Int64(-20) ... 220 {
            let expected = outcomes.filter {
                $0.match == [UInt8(ascii: "a")] && at(second) <= $0.time
                    && $0.time < at(second + 10)
            }.min { ($0.time, $0.partition, $0.offset) < ($1.time, $1.partition, $1.offset) }
            #expect(label(index, "a", second) == expected?.value, "seed \(seed), at \(second) s")
        }
    }
}
