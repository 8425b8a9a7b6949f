public import Bytes
public import Logs
public import Store

/// One projection on one partition.
struct Seat {
    let projection: any Projection
    let partition: Partition
    var progress: Progress
    /// Why it does not go on; nil while it does.
    var stopped: String?
    /// Whether only another release, or a new state, makes it go on.
    var isStoppedForGood = false
    /// When what failed is tried again.
    var retry = Retry()
    var telling = Telling.news
    /// Where it stood when its dead rows were removed last, and how many rows were left.
    private var swept: (next: Offset, kept: Int64)

    init(
        projection: any Projection,
        partition: Partition,
        progress: Progress
    ) {
        self.projection = projection
        self.partition = partition
        self.progress = progress
        swept = (progress.next, 0)
    }

    /// Whether it has folded half as many records as it had rows when its dead rows were removed last.
    var isWorthSweeping: Bool {
        stopped == nil && progress.next - swept.next >= max(1_024, swept.kept / 2)
    }

    mutating func noteSwept(keeping kept: Int64) { swept = (progress.next, kept) }

    /// Whether it goes by the facts that bind its records.
    enum Telling {
        /// They are taken up before it folds further.
        case news
        case known
        /// Its rows do not agree with them, which is told when they are folded anew.
        case contradicted(ProjectorReport)
    }

    /// Whether it could fold something now.
    func isFree(_ now: ContinuousClock.Instant) -> Bool {
        !isStoppedForGood && whyAnew == nil && retry.isDue(now)
    }

    /// Why its rows are to be folded anew; nil: they are not.
    var whyAnew: ProjectorReport? {
        if case .contradicted(let why) = telling { why } else { nil }
    }

    /// Takes up what was told of its partition, if that may be news.
    mutating func takeUp(from store: any Store) throws(StoreError) {
        guard case .news = telling else { return }
        let name = projection.name
        let view = projection.rows(of: partition.index, in: store)
        switch try projection.takeUp(on: partition.index, at: progress, in: view) {
        case .agrees: telling = .known
        case .toldTooLate:
            telling = .contradicted(.toldTooLate(projection: name, partition: partition))
        case .broken(let why):
            telling = .contradicted(.rowsBroken(projection: name, partition: partition, why: why))
        }
    }

    /// Folds what it has not folded yet, and writes rows and position in one batch.
    /// Returns: Whether there was anything to write.
    mutating func fold(_ records: [Record], into store: any Store) throws(StoreError) -> Bool {
        guard !isStoppedForGood, let newest = records.last, newest.offset >= progress.next
        else { return false }
        var changes = Changes(
            over: store,
            family: projection.family,
            shelf: projection.shelf(of: partition.index),
            at: progress.next
        )
        var stop: FoldStop?
        let new = records.drop { $0.offset < progress.next }
        var end = new.startIndex
        for record in new {
            changes.offset = record.offset
            do {
                try projection.apply(record, of: partition, to: &changes)
            } catch {
                stop = error
                break
            }
            end += 1
        }
        if let failure = changes.failure { throw failure }
        guard end > new.startIndex else {
            stand(at: stop)
            return false
        }
        var next = progress
        next.advance(past: new[..<end])
        changes[Progress.table, Progress.key] = next
        try store.write(changes.batch(), to: projection.family)
        progress = next
        stopped = nil
        retry = Retry()
        stand(at: stop)
        return true
    }

    private mutating func stand(at stop: FoldStop?) {
        guard let stop else { return }
        stopped = "\(stop) (at \(Position(partition, progress.next)))"
        isStoppedForGood = true
    }
}

/// When something that failed is tried again: after a while that doubles each time.
struct Retry {
    private(set) var due: ContinuousClock.Instant?
    private var delay: Duration?

    func isDue(_ now: ContinuousClock.Instant) -> Bool { due.map { $0 <= now } ?? true }

    mutating func fail(
        _ now: ContinuousClock.Instant,
        first: Duration,
        longest: Duration
    ) {
        let next = delay.map { min($0 * 2, longest) } ?? first
        delay = next
        due = now + next
    }
}

/// Where a projection stands on one partition.
public struct SeatStatus: Sendable, Hashable {
    public var projection: String
    public var family: Family
    public var generation: Digest
    public var foldVersion: Int64
    public var partition: Partition
    public var progress: Progress
    /// Why it does not go on; nil while it does.
    public var stopped: String?
}

/// A projection that has no seat on its partition yet, and why not.
public struct WaitStatus: Sendable, Hashable {
    public static let noTopic = "there is no such topic or partition"

    public var projection: String
    public var generation: Digest
    public var partition: Partition
    public var why: String
    /// Whether it has lasted, or is of a kind that does not pass by itself.
    public var isStanding: Bool
}

extension Seat {
    /// `unreadable`: Why the partition cannot be read.
    func status(_ unreadable: String?) -> SeatStatus {
        SeatStatus(
            projection: projection.name,
            family: projection.family,
            generation: projection.generation,
            foldVersion: projection.foldVersion,
            partition: partition,
            progress: progress,
            stopped: stopped ?? unreadable
        )
    }
}
