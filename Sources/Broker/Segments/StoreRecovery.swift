/// Opens a data directory: reads what is known, makes every partition whole, and writes a
/// checkpoint, so that the journals from before are no longer needed.
struct StoreRecovery {
    let layout: Layout
    let disk: any Disk
    let settings: SegmentStore.Settings

    private(set) var report = RecoveryReport()
    private(set) var catalog = Catalog(clusterID: "")
    private(set) var state: StoreState
    private(set) var writers: [Int: SegmentWriter] = [:]
    private(set) var checkpoint = Checkpoint()
    private(set) var nextJournal: UInt64 = 1
    private(set) var keepsJournals = false

    init(layout: Layout, disk: any Disk, settings: SegmentStore.Settings) throws(SegmentError) {
        self.layout = layout
        self.disk = disk
        self.settings = settings
        state = StoreState(tailLimit: settings.tailBytes)
        let start = Clock.ticks()
        do {
            try makeFolders()
            try loadCatalog()
            try recover()
        } catch let error as DiskError {
            throw SegmentError(error)
        } catch let error as SegmentError {
            throw error
        } catch {
            throw .corrupt("\(error)")
        }
        report.milliseconds = Clock.ticks() - start
    }

    private func makeFolders() throws(DiskError) {
        try disk.makeFolder(layout.root)
        try disk.makeFolder(layout.journals)
        try disk.makeFolder(layout.topics)
        try disk.synchronizeFolder(layout.root)
        // Without this the whole directory may vanish.
        let parent = layout.root.lastIndex(of: "/").map { layout.root[..<$0] } ?? "."
        try disk.synchronizeFolder(parent.isEmpty ? "/" : String(parent))
    }

    private mutating func loadCatalog() throws {
        if let found = try Catalog.load(from: layout, on: disk, report: &report) {
            catalog = found
            if !report.sentences.isEmpty { try catalog.save(to: layout, on: disk) }
            return
        }
        let strays = try disk.list(layout.topics)
        guard strays.isEmpty else {
            throw SegmentError.corrupt(
                "\(layout.root) holds topics and no catalog that says which they are."
            )
        }
        catalog = Catalog(clusterID: Self.newClusterID())
        try catalog.save(to: layout, on: disk)
    }

    private mutating func recover() throws {
        let (known, isLost) = try loadCheckpoint()
        let replay = try JournalReplay(
            layout,
            on: disk,
            firstGroup: known.firstGroup,
            synced: known.newcomers,
            known: partitionKeys
        )
        report.sentences += replay.flaws
        var facts: [Checkpoint.Key: [JournalReplay.Found]] = [:]
        for found in replay.entries { facts[found.entry.key, default: []].append(found) }
        var serial = 0
        for topic in catalog.topics {
            state.topics[topic.name] = topic
            let folder = layout.folder(of: topic)
            try disk.makeFolder(folder)
            let bases = try segments(in: folder)
            let topicSettings = try TopicSettings(topic.configuration, defaults: settings)
            for number in 0 ..< topic.partitions {
                let key = Checkpoint.Key(topicID: topic.id, partition: number)
                let row = known.rows[key]
                let groups = row?.groups ?? known.newcomers ..< .max
                var partition = PartitionRecovery(
                    layout: layout,
                    disk: disk,
                    key: key,
                    folder: folder,
                    settings: topicSettings,
                    indexEveryBytes: settings.indexEveryBytes,
                    bases: bases[number, default: []].sorted(),
                    row: row,
                    isCheckpointLost: isLost,
                    facts: facts[key, default: []].filter {
                        $0.place.group >= groups.lowerBound
                    },
                    losses: replay.losses.filter { $0.concerns(key, in: groups) }
                )
                add(
                    try partition.recover(),
                    serial,
                    topic,
                    key,
                    folder,
                    topicSettings,
                    groups,
                    nextGroup: replay.nextGroup
                )
                serial += 1
            }
            try disk.synchronizeFolder(folder)
        }
        try disk.synchronizeFolder(layout.topics)
        try removeLeftovers()
        try noteChecked()
        try finish(replay, firstGroup: known.firstGroup)
    }

    private var partitionKeys: Set<Checkpoint.Key> {
        Set(
            catalog.topics.flatMap { topic in
                (0 ..< topic.partitions).map { Checkpoint.Key(topicID: topic.id, partition: $0) }
            }
        )
    }

