internal import Bytes
internal import Logs
internal import Store

/// What is done with the store every few seconds.
extension ProjectorLoop {
    /// A family is flushed at the latest after this many unflushed bytes or this long: what a kill makes us read again.
    private static let flushBytes = 64 << 20
    private static let flushInterval = Duration.seconds(10)
    private static let sweepInterval = Duration.seconds(60)

    /// So many rows are looked at before the next records.
    private static let sweepRows = 8_192

    /// The removal of a seat's dead rows, under way.
    struct Sweep {
        var place: Place
        /// The last key that was looked at; nil: it begins.
        var reached: [UInt8]?
        var kept: Int64 = 0
    }

    mutating func flushIfDue() {
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
        beginSweeping()
        for family in families.sorted() where projector.store.unflushedBytes(of: family) > 0 {
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

    /// Has the dead rows of those removed who have folded much since that was done last, so that each record costs the
    /// same, however many rows there are. Readers and digests skip them already: nothing but room depends on it.
    private mutating func beginSweeping() {
        guard ContinuousClock.now - lastSweep > Self.sweepInterval, sweeps.isEmpty else { return }
        lastSweep = .now
        for seat in lanes.values.lazy.flatMap(\.seats) where seat.isWorthSweeping {
            sweeps.append(
                Sweep(
                    place: Place(
                        generation: seat.projection.generation,
                        partition: seat.partition
                    )
                )
            )
        }
    }

    /// Goes on with the removal of dead rows by some of them.
    mutating func sweepOn() {
        guard var sweep = sweeps.popLast(),
            let index = lanes[sweep.place.partition]?.seats.firstIndex(where: {
                $0.projection.generation == sweep.place.generation
            }),
            let seat = lanes[sweep.place.partition]?.seats[index], seat.stopped == nil
        else { return }
        do throws(StoreError) {
            let dead = try seat.projection.deadRows(
                of: seat.partition.index,
                in: projector.store,
                after: sweep.reached,
                among: Self.sweepRows
            )
            if !dead.batch.isEmpty {
                try projector.store.write(dead.batch, to: seat.projection.family)
            }
            sweep.kept += dead.kept
            sweep.reached = dead.last
            if dead.last == nil {
                lanes[sweep.place.partition]?.seats[index].noteSwept(keeping: sweep.kept)
            } else {
                sweeps.append(sweep)
            }
        } catch {
            if case .full = error { return }
            projector.surroundings.report(
                .storeFailed(projection: seat.projection.name, partition: seat.partition, error)
            )
        }
    }

    /// Does something with the rows of a seat, if there is one whose rows hold.
    func tidy(_ tidying: Projector.Tidying) {
        defer { tidying.ended() }
        guard
            let seat = lanes[tidying.partition]?.seats
                .first(where: { $0.projection.generation == tidying.generation }),
            seat.whyAnew == nil
        else { return }
        do throws(StoreError) {
            try tidying.body(projector.store)
        } catch {
            // It is done again when there is room.
            if case .full = error { return }
            projector.surroundings.report(
                .storeFailed(projection: seat.projection.name, partition: seat.partition, error)
            )
        }
    }
}
