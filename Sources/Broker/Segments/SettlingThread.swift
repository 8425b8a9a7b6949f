internal import Synchronization

/// Brings records to their segments behind the journal, syncs what does without it, and frees the
/// journal. It may wait for the disk as long as it takes; nobody waits for it.
struct SettlingThread {
    let engine: Engine
    /// By partition; only those that were written to.
    var writers: [Int: SegmentWriter]
    /// Rows of all partitions as the last checkpoint has them.
    var checkpoint: Checkpoint
    /// Journal files that hold what a segment lacks; they are kept as evidence.
    let keepsJournals: Bool

    /// When partitions without a journal are to be synced.
    private var due: [Int: Int64] = [:]
    private var retry: [StoreState.Pending] = []
    private var bytesSinceCheckpoint = 0
    private var nextRetention: Int64

    init(
        engine: Engine,
        writers: [Int: SegmentWriter],
        checkpoint: Checkpoint,
        keepsJournals: Bool
    ) {
        self.engine = engine
        self.writers = writers
        self.checkpoint = checkpoint
        self.keepsJournals = keepsJournals
        nextRetention = Clock.ticks() + engine.settings.retentionCheckMilliseconds
    }

    /// Runs until the store is closed.
    mutating func run() {
        while true {
            let now = takeTurn()
            if now.hasFailed {
                if now.phase > .open { return }
                engine.settleSignal.wait()
                continue
            }
            do {
                try write(now.pending)
                try removeFolders(now.removals)
                try synchronizeDue(all: now.phase > .open)
                if now.wantsSpare { try prepareSpare() }
                try rollExpired(now.rolls)
                let isDue = bytesSinceCheckpoint > engine.settings.checkpointBytes
                if now.canSettle || isDue || now.hasCondemned, retry.isEmpty { try settle() }
                if try isFinished(now.phase) { return }
            } catch {
                report(error)
                // A full disk keeps the rest in the journal, from where the next start takes it.
                if now.phase == .journalEnded { return }
            }
            checkRetention()
            waitForWork(in: now.phase)
        }
    }

    /// What there is to do.
    private struct Turn {
        var pending: [StoreState.Pending]
        var removals: [(folder: String, serials: [Int])]
        var rolls: [Int]
        var phase: StoreState.Phase
        var hasFailed: Bool
        var wantsSpare: Bool
        var canSettle: Bool
        var hasCondemned: Bool
    }

    private mutating func takeTurn() -> Turn {
        let old = retry
        retry = []
        return engine.state.withLock { state in
            let rolls = state.partitions.values.filter(\.wantsRoll).map(\.serial)
            for serial in rolls { state.partitions[serial]?.wantsRoll = false }
            defer { state.removals = [] }
            return Turn(
                pending: old + (state.failure == nil ? state.toSegments.takeAll() : []),
                removals: state.removals,
                rolls: rolls,
                phase: state.phase,
                hasFailed: state.failure != nil,
                wantsSpare: state.wantsSpare,
                canSettle: state.journalFiles.count > 1,
                hasCondemned: !state.condemned.isEmpty
            )
        }
    }

    private func waitForWork(in phase: StoreState.Phase) {
        let isIdle = engine.state.withLock { state in
            state.toSegments.isEmpty && state.phase == phase && state.removals.isEmpty
                && state.condemned.isEmpty
        }
        guard isIdle || !retry.isEmpty else { return }
        let now = Clock.ticks()
        let deadline = due.values.min() ?? nextRetention
        let patience = retry.isEmpty ? deadline : now + 50
        engine.settleSignal.wait(until: max(min(patience, nextRetention), now + 1))
    }
}

// MARK: - Writing

