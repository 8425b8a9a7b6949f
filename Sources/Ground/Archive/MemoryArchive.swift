public import Bytes
internal import Synchronization

/// An archive that lives as long as its process: for tests, and for whoever needs no disk.
public final class MemoryArchive: Archive {
    private let pieces = Mutex<[Digest: [UInt8]]>([:])
    private let changes = Mutex<[Digest: Int64]>([:])
    private let limit: Int

    public init(limit: Int = defaultArchiveLimit) { self.limit = limit }

    public func put(_ bytes: [UInt8]) throws(ArchiveError) -> Digest {
        guard bytes.count <= limit else {
            throw .tooLarge(byteCount: bytes.count, limit: limit)
        }
        let digest = Digest(of: bytes)
        pieces.withLock { $0[digest] = bytes }
        changes.withLock { $0[digest, default: 0] += 1 }
        return digest
    }

    public func bytes(of digest: Digest) throws(ArchiveError) -> [UInt8] {
        guard let bytes = pieces.withLock({ $0[digest] }) else { throw .missing(digest) }
        let found = Digest(of: bytes)
        guard found == digest else {
            throw .corrupt(expected: digest, found: found, "its bytes have changed")
        }
        return bytes
    }

    public func contains(_ digest: Digest) throws(ArchiveError) -> Bool {
        pieces.withLock { $0[digest] != nil }
    }

    public func stamp(of digest: Digest) throws(ArchiveError) -> ArchiveStamp? {
        guard let bytes = pieces.withLock({ $0[digest] }) else { return nil }
        let changed = changes.withLock { $0[digest] ?? 0 }
        return ArchiveStamp(byteCount: Int64(bytes.count), changed: changed, file: 0)
    }

    public func digests() throws(ArchiveError) -> [Digest] {
        pieces.withLock { Array($0.keys) }.sorted {
            $0.bytes.lexicographicallyPrecedes($1.bytes)
        }
    }

    /// Puts other bytes where those of the digest lie, as a failing disk would; nil takes them away.
    public func damage(_ digest: Digest, with bytes: [UInt8]?) {
        pieces.withLock { $0[digest] = bytes }
        changes.withLock { $0[digest, default: 0] += 1 }
    }
}
