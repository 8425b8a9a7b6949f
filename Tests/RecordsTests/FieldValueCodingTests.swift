import Bytes
import Chance
import Records
import Testing

@Suite struct `The bytes of a value` {
    private func value(_ random: inout SeededRandom) -> FieldValue {
        switch Int.random(in: 0 ..< 6, using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .int(.random(in: .min ... .max, using: &random))
        case 3:
            let value = Double(bitPattern: .random(in: .min ... .max, using: &random))
            return .float(value.isFinite ? value.canonical : 0)
        case 4:
            let texts = ["", "é", "e\u{301}", "a\u{0}b", "日本", String(repeating: "x", count: 200)]
            return .string(texts.randomElement(using: &random) ?? "")
        default:
            return .timestamp(
                Timestamp(
                    Instant(microseconds: .random(in: .min ... .max, using: &random)),
                    offsetMinutes: .random(in: .min ... .max, using: &random)
                )
            )
        }
    }

    @Test func `give the value back, and are equal where values are`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        for _ in 0 ..< 3_000 {
            let (one, other) = (value(&random), value(&random))
            #expect(try FieldValue(stored: one.storedBytes) == one, "seed \(seed): \(one)")
            #expect(
                (one == other) == (one.storedBytes == other.storedBytes),
                "seed \(seed): \(one) \(other)"
            )
        }
    }

    @Test func `tell apart what only Unicode or arithmetic hold to be equal`() {
        #expect(FieldValue.string("é").storedBytes != FieldValue.string("e\u{301}").storedBytes)
        #expect(FieldValue.int(1).storedBytes != FieldValue.float(1).storedBytes)
        #expect(FieldValue.int(1).storedBytes != FieldValue.bool(true).storedBytes)
        #expect(FieldValue.float(-0.0).storedBytes == FieldValue.float(0).storedBytes)
        let noon = Instant(microseconds: 43_200_000_000)
        #expect(
            FieldValue.timestamp(Timestamp(noon)).storedBytes
                != FieldValue.timestamp(Timestamp(noon, offsetMinutes: 60)).storedBytes
        )
    }

    @Test func `are refused where they are none, and never trip anybody`() {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        var refused = 0
        for _ in 0 ..< 10_000 {
            var bytes = value(&random).storedBytes
            for _ in 0 ..< Int.random(in: 1 ... 3, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0 ..< bytes.count, using: &random)
                switch Int.random(in: 0 ..< 4, using: &random) {
                case 0: bytes[place] = .random(in: 0 ... 255, using: &random)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(0xFF, at: place)
                default: bytes.removeSubrange(place...)
                }
            }
            do throws(ByteError) {
                let read = try FieldValue(stored: bytes)
                // What was read can be written as text, and again as bytes.
                _ = read.textBytes
                let written = read.storedBytes
                #expect(try FieldValue(stored: written).storedBytes == written, "seed \(seed)")
            } catch {
                refused += 1
            }
        }
        #expect(refused > 2_000, "Seed \(seed) broke too little to prove anything.")
    }

    @Test(arguments: [[], [6], [255], [1], [1, 2], [3, 0], [4, 5, 0x61], [4, 1, 0xFF], [0, 0]])
    func `are refused:`(bytes: [UInt8]) {
        #expect(throws: ByteError.self) { try FieldValue(stored: bytes) }
    }

    @Test func `hold no offset from UTC of more than 32 bits`() {
        var writer = ByteWriter()
        writer.append(UInt8(5))
        Int64(0).write(to: &writer)
        (Int64(Int32.max) + 1).write(to: &writer)
        #expect(throws: ByteError.malformed("an offset from UTC that is none", at: 0)) {
            try FieldValue(stored: writer.bytes)
        }
    }
}
