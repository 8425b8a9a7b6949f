import Bytes
import Chance
import Testing

@Suite struct `Reading bytes` {
    @Test(
        arguments: [
            (0, [0]), (1, [1]), (127, [0x7F]), (128, [0x80, 1]), (300, [0xAC, 2]),
            (.max, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]),
        ] as [(UInt64, [UInt8])]
    )
    func `takes varints as Protobuf and Kafka write them`(value: UInt64, bytes: [UInt8]) throws {
        var writer = ByteWriter()
        writer.appendVarint(value)
        #expect(writer.bytes == bytes)
        var reader = ByteReader(bytes)
        #expect(try reader.readVarint() == value)
    }

    @Test(
        arguments: [
            (0, 0), (-1, 1), (1, 2), (-2, 3), (.max, .max - 1), (.min, .max),
        ] as [(Int64, UInt64)]
    )
    func `folds the sign into the lowest bit`(value: Int64, folded: UInt64) throws {
        var (signed, plain) = (ByteWriter(), ByteWriter())
        signed.appendSignedVarint(value)
        plain.appendVarint(folded)
        #expect(signed.bytes == plain.bytes)
        var reader = ByteReader(signed.bytes)
        #expect(try reader.readSignedVarint() == value)
    }

    @Test(
        arguments: [
            [], [0x80], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2],
            [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1],
        ] as [[UInt8]]
    )
    func `refuses a varint that ends early or has more than 64 bits`(bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        #expect(throws: ByteError.self) { try reader.readVarint() }
    }

    @Test func `gives back what was written, of every kind`() throws {
        var chance = SeededRandom(seed: newSeed())
        for _ in 0 ..< 2_000 {
            let (number, word) = (chance.integer(), UInt64.random(in: 0 ... .max, using: &chance))
            let bytes = chance.bytes(upTo: 40)
            var writer = ByteWriter()
            writer.append(number)
            writer.append(Int16(truncatingIfNeeded: number))
            writer.appendVarint(word)
            writer.appendSignedVarint(number)
            writer.appendCounted(bytes)
            writer.appendCounted("né\u{0}")
            // Not from the start of an array: a slice keeps its own indices.
            var reader = ByteReader(([9, 9, 9] + writer.bytes)[3...])
            #expect(try reader.read(Int64.self) == number)
            #expect(try reader.read(Int16.self) == Int16(truncatingIfNeeded: number))
            #expect(try reader.readVarint() == word)
            #expect(try reader.readSignedVarint() == number)
            #expect(try Array(reader.readCounted()) == bytes)
            #expect(try reader.readString() == "né\u{0}")
            #expect(reader.isAtEnd)
        }
    }

    @Test func `never reads past the end, whatever the lengths say`() {
        var chance = SeededRandom(seed: newSeed())
        for _ in 0 ..< 20_000 {
            let bytes = chance.bytes(upTo: 24)
            var reader = ByteReader(bytes[Int.random(in: 0 ... bytes.count, using: &chance)...])
            let size = reader.remaining
            do throws(ByteError) {
                while !reader.isAtEnd {
                    switch Int.random(in: 0 ..< 6, using: &chance) {
                    case 0: _ = try reader.read(UInt32.self)
                    case 1: _ = try reader.readVarint()
                    case 2: _ = try reader.readCounted()
                    case 3: _ = try reader.readString()
                    case 4: try reader.skip(Int(truncatingIfNeeded: chance.integer()))
                    default: _ = try String?(from: &reader)
                    }
                }
            } catch {
                #expect(reader.position <= size)
            }
            #expect(reader.position + reader.remaining == size)
        }
    }

    @Test func `refuses text that is not UTF-8`() {
        var reader = ByteReader([2, 0xC3, 0x28])
        #expect(throws: ByteError.malformed("text that is not UTF-8", at: 0)) {
            try reader.readString()
        }
    }

    @Test func `writes over what stands at a place`() {
        var writer = ByteWriter()
        writer.append(UInt32(0))
        writer.append(UInt8(7))
        writer.overwrite(UInt32(0x0102_0304), at: 0)
        #expect(writer.bytes == [1, 2, 3, 4, 7])
    }
}
