public import Logs
internal import Store
private import Synchronization

/// An offset that the folds of a partition do not pass while it stands. Whoever is about to say something that binds
/// the records from there on raises it first, and lowers it when the folds know.
public final class Barrier: Sendable {
    public let partition: Partition
    /// It stands here at the earliest.
    let least: Offset
    private let place = Mutex<Offset?>(nil)

    init(_ partition: Partition, least: Offset) {
        self.partition = partition
        self.least = least
    }

    /// Where it stands: no fold has gone further. Nil: the thread that folds has not come to it yet.
    public var offset: Offset? { place.withLock { $0 } }

    fileprivate func stand(at offset: Offset) { place.withLock { $0 = offset } }
}

extension Projector {
    /// Raises a barrier at an offset, or where the folds are if that is further.
    public func raiseBarrier(on partition: Partition, from least: Offset) -> Barrier {
        let barrier = Barrier(partition, least: least)
        send(.raise(barrier))
        return barrier
    }

    public func lower(_ barrier: Barrier) { send(.lower(barrier)) }

    /// Tells the folds of a partition that there are facts which bind its records. What is asked later is done later.
    public func takeUp(_ partition: Partition) { send(.takeUp(partition)) }
}

extension ProjectorLoop {
    mutating func raise(_ barrier: Barrier) {
        let reached = (seats[barrier.partition] ?? []).map(\.progress.next).max() ?? 0
        barrier.stand(at: max(reached, barrier.least))
        barriers.append(barrier)
    }

    mutating func lower(_ barrier: Barrier) {
        barriers.removeAll { $0 === barrier }
        let partition = barrier.partition
        guard barred.contains(partition), limit(of: partition) == nil else { return }
        do throws(LogError) {
            try restartReading(partition)
        } catch {
            // Whoever sits there is seated anew, which finds out what is the matter and tries again.
            barred.insert(partition)
            reseat(partition)
        }
    }

    private func limit(of partition: Partition) -> Offset? {
        barriers.filter { $0.partition == partition }.compactMap(\.offset).min()
    }

    /// What of a batch lies before the barrier of its partition; nil: nothing. What lies behind it is read again later.
    mutating func short(of batch: RecordBatch) -> RecordBatch? {
        guard !barriers.isEmpty, let limit = limit(of: batch.partition) else { return batch }
        guard !barred.contains(batch.partition) else { return nil }
        guard let last = batch.records.last, last.offset >= limit else { return batch }
        stopReading(batch.partition)
        barred.insert(batch.partition)
        let before = batch.records.prefix { $0.offset < limit }
        return before.isEmpty ? nil : RecordBatch(batch.partition, Array(before))
    }

    /// Lets everybody on a partition take up what was told of it. Rows that were folded without it are folded anew.
    mutating func takeUp(_ partition: Partition) {
        for seat in seats[partition] ?? [] {
            let view = seat.projection.rows(of: partition.index, in: projector.store)
            do throws(StoreError) {
                let agrees = try seat.projection.takeUp(
                    on: partition.index,
                    at: seat.progress,
                    in: view
                )
                if agrees { continue }
            } catch {
                projector.surroundings.report(
                    .storeFailed(projection: seat.projection.name, partition: partition, error)
                )
                continue
            }
            let name = seat.projection.name
            projector.surroundings.report(.toldTooLate(projection: name, partition: partition))
            unseat(seat.projection, on: partition)
            self.seat(seat.projection, on: partition)
        }
    }
}
