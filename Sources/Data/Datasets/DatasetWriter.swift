public import Archive
internal import Bytes

/// Takes rows in the order of their time and puts them into an archive, chunk by chunk; one chunk is in memory.
public struct DatasetWriter: Sendable {
    public let columns: RowColumns
    private let archive: any Archive
    private var rows: [DatasetRow] = []
    private var chunks: [DatasetContents.Chunk] = []
    private var lastTime: Instant?

    public init(_ columns: RowColumns, into archive: any Archive) {
        self.columns = columns
        self.archive = archive
    }

    public mutating func append(_ row: DatasetRow) throws(DatasetWriteError) {
        precondition(lastTime ?? row.time.instant <= row.time.instant, "Rows come in their order.")
        lastTime = row.time.instant
        rows.append(row)
        if rows.count == RowChunk.rowCount { try putChunk() }
    }

    /// What was written. Every chunk of it was read back.
    public mutating func finish() throws(DatasetWriteError) -> DatasetContents {
        if !rows.isEmpty { try putChunk() }
        return DatasetContents(chunks: chunks)
    }

    private mutating func putChunk() throws(DatasetWriteError) {
        let bytes: [UInt8]
        do throws(RowError) {
            bytes = try RowChunk.encode(rows, columns)
        } catch {
            throw .row(error)
        }
        do throws(ArchiveError) {
            let digest = try archive.put(bytes)
            chunks.append(
                .init(digest: digest, rows: Int64(rows.count), byteCount: Int64(bytes.count))
            )
        } catch {
            throw .archive(error)
        }
        rows.removeAll(keepingCapacity: true)
    }
}

/// Why rows did not get into the archive.
public enum DatasetWriteError: Error, Sendable, Hashable, CustomStringConvertible {
    case row(RowError)
    case archive(ArchiveError)

    public var description: String {
        switch self {
        case .row(let error): error.description
        case .archive(let error): error.description
        }
    }
}