    /// Before anything is taken, it is written down from where on everything is checked.
    private mutating func noteChecked() throws(DiskError) {
        let file = CheckedFile(file: layout.checked, disk: disk)
        if let rows = try file.read(report: &report) {
            for partition in state.partitions.values {
                partition.checkedFrom = rows[partition.key] ?? 0
            }
            return
        }
        var rows: [Checkpoint.Key: Int64] = [:]
        for partition in state.partitions.values where partition.next > 0 {
            rows[partition.key] = partition.next
            partition.checkedFrom = partition.next
        }
        try file.write(rows)
    }

    private mutating func loadCheckpoint() throws -> (Checkpoint, isLost: Bool) {
        let flaw: String
        switch try layout.checkpoint.read(from: disk) {
        case .intact(let bytes):
            do {
                return (try Checkpoint(bytes), false)
            } catch {
                flaw = "\(layout.checkpoint.path): \(error)."
            }
        case .broken(let why): flaw = why
        // The first one is written when a directory is made, behind the catalog.
        case .missing: return (Checkpoint(), !catalog.topics.isEmpty)
        }
        report.sentences.append("\(layout.short(flaw)) All segments were read to make it again.")
        return (Checkpoint(), true)
    }

    /// Bases of segments by partition.
    private func segments(in folder: String) throws(DiskError) -> [Int32: [Int64]] {
        var bases: [Int32: [Int64]] = [:]
        for name in try disk.list(folder) where name.hasSuffix(".log") {
            guard let path = SegmentPath(folder: folder, name: name) else { continue }
            bases[path.partition, default: []].append(path.base)
        }
        return bases
    }

    private mutating func add(
        _ outcome: PartitionRecovery.Outcome,
        _ serial: Int,
        _ topic: Topic,
        _ key: Checkpoint.Key,
        _ folder: String,
        _ settings: TopicSettings,
        _ groups: Range<UInt64>,
        nextGroup: UInt64
    ) {
        report.sentences += outcome.findings
        writers[serial] = outcome.writer
        let partition = PartitionState(
            serial: serial,
            name: TopicPartition(topic.name, key.partition),
            key: key,
            folder: folder,
            settings: settings,
            logStart: outcome.logStart,
            end: outcome.end,
            producers: outcome.producers,
            segments: outcome.summaries,
            damage: outcome.damage
        )
        state.add(partition)
        state.condemnSegments(of: partition.name)
        if outcome.damage == nil {
            checkpoint.rows[key] = Checkpoint.Row(
                of: partition,
                writer: outcome.writer,
                groups: nextGroup ..< .max
            )
        } else {
            keepsJournals = true
            var row = outcome.began
            // It takes no batches any more.
            row.groups = groups.lowerBound ..< min(groups.upperBound, nextGroup)
            checkpoint.rows[key] = row
        }
    }

    /// Removes what deleted topics left, and half-made folders.
    private mutating func removeLeftovers() throws(DiskError) {
        let known = Set(catalog.topics.map(Layout.folderName))
        for name in try disk.list(layout.topics) where !known.contains(name) {
            let folder = "\(layout.topics)/\(name)"
            let isEmpty = try disk.list(folder).isEmpty
            if isEmpty || catalog.leftovers.contains(name) {
                try disk.removeTree(folder)
            } else {
                report.sentences.append(
                    "\(layout.short(folder)) belongs to no topic; it was left alone."
                )
            }
        }
        catalog.leftovers = []
    }

    private mutating func finish(_ replay: JournalReplay, firstGroup: UInt64) throws(DiskError) {
        nextJournal = replay.nextNumber
        checkpoint.firstGroup = keepsJournals ? firstGroup : replay.nextGroup
        checkpoint.newcomers = replay.nextGroup
        state.nextGroupNumber = replay.nextGroup
        try layout.checkpoint.replace(with: checkpoint.encoded(), on: disk)
        guard !keepsJournals else { return }
        for name in replay.names { try disk.remove("\(layout.journals)/\(name)") }
    }

    /// 22 characters of base64url, as Kafka makes them of a random UUID.
    private static func newClusterID() -> String {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
        )
        let characters = (0 ..< 22).map { place in
            // The last character carries only two bits of a UUID's 128.
            let index = Int.random(in: 0 ..< 64)
            return alphabet[place == 21 ? index & 0x30 : index]
        }
        // A leading dash would look like an option on a command line.
        let text = String(decoding: characters, as: UTF8.self)
        return text.hasPrefix("-") ? newClusterID() : text
    }
}
