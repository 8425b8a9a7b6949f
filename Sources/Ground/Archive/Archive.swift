public import Bytes

/// Bytes kept for ever under the SHA-256 of themselves. What has the same bytes is kept once.
public protocol Archive: Sendable {
    /// Keeps the bytes. When this returns they outlive a power cut, and were read back and hashed again.
    func put(_ bytes: [UInt8]) throws(ArchiveError) -> Digest

    /// The bytes of a digest, hashed anew each time: other bytes are never given.
    func bytes(of digest: Digest) throws(ArchiveError) -> [UInt8]

    /// Whether something lies there under a digest. Only `bytes(of:)` says whether it is intact.
    func contains(_ digest: Digest) throws(ArchiveError) -> Bool

    /// How what lies under a digest looks from outside, without reading it; nil where there is nothing.
    func stamp(of digest: Digest) throws(ArchiveError) -> ArchiveStamp?

    /// Every digest that something lies under, in ascending order.
    func digests() throws(ArchiveError) -> [Digest]
}

/// Changes whenever somebody writes to a piece, or puts another in its place.
public struct ArchiveStamp: Sendable, Hashable {
    public var byteCount: Int64
    /// When its file last changed, in nanoseconds: of a file the change time, which nobody can set.
    public var changed: Int64
    public var file: UInt64

    public init(byteCount: Int64, changed: Int64, file: UInt64) {
        self.byteCount = byteCount
        self.changed = changed
        self.file = file
    }
}

/// How much an archive takes in one piece unless told otherwise. A chunk of rows is a hundredth of it.
public let defaultArchiveLimit = 64 << 20
