import Bytes
import Chance
import Testing

@Suite struct `CRC-32C` {
    /// RFC 3720, appendix B.4, and the check value of the catalogue of parametrised CRC algorithms.
    @Test(
        arguments: [
            ([], 0), ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43), (Array(0 ..< 32), 0x46DD_794E),
            (Array((0 ..< 32).reversed()), 0x113F_DB5C), (Array("123456789".utf8), 0xE306_9283),
            (
                [
                    0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04,
                    0, 0, 0,
                    0, 0x14, 0, 0, 0, 0x18, 0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
                ], 0xD996_3A56
            ),
        ] as [([UInt8], UInt32)]
    )
    func `gives the published values`(bytes: [UInt8], sum: UInt32) {
        #expect(Checksum.crc32c(bytes) == sum)
    }

    @Test func `is the same in pieces, wherever they are cut and aligned`() {
        var chance = SeededRandom(seed: newSeed())
        for _ in 0 ..< 500 {
            let bytes = chance.bytes(upTo: 300)
            let cut = Int.random(in: 0 ... bytes.count, using: &chance)
            let first = Checksum.crc32c(Array(bytes[..<cut]))
            // A slice, so that the rest begins at an address of any alignment.
            let rest = bytes[cut...]
            let whole = Checksum.crc32c(rest.span.bytes, after: first)
            #expect(whole == Checksum.crc32c(bytes))
            #expect(whole == reference(bytes))
        }
    }

    @Test func `sees every flipped bit`() {
        var chance = SeededRandom(seed: newSeed())
        let bytes = (0 ..< 100).map { _ in UInt8.random(in: 0 ... 255, using: &chance) }
        let sum = Checksum.crc32c(bytes)
        for bit in 0 ..< 800 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(Checksum.crc32c(flipped) != sum)
        }
    }

    /// The definition, bit by bit.
    private func reference(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { sum, byte in
            (0 ..< 8).reduce(sum ^ UInt32(byte)) { sum, _ in
                sum >> 1 ^ (sum & 1 == 1 ? 0x82F6_3B78 : 0)
            }
        }
    }
}
