public import Archive
public import Bytes

/// Gives the rows of a version back, chunk by chunk; one chunk is in memory. What it gives was hashed again.
public struct DatasetReader: Sendable {
    public let manifest: DatasetManifest
    private let archive: any Archive
    private var next = 0

    public init(_ manifest: DatasetManifest, in archive: any Archive) {
        self.manifest = manifest
        self.archive = archive
    }

    /// The rows of the next chunk; nil behind the last.
    public mutating func nextChunk() throws(ChunkDamage) -> [DatasetRow]? {
        guard next < manifest.contents.chunks.count else { return nil }
        defer { next += 1 }
        return try manifest.rows(ofChunk: next, in: archive)
    }
}

/// A chunk of a version that is not what was sealed.
public struct ChunkDamage: Error, Sendable, Hashable, CustomStringConvertible {
    /// Counted from 0.
    public var index: Int
    public var expected: Digest
    /// Nil where there are no bytes that could be hashed.
    public var found: Digest?
    public var reason: String

    public init(index: Int, expected: Digest, found: Digest?, reason: String) {
        self.index = index
        self.expected = expected
        self.found = found
        self.reason = reason
    }

    public var description: String {
        "chunk \(index), expected \(expected), found \(found?.description ?? "nothing"): \(reason)"
    }
}

extension DatasetManifest {
    public func rows(
        ofChunk index: Int,
        in archive: any Archive
    ) throws(ChunkDamage) -> [DatasetRow] {
        let chunk = contents.chunks[index]
        func damage(_ found: Digest?, _ reason: String) -> ChunkDamage {
            ChunkDamage(index: index, expected: chunk.digest, found: found, reason: reason)
        }
        let bytes: [UInt8]
        do throws(ArchiveError) {
            bytes = try archive.bytes(of: chunk.digest)
        } catch {
            switch error {
            case .corrupt(_, let found, let why): throw damage(found, why)
            case .missing, .disk, .full, .tooLarge: throw damage(nil, error.description)
            }
        }
        let decoded: (rows: [DatasetRow], columns: RowColumns)
        do throws(ByteError) {
            decoded = try RowChunk.decode(bytes)
        } catch {
            throw damage(chunk.digest, "its bytes are no rows: \(error)")
        }
        guard decoded.rows.count == chunk.rows else {
            throw damage(chunk.digest, "it holds \(decoded.rows.count) rows, not \(chunk.rows)")
        }
        guard decoded.columns == columns else {
            throw damage(chunk.digest, "its columns are not those of the version")
        }
        return decoded.rows
    }
}
