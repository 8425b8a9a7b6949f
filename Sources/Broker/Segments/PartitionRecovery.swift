/// Finds out what one partition holds after a stop of any kind, and makes it whole again.
///
/// Up to the checkpoint the segments are durable and were acknowledged: a broken batch there is bit
/// rot, which is named and never cut away. Behind it every intact batch is kept, what is broken or
/// missing is taken from the journal, and only what nobody was told is durable is cut.
struct PartitionRecovery {
    let layout: Layout
    let disk: any Disk
    let key: Checkpoint.Key
    let folder: String
    let settings: TopicSettings
    let indexEveryBytes: Int64
    /// Bases of the segments there are, ascending.
    var bases: [Int64]
    /// Nil for a partition that the last checkpoint does not know.
    let row: Checkpoint.Row?
    /// The checkpoint itself could not be read, so it is not known how far segments are durable.
    let isCheckpointLost: Bool
    /// What the journal says of this partition, oldest first.
    let facts: [JournalReplay.Found]

    private(set) var findings: [String] = []
    private(set) var damage: String?
    private(set) var summaries: [SegmentSummary] = []
    private var producers = ProducerTable()
    private var growth: IndexGrowth
    private var index: SegmentIndex
    /// The segment that is walked over, and the place in it.
    private var base: Int64
    private var position: Int64
    private var offset: Int64
    /// Everything below was acknowledged.
    private var acknowledged: Int64

    init(
        layout: Layout,
        disk: any Disk,
        key: Checkpoint.Key,
        folder: String,
        settings: TopicSettings,
        indexEveryBytes: Int64,
        bases: [Int64],
        row: Checkpoint.Row?,
        isCheckpointLost: Bool,
        facts: [JournalReplay.Found]
    ) {
        self.layout = layout
        self.disk = disk
        self.key = key
        self.folder = folder
        self.settings = settings
        self.indexEveryBytes = indexEveryBytes
        self.bases = bases
        self.row = row
        self.isCheckpointLost = isCheckpointLost
        self.facts = facts
        let start = row ?? Checkpoint.Row(startingAt: bases.first ?? 0)
        base = start.base
        position = start.position
        offset = start.offset
        producers = start.producers
        acknowledged = row?.offset ?? 0
        index = SegmentIndex(base: base)
        growth = IndexGrowth(
            everyBytes: indexEveryBytes,
            from: start.position,
            maxTimestamp: start.maxTimestamp
        )
        for found in facts {
            if case .synced(let offset, base: _, position: _) = found.entry.fact {
                acknowledged = max(acknowledged, offset)
            }
        }
    }

    /// What became of the partition.
    struct Outcome {
        var logStart: Int64
        var writer: SegmentWriter
        var producers: ProducerTable
        var summaries: [SegmentSummary]
        var damage: String?
        var findings: [String]
    }

    mutating func recover() throws(DiskError) -> Outcome {
        try takeOlderSegments()
        try walkSegments()
        var writer = try writeFromJournal()
        try writer.synchronize(on: disk)
        writer.rest()
        let start = facts.reduce(row?.logStart ?? bases.first ?? 0) { start, found in
            if case .start(let offset) = found.entry.fact { return max(start, offset) }
            return start
        }
        return Outcome(
            logStart: min(start, writer.offset),
            writer: writer,
            producers: producers,
            summaries: summaries,
            damage: damage,
            findings: findings
        )
    }

    private func path(_ base: Int64) -> SegmentPath {
        SegmentPath(folder: folder, partition: key.partition, base: base)
    }

    private func indexFile(_ base: Int64) -> IndexFile {
        IndexFile(path: path(base), layout: layout, disk: disk, everyBytes: indexEveryBytes)
    }
}

// MARK: - Segments before the checkpoint

