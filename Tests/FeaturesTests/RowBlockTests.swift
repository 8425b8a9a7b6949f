import Bytes
import Chance
import Logs
import Records
import Testing

@testable import Features

@Suite struct `A block of rows` {
    private static let types: [FieldType] = [.int64, .float, .bool, .string, .timestamp]
    private static let fields = [5, 6, 7, 8, 9]

    private func rows(_ count: Int, _ random: inout SeededRandom) throws -> [Row] {
        let reader = RecordReader(Sightings.stream())
        return try (0 ..< count).map { number in
            let offset = Int32.random(in: -840 ... 840, using: &random)
            let time = Sightings.at(.random(in: -1_000 ... 1_000, using: &random))
            func orNull(_ value: FieldValue) -> FieldValue {
                Bool.random(using: &random) ? value : .null
            }
            let values: [FieldValue] = [
                .int(Int64(number)), .timestamp(Timestamp(time)), .null, .int(1), .null,
                orNull(.int(.random(in: .min ... .max, using: &random))),
                orNull(.float(.random(in: -1 ... 1, using: &random))),
                orNull(.bool(.random(using: &random))),
                orNull(.string(["", "é", "\u{0}"].randomElement(using: &random) ?? "")),
                orNull(.timestamp(Timestamp(time, offsetMinutes: offset))),
            ]
            let text = try Sightings.value(
                zip(Sightings.stream().fields, values).map { ($0.name, $1.json) }
            )
            return try reader.read(value: text[...], arrival: Sightings.received)
        }
    }

    private func block(_ rows: [Row]) -> RowBlock {
        var block = RowBlock()
        for (offset, row) in rows.enumerated() {
            // The last row that fits gives the full block, and begins another.
            let full = block.append(row, slots: Self.fields, offset: Int64(offset) * 3)
            if let full { block = full }
        }
        return block
    }

    @Test func `gives back what was put into it, and its codec does too`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        for _ in 0 ..< 50 {
            let rows = try rows(.random(in: 0 ... RowBlock.limit, using: &random), &random)
            let block = try RowBlock(stored: block(rows).storedBytes)
            #expect(block == self.block(rows), "seed \(seed)")
            var read = WindowRows(Self.types)
            try read.add(block, in: .min ..< .max, below: .max)
            #expect(read.times == rows.map(\.time.instant.microseconds), "seed \(seed)")
            #expect(read.offsets == rows.indices.map { Int64($0) * 3 })
            for (index, row) in rows.enumerated() {
                for (slot, field) in Self.fields.enumerated() {
                    #expect(
                        read.value(index, slot).exactBytes == row.values[field].exactBytes,
                        "seed \(seed)"
                    )
                }
            }
        }
    }

    @Test func `gives only rows of a span of time and below an offset`() throws {
        var random = SeededRandom(seed: newSeed())
        let rows = try rows(RowBlock.limit, &random)
        let times = rows.map(\.time.instant.microseconds)
        for _ in 0 ..< 50 {
            let from = times.randomElement(using: &random) ?? 0
            let to = max(from, times.randomElement(using: &random) ?? 0)
            let cut = Offset.random(in: 0 ... 100, using: &random)
            var read = WindowRows(Self.types)
            try read.add(block(rows), in: from ..< to, below: cut)
            let expected = rows.indices.filter {
                (from ..< to).contains(times[$0]) && Int64($0) * 3 < cut
            }
            #expect(read.offsets == expected.map { Int64($0) * 3 })
            for (index, row) in expected.enumerated() {
                #expect(read.value(index, 3) == rows[row].values[8])
            }
        }
    }

    @Test func `is refused where its bytes are none, and never trips`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        var refused = 0
        for _ in 0 ..< 3_000 {
            var block = block(try rows(3, &random))
            for _ in 0 ..< Int.random(in: 1 ... 3, using: &random) where !block.bytes.isEmpty {
                let place = Int.random(in: 0 ..< block.bytes.count, using: &random)
                switch Int.random(in: 0 ..< 5, using: &random) {
                case 0: block.bytes[place] = .random(in: 0 ... 255, using: &random)
                case 1: block.bytes.remove(at: place)
                case 2: block.bytes.insert(0xFF, at: place)
                case 3: block.bytes.removeSubrange(place...)
                default:
                    block.count = [.min, -1, 0, 2, 4, .max].randomElement(using: &random) ?? 0
                }
            }
            var read = WindowRows(Self.types)
            do throws(ByteError) {
                try read.add(block, in: .min ..< .max, below: .max)
                read.sort()
                // What was taken can be read.
                for row in 0 ..< read.count {
                    for slot in Self.types.indices { _ = read.value(row, slot) }
                }
            } catch {
                refused += 1
            }
        }
        #expect(refused > 500, "Seed \(seed) broke too little to prove anything.")
    }

    @Test func `is refused with a count that is not its own, or bytes behind its rows`() throws {
        var random = SeededRandom(seed: newSeed())
        let good = block(try rows(3, &random))
        for count in [Int64.min, -1, 0, 2, 4, .max] {
            var bad = good
            bad.count = count
            var read = WindowRows(Self.types)
            #expect(throws: ByteError.self, "\(count)") {
                try read.add(bad, in: .min ..< .max, below: .max)
            }
        }
        var long = good
        long.bytes.append(0)
        var read = WindowRows(Self.types)
        #expect(throws: ByteError.self) {
            try read.add(long, in: .min ..< .max, below: .max)
        }
    }
}

@Suite struct `The key of a block` {
    private func keys(_ random: inout SeededRandom) -> [BlockKey] {
        (0 ..< 300).map { _ in
            BlockKey(
                (0 ..< Int.random(in: 0 ... 3, using: &random)).map { _ -> UInt8 in
                    [0, 1, 0x61, 0xFF].randomElement(using: &random) ?? 0
                },
                tile: [.min, -1, 0, 1, .max].randomElement(using: &random) ?? 0,
                number: [0, 1, 2, BlockKey.growing].randomElement(using: &random) ?? 0
            )
        }
    }

    @Test func `comes back from its bytes, which sort by entity, stretch and number`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        for (one, other) in zip(keys(&random), keys(&random)) {
            var reader = ByteReader(one.orderedBytes)
            #expect(try BlockKey(ordered: &reader) == one, "seed \(seed)")
            #expect(reader.isAtEnd)
            let precedes =
                one.entity == other.entity
                ? (one.tile, one.number) < (other.tile, other.number)
                : one.entity.lexicographicallyPrecedes(other.entity)
            #expect(
                one.orderedBytes.lexicographicallyPrecedes(other.orderedBytes) == precedes,
                "seed \(seed): \(one) \(other)"
            )
        }
    }

    @Test func `never trips over other bytes`() {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        for _ in 0 ..< 3_000 {
            let bytes = (0 ..< Int.random(in: 0 ... 30, using: &random)).map { _ -> UInt8 in
                [0, 1, 0xFF, .random(in: 0 ... 255, using: &random)]
                    .randomElement(using: &random) ?? 0
            }
            var reader = ByteReader(bytes)
            do throws(ByteError) {
                let key = try BlockKey(ordered: &reader)
                #expect(key.orderedBytes == Array(bytes.prefix(reader.position)), "seed \(seed)")
            } catch {
                // Bytes that are no key are refused.
            }
        }
    }
}
