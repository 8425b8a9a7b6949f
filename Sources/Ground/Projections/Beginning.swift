internal import Bytes
internal import Logs
internal import Store

/// Where a projection begins: is it the log that its rows came from?
extension Scout {
    /// Nil: its rows do not hold, and may not be dropped yet.
    func settledProgress(
        of projection: any Projection,
        on partition: Partition,
        _ looked: inout Looked
    ) throws -> Progress? {
        let available = try bounds(of: partition, &looked)
        let fresh = Progress(base: available.lowerBound, foldVersion: projection.foldVersion)
        let view = TableReader(
            store,
            family: projection.family,
            shelf: projection.shelf(of: partition.index)
        )
        guard let progress = try view.get(Progress.table, Progress.key) else { return fresh }
        let verdict: ProjectorReport
        if progress.foldVersion != projection.foldVersion {
            // Another fold version is rebuilt without an alarm: that is what it was raised for.
            try drop(projection, on: partition)
            return fresh
        } else if progress.next < available.lowerBound {
            verdict = .recordsLost(
                projection: projection.name,
                partition: partition,
                from: progress.next,
                to: available.lowerBound
            )
        } else if let why = try difference(between: progress, and: partition, &looked) {
            verdict = .logChanged(projection: projection.name, partition: partition, why: why)
        } else {
            return progress
        }
        return try giveUp(projection, on: partition, because: verdict) ? fresh : nil
    }

    /// Drops rows that do not hold. False: that may not be yet.
    func giveUp(
        _ projection: any Projection,
        on partition: Partition,
        because why: ProjectorReport
    ) throws -> Bool {
        guard try surroundings.mayDrop(projection, partition, why) else { return false }
        // Said before it is done: a kill in between finds it out again, and says it again.
        surroundings.report(why)
        try drop(projection, on: partition)
        return true
    }

    func drop(_ projection: any Projection, on partition: Partition) throws(StoreError) {
        let shelf = projection.shelf(of: partition.index)
        try store.removeAll(from: shelf.prefix, to: shelf.end, in: projection.family)
        try store.flush(projection.family)
        surroundings.dropped(projection, partition)
    }

    private func bounds(
        of partition: Partition,
        _ looked: inout Looked
    ) throws(LogError) -> Range<Offset> {
        if let known = looked.bounds[partition] { return known }
        let bounds = try log.bounds(of: partition)
        looked.bounds[partition] = bounds
        return bounds
    }

    /// The same, looked up once for all that have come equally far.
    private func difference(
        between progress: Progress,
        and partition: Partition,
        _ looked: inout Looked
    ) throws(LogError) -> String? {
        if let known = looked.differences[partition]?[progress] { return known }
        let why = try difference(
            between: progress,
            and: partition,
            available: try bounds(of: partition, &looked)
        )
        looked.differences[partition, default: [:]][progress] = .some(why)
        return why
    }

    /// Why the log is not the one that was folded; nil if it is.
    func difference(
        between progress: Progress,
        and partition: Partition,
        available: Range<Offset>
    ) throws(LogError) -> String? {
        guard let last = progress.last else { return nil }
        if progress.next > available.upperBound {
            return "it ends at \(available.upperBound), and \(progress.next) was folded already"
        }
        // Folded, and taken by retention since: there is nothing left to compare, and nothing missing.
        if last < available.lowerBound { return nil }
        guard let record = try probe.record(at: last, of: partition) else {
            return "the record at \(last), folded before, is not there"
        }
        guard UInt64(record.checksum) == progress.lastChecksum else {
            return "the record at \(last) is not the one that was folded"
        }
        return nil
    }
}