extension PartitionRecovery {
    /// Older segments were durable long ago: only their ends are looked at, so that a start with
    /// many gigabytes is quick.
    private mutating func takeOlderSegments() throws(DiskError) {
        let older = bases.filter { $0 < base }
        for (place, segment) in older.enumerated() {
            let end = place + 1 < older.count ? older[place + 1] : base
            let file = try disk.open(path(segment).log, creating: false)
            let size = try file.size()
            let last = try indexFile(segment).end()
            var maxTimestamp = last?.timestamp ?? -1
            if last?.position != size || last?.offset != end {
                let loaded = try indexFile(segment).loadSealed(size: size, end: end)
                findings += loaded.findings
                maxTimestamp = loaded.index.entries.last?.timestamp ?? -1
            }
            summaries.append(
                SegmentSummary(
                    base: segment,
                    end: end,
                    size: size,
                    maxTimestamp: maxTimestamp,
                    isSealed: true,
                    index: nil
                )
            )
        }
    }
}

// MARK: - Segments behind the checkpoint

extension PartitionRecovery {
    private enum Turn { case nextSegment, here }

    private mutating func walkSegments() throws(DiskError) {
        if bases.contains(base) {
            let count = row?.indexCount ?? 0
            let loaded = try indexFile(base).loadActive(count: count, position: position)
            index = loaded.index
            findings += loaded.findings
        }
        while true {
            guard bases.contains(base) else {
                if position > 0 { missing() }
                return
            }
            let file = try disk.open(path(base).log, creating: false)
            let size = try file.size()
            if size < position { return lost(to: size) }
            let turn = try walk(over: file, size: size)
            if turn == .here || !bases.contains(offset) || offset == base { break }
            try finishSegment(size: position)
        }
        try cutHere()
    }

    /// Walks to the end of a segment, or to where it is broken for good.
    private mutating func walk(over file: any DiskFile, size: Int64) throws(DiskError) -> Turn {
        while true {
            var walk = SegmentWalk(file, from: position, offset: offset, to: size)
            var broken: String?
            steps: while true {
                switch try walk.next() {
                case .batch(let header, _):
                    if let entry = growth.pass(header) { index.entries.append(entry) }
                    producers.record(header)
                    (position, offset) = (walk.position, walk.offset)
                case .end, .tooLarge: break steps
                case .broken(let why):
                    broken = why
                    break steps
                }
            }
            guard let broken else { return .nextSegment }
            let place = "\(layout.short(path(base).log)) at byte \(position): \(broken)"
            if hasBatch(at: offset) {
                findings.append("\(place) It was written again from the journal.")
                return .here
            }
            if try skip(to: size) {
                findings.append("\(place) What follows is intact.")
                if position == size { return .nextSegment }
                continue
            }
            if offset < acknowledged {
                damage = "\(place) Acknowledged records are missing from there on."
                findings.append(damage ?? place)
            } else {
                findings.append("\(place) It was cut: nothing behind it was acknowledged.")
            }
            return .here
        }
    }

    /// Goes on behind a broken batch, at the next place that is known from elsewhere and was
    /// acknowledged.
    private mutating func skip(to size: Int64) throws(DiskError) -> Bool {
        let trusted = isCheckpointLost ? Int64.max : acknowledged
        var places = try indexFile(base).read().0.entries
        for found in facts {
            if case .synced(let offset, base: base, let position) = found.entry.fact {
                places.append(SegmentIndex.Entry(offset: offset, position: position, timestamp: -1))
            }
        }
        if let next = bases.first(where: { $0 > base }) {
            places.append(SegmentIndex.Entry(offset: next, position: size, timestamp: -1))
        }
        let known = places.filter {
            $0.position > position && $0.position <= size && $0.offset > offset
                && $0.offset <= trusted
        }
        guard let place = known.min(by: { $0.position < $1.position }) else { return false }
        (position, offset) = (place.position, place.offset)
        growth.skip(to: place)
        return true
    }

