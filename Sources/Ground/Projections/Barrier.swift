public import Logs
private import Synchronization

/// An offset that the folds of a partition do not pass while it stands. Whoever is about to say something that binds
/// the records from there on raises it first, and lowers it when the folds know.
public final class Barrier: Sendable {
    public let partition: Partition
    /// It stands here at the earliest.
    let least: Offset
    private let standing: Ticket
    private let place = Mutex<Offset?>(nil)

    init(_ partition: Partition, least: Offset, standing: Ticket) {
        self.partition = partition
        self.least = least
        self.standing = standing
    }

    /// Where it stands: no fold has gone further. Nil: the thread that folds has not come to it yet.
    public var offset: Offset? { place.withLock { $0 } }

    fileprivate func stand(at offset: Offset) {
        place.withLock { $0 = offset }
        standing.settle(true)
    }
}

extension Projector {
    /// Raises a barrier at an offset, or where the folds are if that is further.
    /// `standing`: Settled when it stands.
    public func raiseBarrier(
        on partition: Partition,
        from least: Offset,
        standing: Ticket
    ) -> Barrier {
        let barrier = Barrier(partition, least: least, standing: standing)
        send(.raise(barrier))
        return barrier
    }

    public func lower(_ barrier: Barrier) { send(.lower(barrier)) }

    /// Tells the folds of a partition that there are facts which bind its records. What is asked later is done later.
    public func takeUp(_ partition: Partition) { send(.takeUp(partition)) }
}

extension ProjectorLoop {
    mutating func raise(_ barrier: Barrier) {
        let reached = lanes[barrier.partition]?.seats.map(\.progress.next).max() ?? 0
        barrier.stand(at: max(reached, barrier.least))
        barriers.append(barrier)
    }

    mutating func lower(_ barrier: Barrier) {
        barriers.removeAll { $0 === barrier }
        work(on: barrier.partition)
    }

    /// Where the first barrier on a partition stands; nil: there is none.
    func limit(of partition: Partition) -> Offset? {
        guard !barriers.isEmpty else { return nil }
        return barriers.filter { $0.partition == partition }.compactMap(\.offset).min()
    }

    /// Lets everybody on a partition take up what was told of it. Rows that were folded without it are folded anew.
    mutating func takeUp(_ partition: Partition) {
        for index in lanes[partition]?.seats.indices ?? 0 ..< 0 {
            lanes[partition]?.seats[index].telling = .news
        }
        work(on: partition)
    }
}
