internal import Synchronization

/// Writing behind the journal: what is durable there, or needs no journal, goes to its segment.
extension SettlingThread {
    /// Writes batches to their segments, those of one partition together.
    mutating func write(_ pending: [StoreState.Pending]) throws(DiskError) {
        var runs: [Int: [StoreState.Pending]] = [:]
        var order: [Int] = []
        for one in pending {
            if runs[one.serial] == nil { order.append(one.serial) }
            runs[one.serial, default: []].append(one)
        }
        var failure: DiskError?
        hasNoRoom = hasNoRoom && !retry.isEmpty
        for serial in order {
            do {
                try makeRoom()
                try write(runs[serial] ?? [], to: serial)
            } catch {
                failure = error
            }
        }
        let (isFull, openFiles) = (!retry.isEmpty && hasNoRoom, openFiles)
        engine.state.withLock { state in
            state.isFull = isFull
            state.openFiles = openFiles
        }
        if let failure { throw failure }
    }

    private mutating func write(_ pending: [StoreState.Pending], to serial: Int) throws(DiskError) {
        guard var writer = takeWriter(serial) else {
            return forget(pending)
        }
        let filesBefore = writer.fileCount
        uses += 1
        lastUse[serial] = uses
        defer {
            openFiles += writer.fileCount - filesBefore
            writers[serial] = writer
        }
        var rest = pending[...]
        do {
            while let first = rest.first {
                if writer.needsRoll(for: first.batch.bytes.count) { try seal(serial, &writer) }
                // Sealed files stay open until they are synced.
                if writer.fileCount > 16 { try writer.synchronize(on: engine.disk) }
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
            engine.state.withLock { state in
                if !state.stalls.isEmpty { state.stalls[serial] = nil }
            }
        } catch {
            try giveUp(Array(rest), of: serial, writer, because: error)
        }
    }

    private func takeWriter(_ serial: Int) -> SegmentWriter? {
        let known = writers[serial]
        return engine.state.withLock { state in
            guard let partition = state.partitions[serial] else { return known }
            var writer =
                known
                ?? SegmentWriter(
                    folder: partition.folder,
                    partition: partition.name.partition,
                    settings: partition.settings,
                    indexEveryBytes: engine.settings.indexEveryBytes,
                    at: Checkpoint.Row(startingAt: partition.writtenEnd)
                )
            writer.segmentBytes = partition.settings.segmentBytes
            return writer
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
            state.lacksRoom = false
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
        guard let flushMilliseconds else { return }
        unsyncedBytes[serial, default: 0] += bytes
        // Much that waits is synced sooner, so that a producer with a small window is not held up.
        let patience = unsyncedBytes[serial, default: 0] > 4 << 20 ? 0 : flushMilliseconds
        due[serial] = min(due[serial] ?? .max, Clock.ticks() + patience)
    }

    private func seal(_ serial: Int, _ writer: inout SegmentWriter) throws(DiskError) {
        let end = try writer.seal(on: engine.disk)
        engine.state.withLock { state in
            guard let partition = state.partitions[serial], !partition.segments.isEmpty else {
                return
            }
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
        guard error.reason.isPassing else { throw error }
        let isJournaled = rest.contains { $0.journal != nil }
        if error.reason != .full { stall(serial, because: error, refuses: isJournaled) }
        if isJournaled {
            if error.reason == .full { hasNoRoom = true }
            retry += rest
            wait(because: error)
            return
        }
        let refusal: AppendRefusal = error.reason == .full ? .diskFull : .storage("\(error)")
        engine.change { state, afterwards in
            if error.reason == .full { state.lacksRoom = true }
            let later = state.toSegments.takeAll()
            for pending in later where pending.serial != serial { state.toSegments.append(pending) }
            let lost = rest + later.filter { $0.serial == serial }
            state.pendingBytes -= lost.reduce(0) { $0 + $1.batch.bytes.count }
            guard let partition = state.partitions[serial] else { return }
            state.tailBytes -= partition.takeBack(to: writer.offset, because: refusal, &afterwards)
        }
        var writer = writer
        try writer.cut()
    }

    /// Only this partition stops, and says why.
    mutating func stall(_ serial: Int, because error: DiskError, refuses: Bool) {
        let stall = StoreState.Stall(reason: "\(error)", refuses: refuses)
        engine.state.withLock { $0.stalls[serial] = stall }
    }

    /// Room is looked for often, because everything waits for it; rights and files only now and then.
    mutating func wait(because error: DiskError) {
        retryAt = Clock.ticks() + (error.reason == .full ? 50 : 250)
    }

    private func forget(_ pending: [StoreState.Pending]) {
        let bytes = pending.reduce(0) { $0 + $1.batch.bytes.count }
        engine.state.withLock { $0.pendingBytes -= bytes }
    }

    /// Seals segments that only their age ends. Those that cannot be now are asked for again.
    mutating func rollExpired(_ serials: [Int]) throws(DiskError) {
        for serial in serials {
            guard var writer = writers[serial], writer.position > 0 else { continue }
            let filesBefore = writer.fileCount
            defer {
                openFiles += writer.fileCount - filesBefore
                writers[serial] = writer
            }
            do {
                try seal(serial, &writer)
                engine.state.withLock { $0.stalls[serial] = nil }
            } catch {
                guard error.reason.isPassing else { throw error }
                stall(serial, because: error, refuses: false)
            }
        }
    }

    /// A folder that cannot be removed now is left for later, and at the latest for the next start.
    mutating func removeFolders(_ removals: [StoreState.Removal]) throws(DiskError) {
        for removal in removals {
            for serial in removal.serials {
                drop(serial)
                due[serial] = nil
                unsyncedBytes[serial] = nil
            }
            let isNew = !removal.isLate
            do {
                try engine.disk.removeTree(removal.folder)
            } catch {
                guard error.reason.isPassing else { throw error }
                removalsLeft.append(.init(folder: removal.folder, serials: [], isLate: true))
                wait(because: error)
                if isNew { engine.note("The files of a deleted topic cannot be removed: \(error)") }
            }
        }
    }

    /// Forgets how a partition was written.
    mutating func drop(_ serial: Int) {
        guard let writer = writers.removeValue(forKey: serial) else { return }
        openFiles -= writer.fileCount
        lastUse[serial] = nil
    }
}
