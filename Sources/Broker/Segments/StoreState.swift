/// Everything the store's threads and callers share, under one lock. Nothing here touches the disk.
struct StoreState: Sendable {
    /// How far a store that is being closed has come.
    enum Phase: Sendable, Comparable { case open, closing, flushed, journalEnded, closed }

    /// A batch that waits to be written to its segment.
    struct Pending: Sendable {
        let serial: Int
        let batch: StoredBatch
        /// The journal file that holds it; nil where its topic does without.
        var journal: UInt64?
    }

    /// Where a batch stands that was written anew to the journal.
    struct Renewal: Sendable {
        let serial: Int
        let baseOffset: Int64
        let journal: UInt64
    }

    /// Why a partition cannot be written now; it is tried again.
    struct Stall: Sendable {
        var reason: String
        /// What comes is refused at once, because acknowledged records wait already.
        var refuses: Bool
    }

    /// The folder of a deleted topic.
    struct Removal: Sendable {
        var folder: String
        var serials: [Int]
        /// It was tried before.
        var isLate = false
    }

    /// A journal file that may still be needed.
    struct JournalFile: Sendable {
        let number: UInt64
        let firstGroup: UInt64
    }

    var phase = Phase.open
    /// Why nothing can be written any more.
    var failure: String?
    /// Segments cannot be written for want of room; the journal holds what was acknowledged.
    var isFull = false
    /// The last that was to be written found no room, and was refused.
    var lacksRoom = false
    /// Why the journal took nothing the last time, where that was not for want of room.
    var journalStall: String?
    /// Partitions of which the files cannot be written now.
    var stalls: [Int: Stall] = [:]
    /// Partitions that lack acknowledged records.
    var damaged: Set<Int> = []
    /// Partitions of which the writer begins anew.
    var restarts: [Int] = []
    /// Files that are open to be written.
    var openFiles = 0

    var topics: [String: Topic] = [:]
    var serials: [TopicPartition: Int] = [:]
    var partitions: [Int: PartitionState] = [:]
    var nextSerial = 0
    var nextToken: UInt64 = 0

    var toJournal = Queue<JournalEntry>()
    var toSegments = Queue<Pending>()
    /// Bytes accepted and not yet in a segment, and those of them not yet in the journal.
    var pendingBytes = 0
    var toJournalBytes = 0
    /// Folders to be removed, with the partitions that wrote there.
    var removals: [Removal] = []
    /// Segments before the start of their log, of which the files are to be removed.
    var condemned: [SegmentPath] = []

    /// Ascending; the last is being written.
    var journalFiles: [JournalFile] = []
    var spares: [String] = []
    var wantsSpare = false
    /// How many batches are being written anew to the journal, and those that were.
    var renewing = 0
    var renewed: [Renewal] = []
    /// What the next group of the journal will be called.
    var nextGroupNumber: UInt64 = 0

    /// The tails' batches of all partitions, oldest first, by their partition.
    var tailOrder = Queue<Int>()
    var tailBytes = 0
    let tailLimit: Int
    /// Old segments of which the index is in memory, in the order of loading.
    var loadedIndexes = Queue<(serial: Int, base: Int64)>()

    /// What was found broken since the start.
    var findings: [String] = []

    subscript(_ name: TopicPartition) -> PartitionState? {
        serials[name].flatMap { partitions[$0] }
    }

    /// Adds a partition that was made or recovered.
    mutating func add(_ partition: PartitionState) {
        serials[partition.name] = partition.serial
        partitions[partition.serial] = partition
        if partition.damage != nil { damaged.insert(partition.serial) }
        nextSerial = max(nextSerial, partition.serial + 1)
    }
}

