/// One partition in memory. It is read and changed only under the store's lock, which the compiler
/// cannot see; a class, because copying a tail to change it would be slow.
final class PartitionState: @unchecked Sendable {
    let serial: Int
    let name: TopicPartition
    let key: Checkpoint.Key
    let folder: String
    /// Changed while the topic is there, by whoever may.
    var settings: TopicSettings

    /// logStart ≤ writtenEnd, highWatermark ≤ next. Readers see what is below the high watermark.
    var logStart: Int64
    var highWatermark: Int64
    /// What the next record will be.
    var next: Int64
    /// Everything below is in a segment.
    var writtenEnd: Int64

    /// With everything below `next`, and with everything below `writtenEnd`.
    var producers: ProducerTable
    var writtenProducers: ProducerTable

    /// The youngest batches, up to `next`. It holds at least what is not in a segment.
    var tail = Queue<StoredBatch>()
    var unanswered = Queue<Unanswered>()
    var duplicates: [Unanswered] = []
    var waiters: [UInt64: Waiter] = [:]
    /// Ascending; the last is being written unless it is sealed.
    var segments: [SegmentSummary]
    /// Set where acknowledged records are missing: nothing can be appended behind them.
    var damage: String?
    /// Compressed batches below this offset were taken unseen, by an earlier release.
    var checkedFrom: Int64 = 0
    /// The segment being written is old enough to be sealed although it is not full.
    var wantsRoll = false

    init(
        serial: Int,
        name: TopicPartition,
        key: Checkpoint.Key,
        folder: String,
        settings: TopicSettings,
        logStart: Int64 = 0,
        end: Int64 = 0,
        producers: ProducerTable = ProducerTable(),
        segments: [SegmentSummary] = [],
        damage: String? = nil
    ) {
        self.serial = serial
        self.name = name
        self.key = key
        self.folder = folder
        self.settings = settings
        self.logStart = logStart
        (highWatermark, next, writtenEnd) = (end, end, end)
        (self.producers, writtenProducers) = (producers, producers)
        self.segments = segments
        self.damage = damage
    }

    /// Someone who appended and waits.
    struct Unanswered: Sendable {
        let endOffset: Int64
        let baseOffset: Int64
        let logAppendTime: Int64
        let done: @Sendable (Result<Appended, AppendRefusal>) -> Void
    }

    /// Someone who waits for records.
    struct Waiter: Sendable {
        let offset: Int64
        let body: @Sendable () -> Void
    }
}

/// What is known of one segment.
struct SegmentSummary: Sendable {
    let base: Int64
    var end: Int64
    var size: Int64
    var maxTimestamp: Int64
    var isSealed: Bool
    /// Nil until someone reads an old segment.
    var index: SegmentIndex?

    init(
        base: Int64,
        end: Int64,
        size: Int64,
        maxTimestamp: Int64,
        isSealed: Bool,
        index: SegmentIndex?
    ) {
        self.base = base
        self.end = end
        self.size = size
        self.maxTimestamp = maxTimestamp
        self.isSealed = isSealed
        self.index = index
    }

    /// A segment that nothing was written to yet.
    init(startingAt base: Int64) {
        self.init(
            base: base,
            end: base,
            size: 0,
            maxTimestamp: -1,
            isSealed: false,
            index: SegmentIndex(base: base)
        )
    }
}

extension PartitionState {
    var bounds: Range<Int64> { logStart ..< max(logStart, highWatermark) }

    /// Takes batches in: they have offsets now, and wait to become durable.
    func admit(_ batches: [StoredBatch]) -> [StoredBatch] {
        batches.map { batch in
            var (header, bytes) = (batch.header, batch.bytes)
            header.baseOffset = next
            bytes.overwrite(next, at: 0)
            let placed = StoredBatch(header: header, bytes: bytes)
            producers.record(header)
            tail.append(placed)
            next = header.endOffset
            return placed
        }
    }

    /// Makes everything below `offset` visible.
    func advance(to offset: Int64, _ afterwards: inout Afterwards) {
        guard offset > highWatermark else { return }
        highWatermark = offset
        while let first = unanswered.first, first.endOffset <= offset {
            _ = unanswered.popFirst()
            answer(first, &afterwards)
        }
        if !duplicates.isEmpty {
            for duplicate in duplicates where duplicate.endOffset <= offset {
                answer(duplicate, &afterwards)
            }
            duplicates.removeAll { $0.endOffset <= offset }
        }
        for (token, waiter) in waiters where waiter.offset < offset {
            afterwards.run(waiter.body)
            waiters[token] = nil
        }
    }

    func answer(_ request: Unanswered, _ afterwards: inout Afterwards) {
        let appended = Appended(
            baseOffset: request.baseOffset,
            logStart: logStart,
            logAppendTime: request.logAppendTime
        )
        let done = request.done
        afterwards.run { done(.success(appended)) }
    }

    /// Takes back everything from `offset` on, none of which was acknowledged.
    /// - Returns: How many bytes the tail lost.
    func takeBack(
        to offset: Int64,
        because refusal: AppendRefusal,
        _ afterwards: inout Afterwards
    ) -> Int {
        precondition(offset >= highWatermark, "What is visible is never taken back.")
        var bytes = 0
        while let last = tail.last, last.header.baseOffset >= offset {
            bytes += last.bytes.count
            _ = tail.popLast()
        }
        next = min(next, offset)
        producers = writtenProducers
        let unwritten = tail.partitionPoint { $0.header.baseOffset < writtenEnd }
        for index in unwritten ..< tail.count { producers.record(tail[index].header) }
        let waiting = unanswered.takeAll() + duplicates
        duplicates = []
        for request in waiting {
            if request.endOffset > offset {
                let done = request.done
                afterwards.run { done(.failure(refusal)) }
            } else {
                unanswered.append(request)
            }
        }
        return bytes
    }

    /// Lets everyone go who waits for this partition.
    func release(because refusal: AppendRefusal, _ afterwards: inout Afterwards) {
        for request in unanswered.takeAll() + duplicates {
            let done = request.done
            afterwards.run { done(.failure(refusal)) }
        }
        duplicates = []
        for waiter in waiters.values { afterwards.run(waiter.body) }
        waiters = [:]
    }
}

/// What is to be done once the lock is free.
struct Afterwards: Sendable {
    private var bodies: [@Sendable () -> Void] = []

    mutating func run(_ body: @escaping @Sendable () -> Void) { bodies.append(body) }

    func perform() {
        for body in bodies { body() }
    }
}
