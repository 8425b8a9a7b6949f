public import Bytes
public import Logs

/// What a version of a dataset is made of: whoever has it and the archive has the rows.
public struct DatasetManifest: Sendable, Hashable {
    /// Every row lies in `from ..< to`, by event time.
    public var from: Instant
    public var to: Instant
    /// The definition that made the rows, as canonical JSON.
    public var definition: String
    public var generation: Digest
    /// The views that were read.
    public var views: [ViewGeneration]
    /// Where every input was read up to.
    public var cut: [InputCut]
    public var columns: RowColumns
    public var contents: DatasetContents

    public init(
        from: Instant,
        to: Instant,
        definition: String,
        generation: Digest,
        views: [ViewGeneration],
        cut: [InputCut],
        columns: RowColumns,
        contents: DatasetContents
    ) {
        self.from = from
        self.to = to
        self.definition = definition
        self.generation = generation
        self.views = views
        self.cut = cut
        self.columns = columns
        self.contents = contents
    }

    /// A view, and which definition of it was read.
    public struct ViewGeneration: Sendable, Hashable {
        public var view: String
        public var generation: Digest

        public init(_ view: String, _ generation: Digest) {
            self.view = view
            self.generation = generation
        }
    }

    /// One partition of an input, and the first offset of it that was not read.
    public struct InputCut: Sendable, Hashable {
        public var partition: Partition
        public var offset: Offset

        public init(_ partition: Partition, _ offset: Offset) {
            self.partition = partition
            self.offset = offset
        }
    }
}

/// Rows as they lie in the archive.
public struct DatasetContents: Sendable, Hashable {
    /// In the order of the rows.
    public var chunks: [Chunk]

    public init(chunks: [Chunk]) { self.chunks = chunks }

    /// Rows that lie together.
    public struct Chunk: Sendable, Hashable {
        /// Over the bytes before compression, as `byteCount` is.
        public var digest: Digest
        public var rows: Int64
        public var byteCount: Int64

        public init(digest: Digest, rows: Int64, byteCount: Int64) {
            self.digest = digest
            self.rows = rows
            self.byteCount = byteCount
        }
    }

    public var rows: Int64 { chunks.reduce(0) { $0 &+ $1.rows } }

    /// SHA-256 over the digests of the chunks, in their order.
    public var digest: Digest {
        var hasher = DigestHasher()
        for chunk in chunks { hasher.update(chunk.digest.bytes) }
        return hasher.finish()
    }
}
