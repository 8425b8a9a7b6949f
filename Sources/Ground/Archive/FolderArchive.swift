public import Bytes
internal import Glibc
internal import Synchronization

/// An archive in a folder: one Zstandard file for each digest, `ab/cdef….zst`, that `zstd -d` reads too. One process
/// puts into it at a time; any number may read.
public final class FolderArchive: Archive {
    public let path: String
    private let limit: Int
    /// Tells the temporary files of this process apart.
    private let puts = Atomic<UInt64>(0)

    private static let ending = ".zst"
    private static let temporary = "temporary"

    /// Makes the folder where there is none, and takes away what a killed process left half written.
    public init(path: String, limit: Int = defaultArchiveLimit) throws(ArchiveError) {
        self.path = path
        self.limit = limit
        try Files.makeFolder("\(path)/\(Self.temporary)")
        for name in try Files.names(in: "\(path)/\(Self.temporary)") {
            try Files.remove("\(path)/\(Self.temporary)/\(name)")
        }
    }

    public func put(_ bytes: [UInt8]) throws(ArchiveError) -> Digest {
        guard bytes.count <= limit else {
            throw .tooLarge(byteCount: bytes.count, limit: limit)
        }
        let digest = Digest(of: bytes)
        let isNew = try !isIntact(digest)
        if isNew { try write(Frame.compress(bytes), as: digest) }
        // Also for a file that was there: whoever renamed it may have been killed before it came this far.
        try Files.synchronize(folder(of: digest))
        try Files.synchronize(path)
        if isNew { _ = try self.bytes(of: digest) }
        return digest
    }

    public func bytes(of digest: Digest) throws(ArchiveError) -> [UInt8] {
        let frame: [UInt8]
        switch try Files.contents(of: file(of: digest), limit: Frame.bound(limit)) {
        case .bytes(let bytes): frame = bytes
        case .missing: throw .missing(digest)
        case .longer(let byteCount):
            throw .corrupt(
                expected: digest,
                found: nil,
                "the file has \(byteCount) bytes, more than any that is put"
            )
        }
        let bytes: [UInt8]
        do throws(Frame.Damage) {
            bytes = try Frame.decompress(frame, limit: limit)
        } catch {
            throw .corrupt(expected: digest, found: nil, error.reason)
        }
        let found = Digest(of: bytes)
        guard found == digest else {
            throw .corrupt(expected: digest, found: found, "its bytes have changed")
        }
        return bytes
    }

    public func contains(_ digest: Digest) throws(ArchiveError) -> Bool {
        try Files.exists(file(of: digest))
    }

    public func stamp(of digest: Digest) throws(ArchiveError) -> ArchiveStamp? {
        try Files.stamp(of: file(of: digest))
    }

    public func digests() throws(ArchiveError) -> [Digest] {
        var digests: [Digest] = []
        for folder in try Files.names(in: path) where folder.utf8.count == 2 {
            for name in try Files.names(in: "\(path)/\(folder)") where name.hasSuffix(Self.ending) {
                // A name that is no digest in lower case is none of ours.
                let hex = folder + name.dropLast(Self.ending.count)
                if let digest = Digest(hex: hex), digest.hex == hex { digests.append(digest) }
            }
        }
        return digests
    }

    /// Whether the bytes are there and right. Something damaged is as good as nothing: a put replaces it.
    private func isIntact(_ digest: Digest) throws(ArchiveError) -> Bool {
        do throws(ArchiveError) {
            _ = try bytes(of: digest)
            return true
        } catch {
            switch error {
            case .missing, .corrupt: return false
            case .disk, .full, .tooLarge: throw error
            }
        }
    }

    private func write(_ frame: [UInt8], as digest: Digest) throws(ArchiveError) {
        let number = puts.wrappingAdd(1, ordering: .relaxed).newValue
        let new = "\(path)/\(Self.temporary)/\(getpid())-\(number)"
        try Files.makeFolder(folder(of: digest))
        try Files.write(frame, to: new)
        do throws(ArchiveError) {
            try Files.rename(new, to: file(of: digest))
        } catch {
            try Files.remove(new)
            throw error
        }
    }

    private func folder(of digest: Digest) -> String { "\(path)/\(digest.hex.prefix(2))" }

    private func file(of digest: Digest) -> String {
        "\(folder(of: digest))/\(digest.hex.dropFirst(2))\(Self.ending)"
    }
}
