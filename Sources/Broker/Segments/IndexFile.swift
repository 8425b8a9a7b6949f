internal import Bytes

/// Reads indexes, and makes them anew from their segment where they do not fit it.
struct IndexFile {
    let path: SegmentPath
    let layout: Layout
    let disk: any Disk
    let everyBytes: Int64

    /// What was read, and a sentence for each thing that was wrong.
    struct Loaded {
        var index: SegmentIndex
        var findings: [String] = []
    }

    /// The index of a segment that is no longer written: its last entry says where it ends.
    func loadSealed(size: Int64, end: Int64) throws(DiskError) -> Loaded {
        let (index, flaw) = try read()
        if flaw == nil, let last = index.entries.last, last.position == size, last.offset == end {
            return Loaded(index: index)
        }
        var loaded = try rebuild(from: SegmentIndex(base: path.base), to: size)
        let last = SegmentIndex.Entry(
            offset: end,
            position: size,
            timestamp: loaded.maxTimestamp
        )
        loaded.index.entries.append(last)
        try write(loaded.index)
        let name = flaw ?? "\(layout.short(path.index)) does not fit its segment."
        return Loaded(
            index: loaded.index,
            findings: ["\(name) It was made again from the segment."] + loaded.findings
        )
    }

    /// The first `count` entries of the index of the segment being written.
    func loadActive(count: Int64, position: Int64) throws(DiskError) -> Loaded {
        var (index, flaw) = try read()
        if index.entries.count >= count {
            index.entries.removeLast(index.entries.count - Int(count))
            return Loaded(
                index: index,
                findings: flaw.map { ["\($0) What follows is made again."] } ?? []
            )
        }
        let name = flaw ?? "\(layout.short(path.index)) is too short."
        let rebuilt = try rebuild(from: SegmentIndex(base: path.base), to: position)
        return Loaded(
            index: rebuilt.index,
            findings: ["\(name) It was made again from the segment."] + rebuilt.findings
        )
    }

    /// Only the last entry of a sealed index; nil if it does not say where the segment ends.
    func end() throws(DiskError) -> SegmentIndex.Entry? {
        do {
            let file = try disk.open(path.index, creating: false)
            let width = Int64(SegmentIndex.Entry.byteCount)
            let size = try file.size()
            guard size >= width, size % width == 0 else { return nil }
            let bytes = try file.read(Int(width), at: size - width)
            return SegmentIndex.Entry(bytes.span.bytes, base: path.base)
        } catch {
            if error.reason == .missing { return nil }
            throw error
        }
    }

    /// Entries as far as they are intact, and what is wrong.
    func read() throws(DiskError) -> (SegmentIndex, flaw: String?) {
        let bytes: [UInt8]
        do {
            let file = try disk.open(path.index, creating: false)
            bytes = try file.read(Int(try file.size()), at: 0)
        } catch {
            if error.reason == .missing { return (SegmentIndex(base: path.base), nil) }
            throw error
        }
        let (index, brokenAt) = SegmentIndex.parse(bytes, base: path.base)
        return (
            index, brokenAt.map { "\(layout.short(path.index)) at byte \($0): an entry is broken." }
        )
    }

    /// Writes the whole index. It need not be durable: a lost one is made again.
    func write(_ index: SegmentIndex) throws(DiskError) {
        var writer = ByteWriter(reserving: index.entries.count * SegmentIndex.Entry.byteCount)
        for entry in index.entries { entry.write(to: &writer, base: path.base) }
        let file = try disk.open(path.index, creating: true)
        try file.truncate(to: 0)
        try file.write(writer.bytes.span.bytes, at: 0)
        try file.synchronize()
    }

    private struct Rebuilt {
        var index: SegmentIndex
        var maxTimestamp: Int64
        var findings: [String]
    }

    /// Walks over the segment as far as it is intact.
    private func rebuild(from start: SegmentIndex, to size: Int64) throws(DiskError) -> Rebuilt {
        var index = start
        var growth = IndexGrowth(everyBytes: everyBytes)
        let file: any DiskFile
        do {
            file = try disk.open(path.log, creating: false)
        } catch {
            guard error.reason == .missing else { throw error }
            return Rebuilt(
                index: index,
                maxTimestamp: -1,
                findings: size > 0 ? ["\(layout.short(path.log)) is missing."] : []
            )
        }
        var walk = SegmentWalk(file, from: 0, offset: path.base, to: size)
        while true {
            switch try walk.next() {
            case .batch(let header, _):
                if let entry = growth.pass(header) { index.entries.append(entry) }
            case .end, .tooLarge:
                return Rebuilt(index: index, maxTimestamp: growth.maxTimestamp, findings: [])
            case .broken(let why):
                // What lies behind is still looked for by time: nothing is known of it.
                let finding = "\(layout.short(path.log)) at byte \(walk.position): \(why)"
                return Rebuilt(index: index, maxTimestamp: .max, findings: [finding])
            }
        }
    }
}
