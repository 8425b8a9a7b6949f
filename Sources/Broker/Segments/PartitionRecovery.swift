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
    /// That row, or what stands for it.
    let began: Checkpoint.Row
    /// The checkpoint itself could not be read, so it is not known how far segments are durable.
    let isCheckpointLost: Bool
    /// What the journal says of this partition, oldest first.
    let facts: [JournalReplay.Found]
    /// What the journal lost that may have been this partition's.
    let losses: [JournalLoss]

    var findings: [String] = []
    var damage: String?
    /// Where the offsets end that may have been in what is lost and names nobody.
    var unnamedEnd: Int64 = 0
    var summaries: [SegmentSummary] = []
    var producers = ProducerTable()
    var growth: IndexGrowth
    var index: SegmentIndex
    /// The segment that is walked over, and the place in it.
    var base: Int64
    var position: Int64
    var offset: Int64
    /// Everything below was acknowledged.
    var acknowledged: Int64
    /// Everything below was given up: by retention, or by whoever deleted it.
    let start: Int64

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
        facts: [JournalReplay.Found],
        losses: [JournalLoss]
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
        self.losses = losses
        began = row ?? Checkpoint.Row(startingAt: bases.first ?? 0)
        base = began.base
        position = began.position
        offset = began.offset
        producers = began.producers
        acknowledged = row?.offset ?? 0
        index = SegmentIndex(base: base)
        growth = IndexGrowth(
            everyBytes: indexEveryBytes,
            from: began.position,
            maxTimestamp: began.maxTimestamp
        )
        for found in facts {
            if case .synced(let offset, base: _, position: _) = found.entry.fact {
                acknowledged = max(acknowledged, offset)
            }
        }
        self.start = facts.reduce(row?.logStart ?? bases.first ?? 0) { start, found in
            if case .start(let offset) = found.entry.fact { return max(start, offset) }
            return start
        }
    }

    /// What became of the partition.
    struct Outcome {
        var logStart: Int64
        /// Where the log ends, with what it lacks where it is damaged.
        var end: Int64
        /// What it began with: the checkpoint keeps it where the partition is damaged.
        var began: Checkpoint.Row
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
        missUnnamed(behind: writer)
        try writer.synchronize(on: disk)
        try writer.rest()
        let end = damage == nil ? writer.offset : max(writer.offset, promisedEnd)
        return Outcome(
            logStart: min(start, end),
            end: end,
            began: began,
            writer: writer,
            producers: producers,
            summaries: summaries,
            damage: damage,
            findings: findings
        )
    }

    /// Where the offsets end that may have been given to somebody: none of them is given again.
    private var promisedEnd: Int64 { max(namedEnd, unnamedEnd) }

    /// The same, as far as something tells.
    var namedEnd: Int64 {
        facts.reduce(max(acknowledged, lostEnd ?? 0)) { max($0, $1.batch?.endOffset ?? 0) }
    }

    func path(_ base: Int64) -> SegmentPath {
        SegmentPath(folder: folder, partition: key.partition, base: base)
    }

    func indexFile(_ base: Int64) -> IndexFile {
        IndexFile(path: path(base), layout: layout, disk: disk, everyBytes: indexEveryBytes)
    }
}
