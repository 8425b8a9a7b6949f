import Archive
import Bytes
import Chance
import Testing

/// Bytes of the file are changed, and the archive is asked.
@Suite struct `A damaged file` {
    /// Nil where the archive gives the bytes that were put; fails where it gives others.
    private func look(
        _ archive: FolderArchive,
        _ digest: Digest,
        _ bytes: [UInt8],
        _ place: Comment
    ) -> ArchiveError? {
        do throws(ArchiveError) {
            #expect(try archive.bytes(of: digest) == bytes, place)
            return nil
        } catch {
            return error
        }
    }

    @Test func `is told by a changed byte in every region of it`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        try withFolder { folder in
            let archive = try FolderArchive(path: folder)
            let bytes = text(40_000, &random)
            let digest = try archive.put(bytes)
            let file = try #require(files(under: folder).first)
            let original = try read(file)
            // All of the head and the end, and every so many bytes between them.
            let middle = stride(from: 64, to: original.count - 64, by: original.count / 300 + 1)
            let end = original.count - 64 ..< original.count
            let places = Array(0 ..< 64) + Array(middle) + Array(end)
            var counts = (digests: 0, frames: 0, same: 0)
            for place in places {
                var damaged = original
                damaged[place] ^= UInt8.random(in: 1 ... 255, using: &random)
                try write(damaged, to: file)
                let comment: Comment = "seed \(seed), byte \(place)"
                switch look(archive, digest, bytes, comment) {
                case .corrupt(let expected, let found, _):
                    #expect(expected == digest, comment)
                    #expect(found != digest, comment)
                    if found == nil { counts.frames += 1 } else { counts.digests += 1 }
                // RFC 8878 leaves a few bits without a meaning; with those changed the bytes are the same.
                case nil: counts.same += 1
                case let other: Issue.record("\(String(describing: other)): \(comment)")
                }
            }
            print("Changed bytes: \(counts)")
            #expect(counts.digests > 0)
            #expect(counts.same < places.count / 20)
        }
    }

    @Test func `is told by any length but its own`() throws {
        var random = SeededRandom(seed: newSeed())
        try withFolder { folder in
            let archive = try FolderArchive(path: folder)
            let bytes = text(5_000, &random)
            let digest = try archive.put(bytes)
            let file = try #require(files(under: folder).first)
            let original = try read(file)
            let lengths = Array(0 ..< 32) + [original.count / 2, original.count - 1]
            for damaged in lengths.map({ Array(original.prefix($0)) }) + [original + [0]] {
                try write(damaged, to: file)
                guard case .corrupt(digest, nil, _) = look(archive, digest, bytes, "") else {
                    Issue.record("\(damaged.count) bytes of \(original.count) passed.")
                    continue
                }
            }
        }
    }

    @Test func `names both digests where another file lies in its place`() throws {
        try withFolder { folder in
            let archive = try FolderArchive(path: folder)
            let digest = try archive.put([1, 2, 3])
            let file = try #require(files(under: folder).first)
            let other = try archive.put([4, 5, 6])
            let otherFile = try #require(files(under: folder).first { $0 != file })
            try write(read(otherFile), to: file)
            let error = look(archive, digest, [1, 2, 3], "")
            guard case .corrupt(digest, other, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(error?.description.contains(digest.hex) == true)
            #expect(error?.description.contains(other.hex) == true)
        }
    }

    @Test func `is not unpacked beyond the limit, whatever it says or holds`() throws {
        try withFolder { folder in
            let big = try FolderArchive(path: folder, limit: 8 << 20)
            let digest = try big.put([UInt8](repeating: 0, count: 8 << 20))
            let file = try #require(files(under: folder).first)
            #expect(try read(file).count < 2_000)
            let small = try FolderArchive(path: folder, limit: 1 << 20)
            guard case .corrupt(digest, nil, let why) = look(small, digest, [], "") else {
                Issue.record("A bomb went off.")
                return
            }
            #expect(why.contains("8388608"))
            // A frame of one segment whose head says 2^63 bytes (RFC 8878, section 3.1.1.1).
            let lie: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0, 0, 0, 0, 0x80, 1, 0, 0]
            try write(lie, to: file)
            guard case .corrupt(digest, nil, _) = look(small, digest, [], "") else {
                Issue.record("A lie was believed.")
                return
            }
        }
    }

    @Test func `is told in memory too`() throws {
        let archive = MemoryArchive()
        let digest = try archive.put([1, 2, 3])
        archive.damage(digest, with: [1, 2, 4])
        let error = ArchiveError.corrupt(
            expected: digest,
            found: Digest(of: [1, 2, 4]),
            "its bytes have changed"
        )
        #expect(throws: error) { try archive.bytes(of: digest) }
        archive.damage(digest, with: nil)
        #expect(throws: ArchiveError.missing(digest)) { try archive.bytes(of: digest) }
    }
}
