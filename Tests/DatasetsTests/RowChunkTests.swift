import Bytes
import Chance
import Datasets
import Records
import Testing

@Suite struct `A chunk of rows` {
    @Test func `is read back as it was written, and has one encoding`() throws {
        var random = SeededRandom(seed: newSeed())
        let columns = try Flights.columns()
        for count in [0, 1, 7, 8, 9, 500, RowChunk.rowCount] {
            let rows = Flights.rows(count, &random)
            let bytes = try RowChunk.encode(rows, columns)
            let decoded = try RowChunk.decode(bytes)
            #expect(decoded.rows == rows)
            #expect(decoded.columns == columns)
            #expect(try RowChunk.encode(decoded.rows, decoded.columns) == bytes)
        }
    }

    @Test func `keeps the extremes of every type`() throws {
        let columns = try Flights.columns()
        let rows = [Int64.min, .max, 0].map { number in
            DatasetRow(
                id: .string(""),
                time: Timestamp(Instant(microseconds: number), offsetMinutes: -1_439),
                values: [
                    .bool(false), .int(number), .float(.leastNonzeroMagnitude), .string("\u{0}é"),
                    .timestamp(Timestamp(Instant(microseconds: number), offsetMinutes: 1_439)),
                ],
                label: .null
            )
        }
        #expect(try RowChunk.decode(RowChunk.encode(rows, columns)).rows == rows)
    }

    @Test func `needs no label`() throws {
        let columns = try RowColumns(id: .init("id", .int64), features: [], label: nil)
        let row = DatasetRow(id: .int(1), time: Timestamp(Flights.july), values: [], label: .null)
        let decoded = try RowChunk.decode(RowChunk.encode([row], columns))
        #expect(decoded.rows == [row])
        #expect(decoded.columns == columns)
    }

    @Test func `takes no row that does not fit its columns`() throws {
        let columns = try Flights.columns()
        var random = SeededRandom(seed: 1)
        let good = Flights.rows(1, &random)[0]
        var (short, wrong, infinite, label) = (good, good, good, good)
        short.values.removeLast()
        wrong.values[0] = .int(1)
        infinite.values[2] = .float(.infinity)
        label.label = .string("late")
        for row in [short, wrong, infinite, label] {
            #expect(throws: RowError.self) { try RowChunk.encode([row], columns) }
        }
        let error = RowError.wrongType(row: "B6-0", column: "weather__rain", type: .bool)
        #expect(throws: error) { try RowChunk.encode([wrong], columns) }
        #expect(throws: RowError.equalColumns("time")) {
            try RowColumns(id: .init("time", .string), features: [], label: nil)
        }
    }

    @Test func `tells bytes that are none, and never goes down by them`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let bytes = try RowChunk.encode(Flights.rows(60, &random), Flights.columns())
        for length in 0 ..< bytes.count {
            #expect(throws: ByteError.self) { try RowChunk.decode(Array(bytes.prefix(length))) }
        }
        #expect(throws: ByteError.self) { try RowChunk.decode(bytes + [0]) }
        for round in 0 ..< 4_000 {
            var damaged = bytes
            for _ in 0 ..< Int.random(in: 1 ... 4, using: &random) {
                let index = Int.random(in: damaged.indices, using: &random)
                damaged[index] = .random(in: .min ... .max, using: &random)
            }
            // Many a change gives other rows; those must be rows that can be written again.
            guard let decoded = try? RowChunk.decode(damaged) else { continue }
            let again = try RowChunk.encode(decoded.rows, decoded.columns)
            let twice = try RowChunk.decode(again)
            #expect(twice.rows == decoded.rows, "seed \(seed), round \(round)")
        }
    }
}
