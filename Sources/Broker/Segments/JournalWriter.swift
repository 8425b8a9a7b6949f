/// Writes groups of entries to the journal files, one after the other. Only the journal thread has
/// one.
struct JournalWriter {
    private let layout: Layout
    private let disk: any Disk
    private let byteLimit: Int64
    private var file: (any DiskFile)?
    private(set) var number: UInt64
    private var epoch: UInt64 = 0
    private(set) var nextGroup: UInt64
    private var position: Int64 = 0
    /// Used again for each group.
    private var buffer: [UInt8] = []

    /// `number` is above that of every file there is, `nextGroup` above that of every group.
    init(_ layout: Layout, on disk: any Disk, byteLimit: Int64, number: UInt64, nextGroup: UInt64) {
        self.layout = layout
        self.disk = disk
        self.byteLimit = byteLimit
        self.number = number
        self.nextGroup = nextGroup
    }

    var path: String { layout.journal(number) }

    /// Whether a group of these entries needs a new file.
    func needsRoll(for entries: [JournalEntry]) -> Bool {
        guard file != nil else { return true }
        let size = JournalFormat.GroupHeader(epoch: 0, number: 0, lengths: lengths(of: entries))
            .byteCount
        return position > Int64(JournalFormat.pageByteCount) && position + Int64(size) > byteLimit
    }

    /// Begins the next file, in place of one that is no longer needed where there is one.
    mutating func roll(reusing spare: String?) throws(DiskError) {
        let next = file == nil ? number : number + 1
        let path = layout.journal(next)
        let opened: any DiskFile
        if let spare {
            opened = try disk.open(spare, creating: false)
            try disk.rename(spare, to: path)
        } else {
            opened = try disk.open(path, creating: true)
        }
        let newEpoch = UInt64.random(in: .min ... .max)
        do {
            if spare == nil { try Self.fill(opened, byteCount: byteLimit) }
            let header = JournalFormat.FileHeader(
                number: next,
                epoch: newEpoch,
                firstGroup: nextGroup
            )
            try opened.write(header.encoded().span.bytes, at: 0)
            try opened.synchronize()
            try disk.synchronizeFolder(layout.journals)
        } catch {
            // A disk that is full gets its room back, and a spare its name; the first error is the one to tell.
            do {
                if let spare { try disk.rename(path, to: spare) } else { try disk.remove(path) }
            } catch {}
            throw error
        }
        file = opened
        epoch = newEpoch
        number = next
        position = Int64(JournalFormat.pageByteCount)
    }

    /// Writes one group and makes it durable. One write, one sync.
    mutating func append(_ entries: [JournalEntry]) throws(DiskError) {
        guard let file else { preconditionFailure("The journal has a file before it is written.") }
        let header = JournalFormat.GroupHeader(
            epoch: epoch,
            number: nextGroup,
            lengths: lengths(of: entries)
        )
        buffer.removeAll(keepingCapacity: buffer.capacity <= 16 << 20)
        buffer.reserveCapacity(header.byteCount)
        header.write(to: &buffer)
        let seed = header.seed
        for entry in entries { entry.write(to: &buffer, seed: seed) }
        buffer += [UInt8](repeating: 0, count: header.byteCount - buffer.count)
        try file.write(buffer.span.bytes, at: position)
        // The one sync that stands between a record and its acknowledgement.
        try file.synchronize()
        position += Int64(header.byteCount)
        nextGroup += 1
    }

    /// Zeros over the whole length, so that a later sync has no metadata to write.
    static func fill(_ file: any DiskFile, byteCount: Int64) throws(DiskError) {
        let zeros = [UInt8](repeating: 0, count: Int(min(byteCount, 1 << 20)))
        var position: Int64 = 0
        while position < byteCount {
            let count = Int(min(byteCount - position, Int64(zeros.count)))
            try file.write(zeros.span.bytes.extracting(0 ..< count), at: position)
            position += Int64(count)
        }
    }

    /// Whether so much of the file is used that the next should be made ready.
    var isHalfFull: Bool { position > byteLimit / 2 }

    private func lengths(of entries: [JournalEntry]) -> [UInt32] {
        entries.map { UInt32($0.byteCount) }
    }
}
