import Archive
import Bytes
import Chance
import Testing

@Suite struct `Any archive` {
    @Test(arguments: Kind.allCases)
    func `gives back what was put, under its SHA-256`(kind: Kind) throws {
        var random = SeededRandom(seed: newSeed())
        try kind.withArchive { archive throws in
            for byteCount in [0, 1, 2, 255, 4_096, 100_000, 1 << 20] {
                let bytes = text(byteCount, &random)
                let digest = try archive.put(bytes)
                #expect(digest == Digest(of: bytes))
                #expect(try archive.bytes(of: digest) == bytes, "\(byteCount) bytes")
                #expect(try archive.contains(digest))
            }
        }
    }

    @Test(arguments: Kind.allCases)
    func `says that it has no bytes that were never put`(kind: Kind) throws {
        try kind.withArchive { archive throws in
            let digest = Digest(of: [1])
            #expect(try !archive.contains(digest))
            #expect(throws: ArchiveError.missing(digest)) { try archive.bytes(of: digest) }
        }
    }

    @Test(arguments: Kind.allCases)
    func `keeps once what is put twice, and lists digests in order`(kind: Kind) throws {
        try kind.withArchive { archive throws in
            #expect(try archive.digests() == [])
            var digests: [Digest] = []
            for number in UInt8(0) ..< 40 { digests.append(try archive.put([number, number])) }
            for number in UInt8(0) ..< 40 { _ = try archive.put([number, number]) }
            let sorted = digests.sorted { $0.hex < $1.hex }
            #expect(try archive.digests() == sorted)
        }
    }

    @Test(arguments: Kind.allCases)
    func `refuses more than its limit in one piece`(kind: Kind) throws {
        try kind.withArchive { archive throws in
            let limit = 1 << 20
            let refusal = ArchiveError.tooLarge(byteCount: limit + 1, limit: limit)
            #expect(throws: refusal) {
                try archive.put([UInt8](repeating: 7, count: limit + 1))
            }
            #expect(try archive.digests() == [])
        }
    }

    @Test(arguments: Kind.allCases)
    func `takes puts from many threads, equal ones and others`(kind: Kind) throws {
        try kind.withArchive { archive throws in
            let isRight = concurrently(8) { thread in
                for number in UInt8(0) ..< 20 {
                    // Half of them are put by every thread.
                    let bytes: [UInt8] = number.isMultiple(of: 2) ? [number] : [number, thread]
                    guard try archive.bytes(of: archive.put(bytes)) == bytes else { return false }
                }
                return true
            }
            #expect(isRight)
            #expect(try archive.digests().count == 10 + 8 * 10)
        }
    }
}