extension SettlingThread {
    /// Writes batches to their segments, those of one partition together.
    private mutating func write(_ pending: [StoreState.Pending]) throws(DiskError) {
        var runs: [Int: [StoreState.Pending]] = [:]
        var order: [Int] = []
        for one in pending {
            if runs[one.serial] == nil { order.append(one.serial) }
            runs[one.serial, default: []].append(one)
        }
        var failure: DiskError?
        for serial in order {
            do {
                try write(runs[serial] ?? [], to: serial)
            } catch {
                failure = error
            }
        }
        let isFull = !retry.isEmpty
        engine.state.withLock { $0.isFull = isFull }
        if let failure { throw failure }
    }

    private mutating func write(_ pending: [StoreState.Pending], to serial: Int) throws(DiskError) {
        guard var writer = takeWriter(serial) else {
            return forget(pending)
        }
        defer { writers[serial] = writer }
        var rest = pending[...]
        do {
            while let first = rest.first {
                if writer.needsRoll(for: first.batch.bytes.count) { try seal(serial, &writer) }
                var (count, size) = (1, first.batch.bytes.count)
                for next in rest.dropFirst() where size < 4 << 20 {
                    size += next.batch.bytes.count
                    if writer.needsRoll(for: size) { break }
                    count += 1
                }
                let run = rest.prefix(count)
                let base = writer.base
                let entries = try writer.write(run.map(\.batch)[...], on: engine.disk)
                note(run.map(\.batch), entries, serial, base, writer)
                rest = rest.dropFirst(count)
            }
        } catch {
            try giveUp(Array(rest), of: serial, writer, because: error)
        }
    }

    private func takeWriter(_ serial: Int) -> SegmentWriter? {
        if let writer = writers[serial] { return writer }
        return engine.state.withLock { state in
            state.partitions[serial].map { partition in
                SegmentWriter(
                    folder: partition.folder,
                    partition: partition.name.partition,
                    settings: partition.settings,
                    indexEveryBytes: engine.settings.indexEveryBytes,
                    at: Checkpoint.Row(startingAt: partition.writtenEnd)
                )
            }
        }
    }

    /// Tells readers what is in the segment now.
    private mutating func note(
        _ batches: [StoredBatch],
        _ entries: [SegmentIndex.Entry],
        _ serial: Int,
        _ base: Int64,
        _ writer: SegmentWriter
    ) {
        let bytes = batches.reduce(0) { $0 + $1.bytes.count }
        bytesSinceCheckpoint += bytes
        var flushMilliseconds: Int64?
        engine.state.withLock { state in
            state.pendingBytes -= bytes
            guard let partition = state.partitions[serial] else { return }
            if partition.segments.last.map({ $0.base != base }) ?? true {
                partition.segments.append(SegmentSummary(startingAt: base))
            }
            let last = partition.segments.count - 1
            partition.segments[last].end = writer.offset
            partition.segments[last].size = writer.position
            partition.segments[last].maxTimestamp = writer.maxTimestamp
            partition.segments[last].index?.entries += entries
            for batch in batches { partition.writtenProducers.record(batch.header) }
            partition.writtenEnd = writer.offset
            if !partition.settings.isJournaled {
                flushMilliseconds = partition.settings.flushMilliseconds
            }
            state.evictTail()
        }
        if let flushMilliseconds, due[serial] == nil {
            due[serial] = Clock.ticks() + flushMilliseconds
        }
    }

    private func seal(_ serial: Int, _ writer: inout SegmentWriter) throws(DiskError) {
        let end = try writer.seal(on: engine.disk)
        engine.state.withLock { state in
            guard let partition = state.partitions[serial], !partition.segments.isEmpty else { return }
            let last = partition.segments.count - 1
            partition.segments[last].index?.entries.append(end)
            partition.segments[last].isSealed = true
            let base = partition.segments[last].base
            state.loadedIndexes.append((serial, base))
            state.dropIndexes()
        }
    }

