public import Bytes
public import Logs
public import Store

/// One projection on one partition.
struct Seat {
    let projection: any Projection
    let partition: Partition
    var progress: Progress
    /// Inputs up to here have their answer in the log already.
    var answered: Offset
    /// Why it does not go on; nil while it does.
    var stopped: String?

    /// Folds what it has not folded yet, appends the reactions, and writes rows and position in one batch.
    /// - Returns: How many records were folded.
    mutating func fold(
        _ records: [Record],
        into store: any Store,
        appending append: ([Reaction]) throws(LogError) -> Void
    ) throws(SeatError) -> Int {
        guard stopped == nil, let newest = records.last, newest.offset >= progress.next else {
            return 0
        }
        let shelf = projection.shelf(of: partition.index)
        var changes = Changes(
            over: store,
            family: projection.family,
            shelf: shelf,
            at: progress.next
        )
        var progress = progress
        var reactions: [Reaction] = []
        var stop: FoldStop?
        let new = records.drop { $0.offset < progress.next }
        var end = new.startIndex
        for record in new {
            changes.offset = record.offset
            do {
                if let reaction = try projection.apply(record, of: partition, to: &changes),
                    record.offset > answered
                {
                    reactions.append(reaction)
                }
            } catch {
                stop = error
                break
            }
            end += 1
        }
        progress.advance(past: new[..<end])
        if let failure = changes.failure { throw .store(failure) }
        let count = end - new.startIndex
        if count > 0 {
            do throws(LogError) {
                if !reactions.isEmpty { try append(reactions) }
            } catch { throw .log(error) }
            changes[Progress.table, Progress.key] = progress
            do throws(StoreError) {
                try store.write(changes.batch(), to: projection.family)
            } catch { throw .store(error) }
            self.progress = progress
            if !reactions.isEmpty, let last = progress.last { answered = max(answered, last) }
        }
        if let stop {
            stopped = "\(stop) (at \(Position(partition, progress.next)))"
        }
        return count
    }
}

/// What kept a batch from landing. The rows are as they were before it.
enum SeatError: Error {
    case store(StoreError)
    case log(LogError)
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

extension Seat {
    var status: SeatStatus {
        SeatStatus(
            projection: projection.name,
            family: projection.family,
            generation: projection.generation,
            foldVersion: projection.foldVersion,
            partition: partition,
            progress: progress,
            stopped: stopped
        )
    }
}
