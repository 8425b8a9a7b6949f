import Bytes
import Chance
import Testing

@Suite struct `Keys of rows` {
    @Test func `of integers sort as the integers do`() throws {
        var chance = SeededRandom(seed: newSeed())
        var numbers = (0 ..< 2_000).map { _ in chance.integer() }
        numbers += [.min, -1, 0, 1, .max]
        try check(numbers)
        try check(numbers.map { UInt64(bitPattern: $0) })
        try check(numbers.map { Instant(microseconds: $0) })
    }

    @Test func `of bytes sort as the bytes do, a prefix before what goes on`() throws {
        var chance = SeededRandom(seed: newSeed())
        let keys = (0 ..< 2_000).map { _ in chance.bytes(upTo: 6) }
        try check(keys) { $0.lexicographicallyPrecedes($1) }
    }

    @Test func `of text sort by its bytes`() throws {
        var chance = SeededRandom(seed: newSeed())
        let letters = Array("ab\u{0}\u{1}zé~漢\u{10FFFF}".unicodeScalars)
        let keys = (0 ..< 1_000).map { _ in
            var text = String.UnicodeScalarView()
            for _ in 0 ..< Int.random(in: 0 ..< 5, using: &chance) {
                text.append(letters.randomElement(using: &chance) ?? "a")
            }
            return String(text)
        }
        try check(keys) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    @Test func `of several parts sort by the first part, then the next`() {
        var chance = SeededRandom(seed: newSeed())
        let keys = (0 ..< 1_000).map { _ in
            (first: chance.bytes(upTo: 3), second: Int64.random(in: -2 ... 2, using: &chance))
        }
        let bytes = keys.map { key in
            var writer = ByteWriter()
            key.first.writeOrdered(to: &writer)
            key.second.writeOrdered(to: &writer)
            return writer.bytes
        }
        for one in keys.indices {
            for other in keys.indices.prefix(one) {
                let isBefore =
                    keys[one].first == keys[other].first
                    ? keys[one].second < keys[other].second
                    : keys[one].first.lexicographicallyPrecedes(keys[other].first)
                #expect(isBefore == bytes[one].lexicographicallyPrecedes(bytes[other]))
            }
        }
    }

    @Test func `that are cut or broken are refused and never crash`() {
        var chance = SeededRandom(seed: newSeed())
        for _ in 0 ..< 20_000 {
            let bytes = chance.bytes(upTo: 12)
            var reader = ByteReader(bytes)
            do {
                let key = try [UInt8](ordered: &reader)
                #expect(key.orderedBytes == Array(bytes.prefix(reader.position)))
            } catch {
                guard case .malformed = error else { continue }
                #expect(bytes.contains(0))
            }
        }
    }

    private func check<Key: Ordered & Comparable>(_ keys: [Key]) throws {
        try check(keys) { $0 < $1 }
    }

    private func check<Key: Ordered & Equatable>(
        _ keys: [Key],
        _ isBefore: (Key, Key) -> Bool
    ) throws {
        let sorted = keys.sorted(by: isBefore).map(\.orderedBytes)
        #expect(sorted == keys.map(\.orderedBytes).sorted { $0.lexicographicallyPrecedes($1) })
        for key in keys {
            var reader = ByteReader(key.orderedBytes)
            #expect(try Key(ordered: &reader) == key)
            #expect(reader.isAtEnd)
        }
    }
}