    /// What was acknowledged is tried again; what was not is refused.
    private mutating func giveUp(
        _ rest: [StoreState.Pending],
        of serial: Int,
        _ writer: SegmentWriter,
        because error: DiskError
    ) throws(DiskError) {
        guard error.reason == .full else { throw error }
        if rest.contains(where: { $0.journal != nil }) {
            retry += rest
            return
        }
        engine.change { state, afterwards in
            let later = state.toSegments.takeAll()
            for pending in later where pending.serial != serial { state.toSegments.append(pending) }
            let lost = rest + later.filter { $0.serial == serial }
            state.pendingBytes -= lost.reduce(0) { $0 + $1.batch.bytes.count }
            guard let partition = state.partitions[serial] else { return }
            state.tailBytes -= partition.takeBack(to: writer.offset, because: .diskFull, &afterwards)
        }
        var writer = writer
        try writer.cut()
    }

    private func forget(_ pending: [StoreState.Pending]) {
        let bytes = pending.reduce(0) { $0 + $1.batch.bytes.count }
        engine.state.withLock { $0.pendingBytes -= bytes }
    }

    /// Seals segments that only their age ends.
    private mutating func rollExpired(_ serials: [Int]) throws(DiskError) {
        for serial in serials {
            guard var writer = writers[serial], writer.position > 0 else { continue }
            defer { writers[serial] = writer }
            try seal(serial, &writer)
        }
    }

    private mutating func removeFolders(
        _ removals: [(folder: String, serials: [Int])]
    ) throws(DiskError) {
        for removal in removals {
            for serial in removal.serials {
                writers[serial] = nil
                due[serial] = nil
            }
            try engine.disk.removeTree(removal.folder)
        }
    }
}

// MARK: - Making durable

extension SettlingThread {
    /// Syncs partitions without a journal whose time has come, and has the journal say so; then
    /// their records become visible.
    private mutating func synchronizeDue(all: Bool) throws(DiskError) {
        let now = Clock.ticks()
        let serials = due.filter { all || $0.value <= now }.map(\.key)
        guard !serials.isEmpty else { return }
        for serial in serials {
            guard var writer = writers[serial] else { continue }
            defer { writers[serial] = writer }
            try writer.synchronize(on: engine.disk)
            due[serial] = nil
            let place = JournalEntry.Fact.synced(
                offset: writer.offset,
                base: writer.base,
                position: writer.position
            )
            engine.state.withLock { state in
                guard let key = state.partitions[serial]?.key else { return }
                state.toJournal.append(JournalEntry(key: key, serial: serial, fact: place))
            }
        }
        engine.journalSignal.give()
    }

    private mutating func prepareSpare() throws(DiskError) {
        let layout = engine.layout
        let path = "\(layout.journals)/spare-\(UInt64.random(in: .min ... .max)).new"
        do {
            let file = try engine.disk.open(path, creating: true)
            try JournalWriter.fill(file, byteCount: engine.settings.journalBytes)
            try file.synchronize()
        } catch {
            engine.state.withLock { $0.wantsSpare = false }
            do { try engine.disk.remove(path) } catch {}
            // The journal makes its own file then, or says that the disk is full.
            if error.reason == .full { return }
            throw error
        }
        engine.state.withLock { state in
            state.spares.append(path)
            state.wantsSpare = false
        }
    }

    /// Makes all segments durable, writes down how far they are, and frees the journal files that
    /// hold nothing else.
    private mutating func settle() throws(DiskError) {
        var next = checkpoint
        let (oldest, condemned) = engine.state.withLock { state in
            defer { state.condemned = [] }
            let neededByQueue = state.toSegments.first?.journal ?? .max
            let neededByRetry = retry.compactMap(\.journal).min() ?? .max
            let needed = min(neededByQueue, neededByRetry)
            for partition in state.partitions.values {
                guard partition.damage == nil else { continue }
                next.rows[partition.key] = Checkpoint.Row(of: partition, writer: writers[partition.serial])
            }
            let keys = Set(state.partitions.values.map(\.key))
            next.rows = next.rows.filter { keys.contains($0.key) }
            let oldest = state.journalFiles.last { $0.number <= needed } ?? state.journalFiles.last
            return (oldest, state.condemned)
        }
        do {
            try writeDown(&next, oldest)
        } catch {
            engine.state.withLock { $0.condemned += condemned }
            throw error
        }
        for path in condemned {
            try engine.disk.removeIfThere(path.log)
            try engine.disk.removeIfThere(path.index)
        }
        if let oldest { try free(before: oldest.number) }
        if writers.count > engine.settings.openSegments {
            for serial in writers.keys { writers[serial]?.rest() }
        }
    }

