internal import Logs

/// One partition as a projector reads it: who folds it, and what was read of it that not everybody has folded yet.
/// Whoever has to wait is overtaken by the others, here and on other partitions.
struct Lane {
    let partition: Partition
    var seats: [Seat] = []
    /// What was read, in its order.
    private(set) var held: [RecordBatch] = []
    private var heldBytes = 0
    private var heldRecords = 0
    /// Everything from here to `end` is held. Who stands before it has to have it read again.
    private(set) var start = Offset.max
    /// Where the reader goes on.
    private(set) var end = Offset.max
    private(set) var isRead = false
    /// Why it cannot be read, from which offset on.
    private(set) var unreadable: (why: String, from: Offset)?
    private(set) var retry = Retry()
    private var readSince = ContinuousClock.now

    /// What may be held for those who wait. Beyond it the partition is read again for them.
    static let mostBytes = 32 << 20
    static let mostRecords = 131_072
    /// After so long without the error, a partition that could not be read can be. A log may need twenty seconds to see
    /// that nothing comes.
    private static let proof = Duration.seconds(30)

    init(_ partition: Partition) { self.partition = partition }

    var isFull: Bool {
        heldBytes > Self.mostBytes || heldRecords > Self.mostRecords
    }

    mutating func beginReading(from offset: Offset, keepingHeld: Bool) {
        if !keepingHeld {
            letGo()
            start = offset
        }
        end = offset
        isRead = true
        readSince = .now
    }

    mutating func endReading() { isRead = false }

    mutating func hold(_ batch: RecordBatch) {
        guard let last = batch.records.last else { return }
        held.append(batch)
        heldBytes += batch.byteCount
        heldRecords += batch.records.count
        end = last.offset + 1
        if let unreadable, end > unreadable.from { noteReadable() }
    }

    /// The held records from which somebody has to fold next; nil where there are none.
    /// `limit`: Only those before it.
    func next(for seat: Seat, before limit: Offset?) -> [Record]? {
        guard seat.progress.next >= start,
            let batch = batch(with: seat.progress.next)
        else { return nil }
        guard let limit, let last = batch.records.last, last.offset >= limit else {
            return batch.records
        }
        let before = batch.records.prefix { $0.offset < limit }
        guard let last = before.last, last.offset >= seat.progress.next else { return nil }
        return Array(before)
    }

    /// The first batch that does not end before an offset.
    private func batch(with offset: Offset) -> RecordBatch? {
        var (low, high) = (0, held.count)
        while low < high {
            let middle = (low + high) / 2
            if held[middle].records.last.map({ $0.offset < offset }) ?? true {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low < held.count ? held[low] : nil
    }

    /// Takes out what everybody has folded who goes on.
    mutating func takeFolded() -> [Record] {
        let next = seats.filter { !$0.isStoppedForGood }.map(\.progress.next).min()
        let count = held.prefix { batch in
            batch.records.last.map { $0.offset < next ?? .max } ?? true
        }.count
        guard count > 0 else { return [] }
        // Mostly one, which need not be copied.
        let folded = count == 1 ? held[0].records : held[..<count].flatMap(\.records)
        for batch in held[..<count] {
            heldBytes -= batch.byteCount
            heldRecords -= batch.records.count
        }
        held.removeFirst(count)
        if let last = folded.last { start = last.offset + 1 }
        return folded
    }

    /// Whoever has not folded it has it read again.
    mutating func dropHeld() {
        letGo()
        start = end
    }

    private mutating func letGo() { (held, heldBytes, heldRecords) = ([], 0, 0) }

    /// Where reading has to begin for those who could fold and have nothing to; nil: it goes on well as it is.
    func startOfReading(_ now: ContinuousClock.Instant) -> (from: Offset, keepsHeld: Bool)? {
        let free = seats.filter { $0.isFree(now) }.map(\.progress.next)
        if let behind = free.filter({ $0 < start }).min() { return (behind, false) }
        return isRead || free.isEmpty || !held.isEmpty ? nil : (end, true)
    }

    mutating func noteUnreadable(
        from offset: Offset,
        because why: String,
        _ now: ContinuousClock.Instant
    ) {
        isRead = false
        if start == .max { (start, end) = (offset, offset) }
        unreadable = (why, max(offset, unreadable?.from ?? offset))
        retry.fail(now, first: .seconds(1), longest: .seconds(8))
    }

    mutating func noteUnreachable(_ now: ContinuousClock.Instant) {
        retry.fail(now, first: .seconds(1), longest: .seconds(8))
    }

    /// Whether it has turned out to be readable again.
    mutating func isMended(_ now: ContinuousClock.Instant) -> Bool {
        guard unreadable != nil, isRead, now - readSince > Self.proof else { return false }
        noteReadable()
        return true
    }

    private mutating func noteReadable() {
        unreadable = nil
        retry = Retry()
    }
}

extension RecordBatch {
    /// What it takes of memory, about.
    fileprivate var byteCount: Int {
        records.reduce(0) { sum, record in
            record.headers.reduce(sum + 64 + (record.key?.count ?? 0) + (record.value?.count ?? 0))
            {
                $0 + 32 + $1.name.utf8.count + ($1.value?.count ?? 0)
            }
        }
    }
}
