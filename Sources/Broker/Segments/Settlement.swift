internal import Synchronization

/// Making segments durable, and freeing the journal.
extension SettlingThread {
    /// Syncs partitions without a journal whose time has come, and has the journal say so; then
    /// their records become visible.
    mutating func synchronizeDue(all: Bool) throws(DiskError) {
        let now = Clock.ticks()
        let serials = due.filter { all || $0.value <= now }.map(\.key)
        guard !serials.isEmpty else { return }
        for serial in serials {
            guard var writer = writers[serial] else { continue }
            let filesBefore = writer.fileCount
            defer {
                openFiles += writer.fileCount - filesBefore
                writers[serial] = writer
            }
            do {
                try writer.synchronize(on: engine.disk)
            } catch {
                // Its records are not acknowledged until it is done.
                guard error.reason.isPassing else { throw error }
                stall(serial, because: error, refuses: true)
                due[serial] = now + 250
                continue
            }
            due[serial] = nil
            unsyncedBytes[serial] = nil
            let place = JournalEntry.Fact.synced(
                offset: writer.offset,
                base: writer.base,
                position: writer.position
            )
            engine.state.withLock { state in
                state.stalls[serial] = nil
                guard let key = state.partitions[serial]?.key else { return }
                state.toJournal.append(JournalEntry(key: key, serial: serial, fact: place))
            }
        }
        engine.journalSignal.give()
    }

    mutating func prepareSpare() throws(DiskError) {
        let layout = engine.layout
        let path = "\(layout.journals)/spare-\(UInt64.random(in: .min ... .max)).new"
        do {
            let file = try engine.disk.open(path, creating: true)
            try JournalWriter.fill(file, byteCount: engine.settings.journalBytes)
            try file.synchronize()
        } catch {
            engine.state.withLock { $0.wantsSpare = false }
            do { try engine.disk.remove(path) } catch {}
            // The journal makes its own file then, or says why it cannot.
            if error.reason.isPassing { return }
            throw error
        }
        engine.state.withLock { state in
            state.spares.append(path)
            state.wantsSpare = false
        }
    }

    /// Whether there are journal files that hold nothing that a segment lacks.
    var canFree: Bool {
        engine.state.withLock { state in
            guard let first = state.journalFiles.first else { return false }
            return oldestNeeded(in: state).map { $0.number > first.number } ?? false
        }
    }

    /// The first journal file that holds something that a segment lacks, or else the one that is being written.
    private func oldestNeeded(in state: StoreState) -> StoreState.JournalFile? {
        let neededByQueue = state.toSegments.firstJournal ?? .max
        let neededByRetry = retry.compactMap(\.journal).min() ?? .max
        let needed = min(neededByQueue, neededByRetry)
        return state.journalFiles.last { $0.number <= needed } ?? state.journalFiles.last
    }

    /// Makes all segments durable, writes down how far they are, and frees the journal files that
    /// hold nothing else.
    mutating func settle() throws(DiskError) {
        var next = checkpoint
        let (oldest, condemned) = engine.state.withLock { state in
            defer { state.condemned = [] }
            let oldest = oldestNeeded(in: state)
            for partition in state.partitions.values where partition.damage == nil {
                let known = checkpoint.rows[partition.key]?.groups.lowerBound ?? 0
                let isWritten = partition.writtenEnd >= partition.highWatermark
                let first = isWritten ? state.nextGroupNumber : oldest?.firstGroup ?? 0
                next.rows[partition.key] = Checkpoint.Row(
                    of: partition,
                    writer: writers[partition.serial],
                    groups: max(first, known) ..< .max
                )
            }
            next.newcomers = state.nextGroupNumber
            let keys = Set(state.partitions.values.map(\.key))
            next.rows = next.rows.filter { keys.contains($0.key) }
            return (oldest, state.condemned)
        }
        do {
            try writeDown(&next, oldest)
        } catch {
            engine.state.withLock { $0.condemned += condemned }
            throw error
        }
        try remove(condemned)
        if let oldest { try free(before: oldest.number) }
        if writers.count > engine.settings.openSegments {
            for serial in writers.keys { try rest(serial) }
        }
    }

    /// Files that cannot be removed now are left for the next start, which finds them before the start of their log.
    private func remove(_ condemned: [SegmentPath]) throws(DiskError) {
        for path in condemned {
            do {
                try engine.disk.removeIfThere(path.log)
                try engine.disk.removeIfThere(path.index)
            } catch {
                guard error.reason.isPassing else { throw error }
                engine.note("An old segment cannot be removed: \(error)")
            }
        }
    }

    private mutating func writeDown(
        _ next: inout Checkpoint,
        _ oldest: StoreState.JournalFile?
    ) throws(DiskError) {
        if let oldest, !keepsJournals { next.firstGroup = oldest.firstGroup }
        for serial in writers.keys {
            guard var writer = writers[serial], writer.isDirty else { continue }
            let filesBefore = writer.fileCount
            defer {
                openFiles += writer.fileCount - filesBefore
                writers[serial] = writer
            }
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
    mutating func isFinished(_ phase: StoreState.Phase) throws(DiskError) -> Bool {
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
        checkpoint.firstGroup = max(
            checkpoint.firstGroup,
            engine.state.withLock { $0.nextGroupNumber }
        )
        try engine.layout.checkpoint.replace(with: checkpoint.encoded(), on: engine.disk)
        for path in spares { try engine.disk.remove(path) }
        for file in files where file.number <= last.number {
            try engine.disk.remove(engine.layout.journal(file.number))
        }
    }

    func report(_ error: DiskError) {
        // Room, rights and files may come back: the checkpoint is written later, and the journal keeps everything.
        if error.reason.isPassing { return }
        engine.fail("Segments cannot be written and nothing more is accepted: \(error)")
    }

    mutating func checkRetention() {
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
