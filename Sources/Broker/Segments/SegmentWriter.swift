internal import Bytes

/// Writes one partition's segments at their end. Only the settling thread has one.
struct SegmentWriter: Sendable {
    let folder: String
    let partition: Int32
    /// The topic may be set anew at any time.
    var segmentBytes: Int64
    let indexEveryBytes: Int64

    /// The segment being written.
    private(set) var base: Int64
    private(set) var offset: Int64
    private(set) var indexCount: Int64
    private var growth: IndexGrowth
    private var file: (any DiskFile)?
    private var indexFile: (any DiskFile)?
    /// Files that were sealed since the last `synchronize`.
    private var sealed: [any DiskFile] = []
    private var hasUnsyncedBytes = false
    private var needsFolderSync = false

    init(
        folder: String,
        partition: Int32,
        settings: TopicSettings,
        indexEveryBytes: Int64,
        at row: Checkpoint.Row
    ) {
        self.folder = folder
        self.partition = partition
        self.segmentBytes = settings.segmentBytes
        self.indexEveryBytes = indexEveryBytes
        base = row.base
        offset = row.offset
        indexCount = row.indexCount
        growth = IndexGrowth(
            everyBytes: indexEveryBytes,
            from: row.position,
            maxTimestamp: row.maxTimestamp
        )
    }

    var position: Int64 { growth.position }
    var maxTimestamp: Int64 { growth.maxTimestamp }

    var path: SegmentPath { SegmentPath(folder: folder, partition: partition, base: base) }

    /// Whether something is not durable yet.
    var isDirty: Bool { hasUnsyncedBytes || needsFolderSync }
    /// How many files are open.
    var fileCount: Int { sealed.count + (file == nil ? 0 : 1) + (indexFile == nil ? 0 : 1) }

    /// Whether a batch of that size belongs into the next segment.
    func needsRoll(for size: Int) -> Bool {
        position > 0 && position + Int64(size) > segmentBytes
    }

    /// Writes batches that follow each other, all or none of them.
    /// - Returns: What the index gained.
    mutating func write(
        _ run: ArraySlice<StoredBatch>,
        on disk: any Disk
    ) throws(DiskError) -> [SegmentIndex.Entry] {
        guard let first = run.first else { return [] }
        precondition(first.header.baseOffset == offset, "Batches of a partition follow each other.")
        let (file, indexFile) = try openFiles(on: disk)
        var grown = growth
        let entries = run.compactMap { grown.pass($0.header) }
        hasUnsyncedBytes = true
        try write(run, to: file)
        try append(entries, to: indexFile)
        growth = grown
        indexCount += Int64(entries.count)
        offset = run.last?.header.endOffset ?? offset
        return entries
    }

    /// Takes back what a failed write may have left behind the end.
    mutating func cut() throws(DiskError) {
        guard let file else { return }
        try file.truncate(to: position)
    }

    /// Ends the segment. The next batch begins another.
    /// - Returns: The last entry of its index, which says where the segment ends.
    mutating func seal(on disk: any Disk) throws(DiskError) -> SegmentIndex.Entry {
        let (file, indexFile) = try openFiles(on: disk)
        let end = SegmentIndex.Entry(offset: offset, position: position, timestamp: maxTimestamp)
        try append([end], to: indexFile)
        sealed += [file, indexFile]
        self.file = nil
        self.indexFile = nil
        (base, indexCount, growth) = (offset, 0, IndexGrowth(everyBytes: indexEveryBytes))
        hasUnsyncedBytes = true
        return end
    }

    /// Makes everything written durable.
    mutating func synchronize(on disk: any Disk) throws(DiskError) {
        try synchronizeFiles()
        if needsFolderSync { try disk.synchronizeFolder(folder) }
        needsFolderSync = false
    }

    /// Lets go of the open files, once what they hold is durable; they are opened again when needed.
    mutating func rest() throws(DiskError) {
        try synchronizeFiles()
        file = nil
        indexFile = nil
    }

    private mutating func synchronizeFiles() throws(DiskError) {
        if hasUnsyncedBytes {
            for file in sealed { try file.synchronize() }
            if let file { try file.synchronize() }
            if let indexFile { try indexFile.synchronize() }
        }
        sealed = []
        hasUnsyncedBytes = false
    }

    private mutating func openFiles(
        on disk: any Disk
    ) throws(DiskError) -> (any DiskFile, any DiskFile) {
        if let file, let indexFile { return (file, indexFile) }
        let (file, indexFile) = (
            try disk.open(path.log, creating: true), try disk.open(path.index, creating: true)
        )
        if position == 0 {
            // Remains of a segment that a crash took back may stand here.
            try file.truncate(to: 0)
            try indexFile.truncate(to: 0)
            needsFolderSync = true
        }
        (self.file, self.indexFile) = (file, indexFile)
        return (file, indexFile)
    }

    private func write(_ run: ArraySlice<StoredBatch>, to file: any DiskFile) throws(DiskError) {
        if run.count == 1, let only = run.first {
            return try file.write(only.bytes.span.bytes, at: position)
        }
        var buffer: [UInt8] = []
        buffer.reserveCapacity(run.reduce(0) { $0 + $1.bytes.count })
        for batch in run { buffer.append(contentsOf: batch.bytes) }
        try file.write(buffer.span.bytes, at: position)
    }

    private func append(
        _ entries: [SegmentIndex.Entry],
        to indexFile: any DiskFile
    ) throws(DiskError) {
        guard !entries.isEmpty else { return }
        var writer = ByteWriter(reserving: entries.count * SegmentIndex.Entry.byteCount)
        for entry in entries { entry.write(to: &writer, base: base) }
        try indexFile.write(
            writer.bytes.span.bytes,
            at: indexCount * Int64(SegmentIndex.Entry.byteCount)
        )
    }
}