    private mutating func writeDown(
        _ next: inout Checkpoint,
        _ oldest: StoreState.JournalFile?
    ) throws(DiskError) {
        if let oldest, !keepsJournals { next.firstGroup = oldest.firstGroup }
        for serial in writers.keys {
            guard var writer = writers[serial], writer.isDirty else { continue }
            defer { writers[serial] = writer }
            try writer.synchronize(on: engine.disk)
        }
        try engine.layout.checkpoint.replace(with: next.encoded(), on: engine.disk)
        checkpoint = next
        bytesSinceCheckpoint = 0
    }

    /// Gives journal files back: one is used again, the others are removed.
    private func free(before number: UInt64) throws(DiskError) {
        let (removed, layout) = (
            engine.state.withLock { state in
                let old = state.journalFiles.filter { $0.number < number }.map(\.number)
                state.journalFiles.removeAll { $0.number < number }
                return old
            }, engine.layout
        )
        for number in removed {
            let path = layout.journal(number)
            let isSpare = engine.state.withLock { state in
                if state.spares.isEmpty { state.spares.append(path) }
                return state.spares.contains(path)
            }
            if !isSpare { try engine.disk.remove(path) }
        }
    }

    /// The last steps of closing, in order: sync, let the journal end, settle, remove the journal.
    private mutating func isFinished(_ phase: StoreState.Phase) throws(DiskError) -> Bool {
        switch phase {
        case .open, .flushed, .closed: return false
        case .closing:
            // What the journal still has comes here afterwards; what does without it is synced now.
            let isFlushed = engine.state.withLock { state in
                let isFlushed = due.isEmpty && !state.toSegments.contains { $0.journal == nil }
                if isFlushed { state.phase = .flushed }
                return isFlushed
            }
            if isFlushed { engine.journalSignal.give() }
            return false
        case .journalEnded:
            let isEmpty = engine.state.withLock { $0.toSegments.isEmpty }
            guard isEmpty, retry.isEmpty else { return isEmpty }
            try settle()
            try removeJournals()
            return true
        }
    }

    private mutating func removeJournals() throws(DiskError) {
        guard !keepsJournals else { return }
        let (spares, files) = engine.state.withLock { ($0.spares, $0.journalFiles) }
        guard let last = files.last else { return }
        // Every group is in the segments now, so the next start begins behind all of them.
        checkpoint.firstGroup = max(checkpoint.firstGroup, engine.state.withLock { $0.nextGroupNumber })
        try engine.layout.checkpoint.replace(with: checkpoint.encoded(), on: engine.disk)
        for path in spares { try engine.disk.remove(path) }
        for file in files where file.number <= last.number {
            try engine.disk.remove(engine.layout.journal(file.number))
        }
    }

    private func report(_ error: DiskError) {
        // Room may come back: the checkpoint is written later, and the journal keeps everything.
        guard error.reason != .full else { return }
        engine.fail("Segments cannot be written and nothing more is accepted: \(error)")
    }

    private mutating func checkRetention() {
        guard Clock.ticks() >= nextRetention else { return }
        nextRetention = Clock.ticks() + engine.settings.retentionCheckMilliseconds
        let isOpen = engine.state.withLock { $0.phase == .open && $0.failure == nil }
        guard isOpen else { return }
        do {
            try engine.enforceRetention(now: engine.settings.clock())
        } catch {
            let finding = "Retention could not be enforced: \(error)"
            engine.state.withLock { $0.findings.append(finding) }
        }
    }
}