extension StoreState {
    /// Takes batches into a partition, or says why not. Nil: the answer comes later.
    mutating func append(
        _ batches: [StoredBatch],
        to name: TopicPartition,
        time: Int64,
        limit: Int,
        _ done: @escaping @Sendable (Result<Appended, AppendRefusal>) -> Void,
        _ afterwards: inout Afterwards
    ) -> AppendRefusal? {
        if phase != .open { return .storage("The store is closed.") }
        if let failure { return .storage(failure) }
        if isFull { return .diskFull }
        if pendingBytes > limit { return .storage("Too much waits to be written.") }
        guard let partition = self[name], let first = batches.first?.header else {
            return .unknownPartition
        }
        if let damage = partition.damage { return .storage(damage) }
        if !stalls.isEmpty, let stall = stalls[partition.serial], stall.refuses {
            return .storage(stall.reason)
        }
        switch partition.producers.verdict(on: first) {
        case .refused(let refusal): return refusal
        case .new: admit(batches, to: partition, time: time, done)
        case .duplicate(let earlier):
            let request = PartitionState.Unanswered(
                endOffset: earlier.endOffset,
                baseOffset: earlier.baseOffset,
                logAppendTime: time,
                done: done
            )
            // The first may still be on its way to the disk.
            if partition.highWatermark >= earlier.endOffset {
                partition.answer(request, &afterwards)
            } else {
                partition.duplicates.append(request)
            }
        }
        return nil
    }

    private mutating func admit(
        _ batches: [StoredBatch],
        to partition: PartitionState,
        time: Int64,
        _ done: @escaping @Sendable (Result<Appended, AppendRefusal>) -> Void
    ) {
        let base = partition.next
        let placed = partition.admit(batches)
        partition.unanswered.append(
            PartitionState.Unanswered(
                endOffset: partition.next,
                baseOffset: base,
                logAppendTime: time,
                done: done
            )
        )
        let serial = partition.serial
        for batch in placed {
            tailOrder.append(serial)
            tailBytes += batch.bytes.count
            pendingBytes += batch.bytes.count
            if partition.settings.isJournaled {
                toJournalBytes += batch.bytes.count
                toJournal.append(
                    JournalEntry(key: partition.key, serial: serial, fact: .batch(batch))
                )
            } else {
                toSegments.append(Pending(serial: serial, batch: batch, journal: nil))
            }
        }
    }

    /// Whether segments lag so far behind the journal that it should wait for them: whoever appends
    /// is slowed down then, not refused.
    func isBehind(limit: Int) -> Bool {
        pendingBytes - toJournalBytes > limit / 2 && !isFull && failure == nil
    }

    /// What the journal writes next: at least one entry, and no more than `byteLimit` where
    /// several wait, so that a long queue does not make one sync slow.
    mutating func nextGroup(byteLimit: Int) -> [JournalEntry] {
        var group: [JournalEntry] = []
        var bytes = 0
        while let entry = toJournal.first, group.isEmpty || bytes + entry.byteCount <= byteLimit {
            _ = toJournal.popFirst()
            bytes += entry.byteCount
            if case .batch(let batch) = entry.fact { toJournalBytes -= batch.bytes.count }
            group.append(entry)
        }
        return group
    }

    /// A group is durable: its records become visible and go on to the segments.
    mutating func complete(
        _ group: [JournalEntry],
        in journal: UInt64,
        _ afterwards: inout Afterwards
    ) {
        for entry in group {
            let partition = partitions[entry.serial]
            switch entry.fact {
            case .batch(let batch):
                guard let partition else {
                    pendingBytes -= batch.bytes.count
                    break
                }
                (lacksRoom, journalStall) = (false, nil)
                toSegments.append(Pending(serial: entry.serial, batch: batch, journal: journal))
                partition.advance(to: batch.header.endOffset, &afterwards)
            case .again(let batch):
                renewing -= 1
                renewed.append(
                    Renewal(
                        serial: entry.serial,
                        baseOffset: batch.header.baseOffset,
                        journal: journal
                    )
                )
            case .synced(let offset, base: _, position: _):
                partition?.advance(to: offset, &afterwards)
                evictTail()
            case .start(let offset):
                if let partition { partition.logStart = max(partition.logStart, offset) }
            }
            if let done = entry.done { afterwards.run { done(nil) } }
        }
    }

