import Bytes
import Chance
import Testing

@Suite struct `Stored values` {
    @Test func `read back as they were, and leave nothing over`() throws {
        var chance = SeededRandom(seed: newSeed())
        for _ in 0 ..< 1_000 {
            let number = chance.integer()
            try check(number)
            try check(UInt64(bitPattern: number))
            try check(number & 1 == 0)
            try check(Double(bitPattern: UInt64(bitPattern: number)).canonical.bitPattern)
            try check(chance.bytes(upTo: 50))
            try check("\(number)")
            try check(Instant(microseconds: number))
            try check(EventID(high: chance.next(), low: chance.next()))
            try check(Digest(of: chance.bytes(upTo: 50)))
            try check(Bool.random(using: &chance) ? number : Int64?.none)
        }
    }

    @Test func `have one NaN and one zero`() throws {
        let strange = Double(bitPattern: 0xFFF8_0000_0000_1234)
        #expect(strange.storedBytes == Double.nan.storedBytes)
        #expect((-0.0).storedBytes == 0.0.storedBytes)
        #expect(try Double(stored: Double.nan.storedBytes).isNaN)
        for number in [1.5, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1] {
            #expect(try Double(stored: number.storedBytes).bitPattern == number.bitPattern)
        }
    }

    @Test func `refuse bytes that are cut, or more than the value`() {
        #expect(throws: ByteError.self) { try Int64(stored: [1, 2]) }
        #expect(throws: ByteError.self) { try Bool(stored: [2]) }
        #expect(throws: ByteError.self) { try Digest(stored: [UInt8](repeating: 0, count: 31)) }
        #expect(throws: ByteError.self) { try EventID(stored: [UInt8](repeating: 0, count: 15)) }
        #expect(throws: ByteError.self) { try Int64?(stored: [1]) }
        #expect(throws: ByteError.self) { try String(stored: [0xFF, 0xFF, 0xFF, 0xFF, 0x7F]) }
    }

    private func check<Value: Stored & Equatable>(_ value: Value) throws {
        #expect(try Value(stored: value.storedBytes) == value)
    }
}

@Suite struct `Event ids` {
    @Test func `of people have version 7 and begin with their time`() {
        var chance = SeededRandom(seed: newSeed())
        for _ in 0 ..< 500 {
            let instant = Instant(milliseconds: Int64.random(in: 0 ..< 1 << 48, using: &chance))
            let id = EventID(at: instant, random: (chance.next(), chance.next()))
            #expect(id.high >> 16 == UInt64(instant.milliseconds))
            #expect(id.high >> 12 & 0xF == 7)
            #expect(id.low >> 62 == 2)
        }
    }

    @Test func `of an input have version 8 and follow from it alone`() {
        var chance = SeededRandom(seed: newSeed())
        for _ in 0 ..< 500 {
            let bytes = chance.bytes(upTo: 20)
            let id = EventID(of: Digest(of: bytes))
            #expect(id.high >> 12 & 0xF == 8)
            #expect(id.low >> 62 == 2)
            #expect(id == EventID(of: Digest(of: bytes)))
        }
        #expect(EventID(of: [1], [2]) != EventID(of: [1, 2]))
        #expect(EventID(of: [], [1]) != EventID(of: [1], []))
    }

    @Test func `read back from their text and their bytes`() {
        var chance = SeededRandom(seed: newSeed())
        for _ in 0 ..< 500 {
            let id = EventID(high: chance.next(), low: chance.next())
            #expect(EventID(id.description) == id)
            #expect(EventID(bytes: id.bytes) == id)
            #expect(id.description.utf8.count == 36)
        }
    }

    @Test(arguments: [
        "", "0193596c2f1a7c3e9d552f3c1b7a9e10", "0193596c-2f1a-7c3e-9d55-2f3c1b7a9e1",
        "0193596c-2f1a-7c3e-9d55-2f3c1b7a9e1g", "0193596c-2f1a-7c3e-9d55-2f3c1b7a9e10-",
        "{193596c-2f1a-7c3e-9d55-2f3c1b7a9e10}", "0193596-c2f1a-7c3e-9d55-2f3c1b7a9e10",
    ])
    func `refuse other text`(text: String) {
        #expect(EventID(text) == nil)
    }

    @Test func `sort by time`() {
        let ids = (0 ..< 100).map { EventID(at: Instant(milliseconds: $0), random: (.max, .max)) }
        let bytes = ids.map(\.orderedBytes)
        #expect(zip(bytes, bytes.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) })
    }
}

@Suite struct `Digests` {
    /// FIPS 180-4's own examples.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func `are SHA-256`(text: String, hex: String) {
        let digest = Digest(of: Array(text.utf8))
        #expect(digest.hex == hex)
        #expect(Digest(hex: hex) == digest)
        #expect(digest.description == "sha256:" + hex)
    }

    @Test func `are refused in other lengths and other digits`() {
        #expect(Digest(hex: "abc") == nil)
        #expect(Digest(hex: String(repeating: "0", count: 62)) == nil)
        #expect(Digest(hex: String(repeating: "g", count: 64)) == nil)
        #expect(Digest(bytes: [UInt8](repeating: 0, count: 33)) == nil)
    }

    @Test func `of counted pieces tell where one piece ends`() {
        var (one, other) = (DigestHasher(), DigestHasher())
        one.updateCounted("ab")
        one.updateCounted("c")
        other.updateCounted("a")
        other.updateCounted("bc")
        #expect(one.finish() != other.finish())
    }
}
