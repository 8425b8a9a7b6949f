import Chance
import Packing
import Testing

@testable import Codecs

@Suite struct `Unpacking what comes in pieces` {
    private static let text = Array(
        String(repeating: "a line of no great interest\n", count: 9_000).utf8
    )

    /// What is unpacked of bytes that come in pieces of so many.
    private func unpacked(
        _ bytes: [UInt8],
        as format: Unpacker.Format,
        by count: Int = .max
    ) throws -> [UInt8] {
        var unpacker = Unpacker(format)
        var text: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            try unpacker.unpack(rest.prefix(count)) { text += $0 }
            rest = rest.dropFirst(count)
        }
        try unpacker.finish()
        return text
    }

    @Test(arguments: Unpacker.Format.allCases)
    func `undoes packing, however it is cut`(format: Unpacker.Format) throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        let noise = (0 ..< 200_000).map { _ in UInt8.random(in: 0 ... 255, using: &random) }
        // Also of the sizes at which what is given at a time is full.
        for text in [
            [], [7], Self.text, noise, Array(noise[..<65_536]), Array(Self.text[..<131_072]),
        ] {
            let bytes = format.pack(text)
            for count in [1, 13, 4_096, .max] {
                #expect(try unpacked(bytes, as: format, by: count) == text, "seed \(seed)")
            }
        }
    }

    @Test(arguments: [Unpacker.Format.gzip, .zstd])
    func `takes several streams behind one another for one text`(format: Unpacker.Format) throws {
        let bytes =
            format.pack(Self.text) + format.pack([]) + format.pack([1, 2])
        for count in [1, 100, .max] {
            #expect(try unpacked(bytes, as: format, by: count) == Self.text + [1, 2])
        }
    }

    @Test(arguments: Unpacker.Format.allCases)
    func `refuses what is cut, changed, or goes on behind its end`(format: Unpacker.Format) throws {
        let whole = format.pack(Self.text)
        for bytes in [[], Array(whole.dropLast()), Array(whole.prefix(3)), whole + [1, 2, 3]] {
            for count in [1, .max] {
                #expect(throws: CodecError.self) {
                    try unpacked(bytes, as: format, by: count)
                }
            }
        }
    }

    @Test(arguments: Unpacker.Format.allCases)
    func `of random faults gives the text or a fault, and comes to an end`(
        format: Unpacker.Format
    ) throws {
        let seed = UInt64.random(in: .min ... .max)
        print("unpacking faults: seed \(seed)")
        var random = SeededRandom(seed: seed)
        let whole = format.pack(Array(Self.text[..<20_000]))
        for _ in 0 ..< 2_000 {
            var bytes = whole
            for _ in 0 ..< Int.random(in: 1 ... 3, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0 ..< 4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0 ... 255, using: &random)
                case 1: bytes.insert(UInt8.random(in: 0 ... 255, using: &random), at: place)
                case 2: bytes += bytes[place...]
                default: bytes.removeSubrange(place ..< min(bytes.count, place + 9))
                }
                if bytes.isEmpty { bytes = [0] }
            }
            do {
                let count = Int.random(in: 1 ... 2_000, using: &random)
                _ = try unpacked(bytes, as: format, by: count)
            } catch is CodecError {
            }
        }
    }

    @Test(arguments: Unpacker.Format.allCases)
    func `gives what little bytes hold piece by piece, and stops when it is told to`(
        format: Unpacker.Format
    ) throws {
        struct Enough: Error {}
        let bomb = format.pack([UInt8](repeating: 0, count: 50 << 20))
        #expect(bomb.count < 60_000)
        var unpacker = Unpacker(format)
        var (count, longest) = (0, 0)
        #expect(throws: Enough.self) {
            try unpacker.unpack(bomb[...]) { piece in
                count += piece.count
                longest = max(longest, piece.count)
                if count > 1 << 20 { throw Enough() }
            }
        }
        #expect(count <= 1 << 20 + 65_536)
        #expect(longest <= 65_536)
    }

    @Test func `refuses a window that no client needs`() throws {
        let text = Array(Self.text[..<100_000])
        #expect(try unpacked(zstdFrame(text, windowBits: 23), as: .zstd) == text)
        #expect(throws: CodecError.self) {
            try unpacked(zstdFrame(text, windowBits: 24), as: .zstd)
        }
    }
}