    /// A group and everything behind it cannot be written: all of it is refused, and the offsets
    /// are free again. What says how far segments are synced stays, and is tried again.
    mutating func refuse(
        _ group: [JournalEntry],
        because refusal: AppendRefusal,
        error: SegmentError,
        _ afterwards: inout Afterwards
    ) {
        var touched: Set<Int> = []
        var kept: [JournalEntry] = []
        for entry in group + toJournal.takeAll() {
            switch entry.fact {
            case .batch(let batch):
                pendingBytes -= batch.bytes.count
                touched.insert(entry.serial)
            case .again: renewing -= 1
            case .start: break
            case .synced:
                kept.append(entry)
                continue
            }
            if let done = entry.done { afterwards.run { done(error) } }
        }
        if refusal == .diskFull { lacksRoom = true }
        toJournalBytes = 0
        for entry in kept { toJournal.append(entry) }
        for serial in touched {
            guard let partition = partitions[serial] else { continue }
            let mark = partition.highWatermark
            tailBytes -= partition.takeBack(to: mark, because: refusal, &afterwards)
        }
    }

    /// Nothing can be trusted to reach the disk any more: what is not acknowledged is refused.
    /// `group`: What was being written, and waits for its answer like all that is behind it.
    mutating func fail(
        _ reason: String,
        writing group: [JournalEntry] = [],
        _ afterwards: inout Afterwards
    ) {
        if failure == nil {
            failure = reason
            findings.append(reason)
        }
        for entry in group + toJournal.takeAll() {
            if let done = entry.done { afterwards.run { done(.disk(reason)) } }
        }
        for partition in partitions.values {
            let mark = partition.highWatermark
            tailBytes -= partition.takeBack(to: mark, because: .storage(reason), &afterwards)
        }
    }

    /// Lets go of old batches that are in a segment and visible. What a partition keeps that cannot be written is passed
    /// over, some at a time, and keeps nothing of others in memory.
    mutating func evictTail() {
        var passes = 64
        while tailBytes > tailLimit, let serial = tailOrder.first {
            guard let partition = partitions[serial], let first = partition.tail.first else {
                _ = tailOrder.popFirst()
                continue
            }
            let end = first.header.endOffset
            guard end <= partition.writtenEnd, end <= partition.highWatermark else {
                guard passes > 0, stalls[serial] != nil || partition.damage != nil else { return }
                passes -= 1
                _ = tailOrder.popFirst()
                tailOrder.append(serial)
                continue
            }
            _ = tailOrder.popFirst()
            _ = partition.tail.popFirst()
            tailBytes -= first.bytes.count
        }
    }
}

extension Queue<StoreState.Pending> {
    /// The first journal file that something waits in. What does without a journal may stand before it.
    var firstJournal: UInt64? {
        for index in 0 ..< count {
            if let journal = self[index].journal { return journal }
        }
        return nil
    }
}

extension StoreState {
    /// Keeps the indexes of the old segments read last.
    mutating func dropIndexes() {
        while loadedIndexes.count > 64, let (serial, base) = loadedIndexes.popFirst() {
            guard let partition = partitions[serial],
                let place = partition.segments.firstIndex(where: { $0.base == base })
            else { continue }
            partition.segments[place].index = nil
        }
    }

    /// Forgets a topic; whoever waits for it is let go.
    mutating func remove(_ topic: Topic, folder: String, _ afterwards: inout Afterwards) {
        topics[topic.name] = nil
        var removed: [Int] = []
        for number in 0 ..< topic.partitions {
            let name = TopicPartition(topic.name, number)
            guard let serial = serials.removeValue(forKey: name),
                let partition = partitions.removeValue(forKey: serial)
            else { continue }
            for index in 0 ..< partition.tail.count {
                tailBytes -= partition.tail[index].bytes.count
            }
            partition.release(because: .unknownPartition, &afterwards)
            removed.append(serial)
            stalls[serial] = nil
            damaged.remove(serial)
        }
        removals.append(Removal(folder: folder, serials: removed))
    }
}
