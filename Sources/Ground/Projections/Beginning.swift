internal import Bytes
internal import Logs
internal import Store

/// Where a projection begins: is it the log that its rows came from?
extension ProjectorLoop {
    func settledProgress(
        of projection: any Projection,
        on partition: Partition,
        available: Range<Offset>
    ) throws -> Progress {
        let fresh = Progress(base: available.lowerBound, foldVersion: projection.foldVersion)
        let view = TableReader(
            projector.store,
            family: projection.family,
            shelf: projection.shelf(of: partition.index)
        )
        guard let progress = try view.get(Progress.table, Progress.key) else {
            return try begun(fresh, projection, partition, view)
        }
        let verdict: ProjectorReport
        if progress.foldVersion != projection.foldVersion {
            // Another fold version is rebuilt without an alarm: that is what it was raised for.
            try drop(projection, on: partition)
            return try begun(fresh, projection, partition, view)
        } else if progress.next < available.lowerBound {
            verdict = .recordsLost(
                projection: projection.name,
                partition: partition,
                from: progress.next,
                to: available.lowerBound
            )
        } else if let why = try difference(between: progress, and: partition, available: available)
        {
            verdict = .logChanged(projection: projection.name, partition: partition, why: why)
        } else if try !projection.takeUp(on: partition.index, at: progress, in: view) {
            verdict = .toldTooLate(projection: projection.name, partition: partition)
        } else {
            return progress
        }
        // Said before it is done: a kill in between finds it out again, and says it again.
        projector.surroundings.report(verdict)
        try drop(projection, on: partition)
        return try begun(fresh, projection, partition, view)
    }

    /// Rows that are still to come agree with all that is known; it is taken up before the first of them.
    private func begun(
        _ fresh: Progress,
        _ projection: any Projection,
        _ partition: Partition,
        _ view: TableReader
    ) throws(StoreError) -> Progress {
        _ = try projection.takeUp(on: partition.index, at: fresh, in: view)
        return fresh
    }

    func drop(_ projection: any Projection, on partition: Partition) throws(StoreError) {
        let shelf = projection.shelf(of: partition.index)
        try projector.store.removeAll(from: shelf.prefix, to: shelf.end, in: projection.family)
        try projector.store.flush(projection.family)
    }

    /// Why the log is not the one that was folded; nil if it is.
    func difference(
        between progress: Progress,
        and partition: Partition,
        available: Range<Offset>
    ) throws -> String? {
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