    /// The walk reached the end of a segment behind which another begins.
    private mutating func finishSegment(size: Int64) throws(DiskError) {
        index.entries.append(
            SegmentIndex.Entry(offset: offset, position: size, timestamp: growth.maxTimestamp)
        )
        try indexFile(base).write(index)
        let file = try disk.open(path(base).log, creating: false)
        try file.synchronize()
        summaries.append(
            SegmentSummary(
                base: base,
                end: offset,
                size: size,
                maxTimestamp: growth.maxTimestamp,
                isSealed: true,
                index: nil
            )
        )
        (base, position) = (offset, 0)
        index = SegmentIndex(base: base)
        growth = IndexGrowth(everyBytes: indexEveryBytes)
    }

    /// What stands behind the place that was reached is removed.
    private mutating func cutHere() throws(DiskError) {
        guard damage == nil else { return }
        let file = try disk.open(path(base).log, creating: false)
        if try file.size() > position { try file.truncate(to: position) }
        for later in bases where later > base {
            findings.append("\(layout.short(path(later).log)) was removed: nothing leads to it.")
            try disk.remove(path(later).log)
            try disk.removeIfThere(path(later).index)
        }
        bases.removeAll { $0 > base }
        // After a kill the page cache holds what was walked over; a power cut could still take it.
        if position > 0 { try file.synchronize() }
        let (found, flaw) = try indexFile(base).read()
        if flaw != nil || found != index { try indexFile(base).write(index) }
    }

    private mutating func missing() {
        damage = "\(layout.short(path(base).log)) is missing."
        findings.append(damage ?? "")
        (position, offset) = (0, base)
        growth = IndexGrowth(everyBytes: indexEveryBytes)
    }

    private mutating func lost(to size: Int64) {
        damage =
            "\(layout.short(path(base).log)) at byte \(size): the file ends before what was acknowledged."
        findings.append(damage ?? "")
    }
}

// MARK: - The journal

extension PartitionRecovery {
    private func hasBatch(at offset: Int64) -> Bool {
        facts.contains { found in
            if case .batch(let batch) = found.entry.fact {
                return batch.header.baseOffset == offset
            }
            return false
        }
    }

    /// Writes what the segments lack from the journal.
    private mutating func writeFromJournal() throws(DiskError) -> SegmentWriter {
        var writer = SegmentWriter(
            folder: folder,
            partition: key.partition,
            settings: settings,
            indexEveryBytes: indexEveryBytes,
            at: Checkpoint.Row(
                logStart: 0,
                base: base,
                position: position,
                offset: offset,
                indexCount: Int64(index.entries.count),
                maxTimestamp: growth.maxTimestamp,
                producers: producers
            )
        )
        var summary = activeSummary(writer)
        guard damage == nil else {
            if summary.size > 0 { summaries.append(summary) }
            return writer
        }
        for found in facts {
            guard case .batch(let batch) = found.entry.fact,
                batch.header.baseOffset >= writer.offset
            else { continue }
            guard batch.header.baseOffset == writer.offset else {
                // A torn last group may hold an entry and lack the one before; nobody was told.
                guard found.isCertain else { continue }
                damage =
                    "\(layout.short(path(writer.base).log)): records \(writer.offset) to "
                    + "\(batch.header.baseOffset - 1) were acknowledged and are neither in it nor in "
                    + "the journal."
                findings.append(damage ?? "")
                break
            }
            if writer.needsRoll(for: batch.bytes.count) {
                index.entries.append(try writer.seal(on: disk))
                summary.isSealed = true
                summary.index = nil
                summaries.append(summary)
                index = SegmentIndex(base: writer.base)
            }
            index.entries += try writer.write([batch], on: disk)
            producers.record(batch.header)
            summary = activeSummary(writer)
        }
        if writer.position > 0 { summaries.append(summary) }
        return writer
    }

    private func activeSummary(_ writer: SegmentWriter) -> SegmentSummary {
        SegmentSummary(
            base: writer.base,
            end: writer.offset,
            size: writer.position,
            maxTimestamp: writer.maxTimestamp,
            isSealed: false,
            index: index
        )
    }
}
