internal import Logs
internal import Store

/// What is done with the store every few seconds.
extension ProjectorLoop {
    /// A family is flushed at the latest after this many unflushed bytes or this long: what a kill makes us read again.
    private static let flushBytes = 64 << 20
    private static let flushInterval = Duration.seconds(10)
    private static let sweepInterval = Duration.seconds(60)

    mutating func flushIfDue() {
        let families = Set(lanes.values.flatMap(\.seats).map(\.projection.family))
        let isDue = ContinuousClock.now - lastFlush > Self.flushInterval
        guard
            isDue
                || families.contains(where: {
                    projector.store.unflushedBytes(of: $0) > Self.flushBytes
                })
        else { return }
        flush()
    }

    mutating func flush() {
        lastFlush = .now
        sweepIfDue()
        for family in Set(lanes.values.flatMap(\.seats).map(\.projection.family)).sorted()
        where projector.store.unflushedBytes(of: family) > 0 {
            do throws(StoreError) {
                try projector.store.flush(family)
            } catch {
                // What is not on the disk yet stays in memory, and is flushed when there is room.
                if case .full = error { continue }
                projector.surroundings.report(
                    .storeFailed(projection: family.name, partition: Partition("", 0), error)
                )
            }
        }
    }

    /// Removes rows that no longer count. Readers and digests skip them already, so nothing but room depends on it.
    private mutating func sweepIfDue() {
        guard ContinuousClock.now - lastSweep > Self.sweepInterval else { return }
        lastSweep = .now
        for seat in lanes.values.flatMap(\.seats) where seat.stopped == nil && seat.landing == nil {
            do throws(StoreError) {
                let dead = try seat.projection.deadRows(
                    of: seat.partition.index,
                    in: projector.store
                )
                if !dead.isEmpty { try projector.store.write(dead, to: seat.projection.family) }
            } catch {
                if case .full = error { return }
                projector.surroundings.report(
                    .storeFailed(projection: seat.projection.name, partition: seat.partition, error)
                )
            }
        }
    }
}
