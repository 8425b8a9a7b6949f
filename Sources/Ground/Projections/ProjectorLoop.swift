internal import Bytes
internal import Logs
internal import Store
internal import Synchronization
private import Workers

/// What a projector's thread does. Everything in here belongs to that thread.
struct ProjectorLoop {
    private let projector: Projector
    private var seats: [Partition: [Seat]] = [:]
    /// Partitions whose topic is not there (yet), or whose beginning could not be settled.
    private var waiting: [Waiting] = []
    /// Reads single records again: is it still the same log?
    private let probe: any LogReader
    private var lastFlush = ContinuousClock.now
    private var lastRetry = ContinuousClock.now
    private var lastSweep = ContinuousClock.now

    /// A projection that has no seat on its partition yet.
    private struct Waiting {
        var projection: any Projection
        var partition: Partition
        var why: String
    }

    private static let noTopic = "there is no such topic or partition"

    /// A family is flushed at the latest after this many unflushed bytes or this long: what a kill makes us read again.
    private static let flushBytes = 64 << 20
    private static let flushInterval = Duration.seconds(10)
    private static let sweepInterval = Duration.seconds(60)
    private static let retryInterval = Duration.seconds(1)
    private static let patience = TimeSpan.seconds(1)

    init(_ projector: Projector, probe: any LogReader) {
        self.projector = projector
        self.probe = probe
    }

    mutating func run() {
        while true {
            let (commands, isStopping) = projector.shared.withLock { shared in
                defer { shared.commands = [] }
                return (shared.commands, shared.isStopping)
            }
            if isStopping { break }
            for command in commands { obey(command) }
            retryWaiting()
            foldNext()
            flushIfDue()
        }
        flush()
        projector.reader.close()
        probe.close()
    }

    private mutating func obey(_ command: Projector.Command) {
        switch command {
        case .add(let projection, let partition): seat(projection, on: partition)
        case .remove(let projection): unseat(projection)
        case .rebuild(let generation, let partition):
            for seat in seats[partition] ?? [] where seat.projection.generation == generation {
                let projection = seat.projection
                unseat(projection, on: partition)
                self.seat(projection, on: partition)
            }
        case .checkLog:
            for (partition, sitting) in seats {
                for seat in sitting where seat.stopped == nil { recheck(seat, partition) }
            }
        }
        publish()
    }

    /// Takes a projection off its partitions, or off one of them, and drops its rows.
    private mutating func unseat(_ projection: any Projection, on only: Partition? = nil) {
        let generation = projection.generation
        if only == nil { waiting.removeAll { $0.projection.generation == generation } }
        for (partition, sitting) in seats where only == nil || partition == only {
            guard sitting.contains(where: { $0.projection.generation == generation }) else {
                continue
            }
            let others = sitting.filter { $0.projection.generation != generation }
            seats[partition] = others.isEmpty ? nil : others
            if others.isEmpty { stopReading(partition) }
            do throws(StoreError) {
                try drop(projection, on: partition)
            } catch {
                projector.surroundings.report(
                    .storeFailed(projection: projection.name, partition: partition, error)
                )
            }
        }
    }

    /// Gives a projection its seat, at the position its rows have, if the log there is the one they came from.
    /// `former`: Why it has waited until now; that is not said again.
    private mutating func seat(
        _ projection: any Projection,
        on partition: Partition,
        after former: String? = nil
    ) {
        do {
            let available = try projector.log.bounds(of: partition)
            let progress = try settledProgress(of: projection, on: partition, available: available)
            let answered = try projector.surroundings.lastAnswered(projection, partition)
            seats[partition, default: []].append(
                Seat(
                    projection: projection,
                    partition: partition,
                    progress: progress,
                    answered: answered
                )
            )
            try restartReading(partition)
        } catch let error as StoreError {
            projector.surroundings.report(
                .storeFailed(projection: projection.name, partition: partition, error)
            )
        } catch LogError.unknownTopic, LogError.unknownPartition {
            wait(projection, partition, because: Self.noTopic, after: former)
        } catch {
            wait(projection, partition, because: "\(error)", after: former)
        }
        publish()
    }

    private mutating func wait(
        _ projection: any Projection,
        _ partition: Partition,
        because why: String,
        after former: String?
    ) {
        waiting.append(Waiting(projection: projection, partition: partition, why: why))
        guard why != former else { return }
        projector.surroundings.report(
            .waiting(projection: projection.name, partition: partition, why: why)
        )
    }

    private func settledProgress(
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
        } else if let why = try difference(between: progress, and: partition, available: available)
        {
            verdict = .logChanged(projection: projection.name, partition: partition, why: why)
        } else {
            return progress
        }
        // Said before it is done: a kill in between finds it out again, and says it again.
        projector.surroundings.report(verdict)
        try drop(projection, on: partition)
        return fresh
    }

    private func drop(_ projection: any Projection, on partition: Partition) throws(StoreError) {
        let shelf = projection.shelf(of: partition.index)
        try projector.store.removeAll(from: shelf.prefix, to: shelf.end, in: projection.family)
        try projector.store.flush(projection.family)
    }

    /// Why the log is not the one that was folded; nil if it is.
    private func difference(
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

    private mutating func recheck(_ seat: Seat, _ partition: Partition) {
        do {
            let available = try projector.log.bounds(of: partition)
            if try difference(between: seat.progress, and: partition, available: available) != nil
                || seat.progress.next < available.lowerBound
            {
                reseat(partition)
            }
        } catch LogError.unknownTopic, LogError.unknownPartition {
            lose(partition)
        } catch {
            // No answer now; the next check asks again.
        }
    }

    /// Takes everybody off a partition and seats them anew, which finds out what is the matter.
    private mutating func reseat(_ partition: Partition) {
        let sitting = seats.removeValue(forKey: partition) ?? []
        stopReading(partition)
        for seat in sitting { self.seat(seat.projection, on: partition) }
    }

    private mutating func lose(_ partition: Partition) {
        for seat in seats.removeValue(forKey: partition) ?? [] {
            projector.surroundings.report(
                .topicMissing(projection: seat.projection.name, partition: partition)
            )
            wait(seat.projection, partition, because: Self.noTopic, after: Self.noTopic)
        }
        stopReading(partition)
        publish()
    }

    private mutating func restartReading(_ partition: Partition) throws(LogError) {
        guard let lowest = seats[partition]?.map(\.progress.next).min() else { return }
        if seats[partition]?.count ?? 0 > 1 { try projector.reader.remove(partition) }
        try projector.reader.add(partition, from: lowest)
    }

    private mutating func retryWaiting() {
        guard !waiting.isEmpty, ContinuousClock.now - lastRetry > Self.retryInterval else { return }
        lastRetry = .now
        let again = waiting
        waiting = []
        for place in again { seat(place.projection, on: place.partition, after: place.why) }
    }

    private mutating func foldNext() {
        do {
            let patience = waiting.isEmpty ? Self.patience : TimeSpan(microseconds: 200_000)
            for batch in try projector.reader.next(limit: projector.batchLimit, within: patience) {
                fold(batch)
            }
        } catch {
            switch error {
            case .offsetOutOfRange(let position, _): reseat(position.partition)
            case .unknownTopic(let topic):
                for partition in seats.keys where partition.topic == topic { lose(partition) }
            case .unknownPartition(let partition): lose(partition)
            case .corrupt(let why): stopAll(because: why)
            case .unreachable, .topicExists, .refused:
                // Reads go on by themselves once the log answers again; the pause keeps a closed log from spinning us.
                pause()
            }
        }
    }

    private mutating func fold(_ batch: RecordBatch) {
        guard var sitting = seats[batch.partition] else { return }
        for index in sitting.indices {
            fold(batch.records, with: &sitting[index])
        }
        seats[batch.partition] = sitting
        publish()
        if let next = sitting.filter({ $0.stopped == nil }).map(\.progress.next).min() {
            projector.surroundings.folded(batch.partition, batch.records, next)
        }
    }

    private func fold(_ records: [Record], with seat: inout Seat) {
        let wasStopped = seat.stopped != nil
        while true {
            do throws(SeatError) {
                _ = try seat.fold(records, into: projector.store) { (reactions) throws(LogError) in
                    try append(reactions)
                }
                break
            } catch {
                switch error {
                case .store(let error):
                    seat.stopped = "\(error)"
                    projector.surroundings.report(
                        .storeFailed(
                            projection: seat.projection.name,
                            partition: seat.partition,
                            error
                        )
                    )
                    return
                case .log:
                    // An append had no answer. What is in the log by now is known only by looking.
                    if projector.shared.withLock({ $0.isStopping }) { return }
                    pause()
                    guarded(seat.partition) { () throws(LogError) in
                        seat.answered = try projector.surroundings.lastAnswered(
                            seat.projection,
                            seat.partition
                        )
                    }
                }
            }
        }
        if !wasStopped, let why = seat.stopped {
            projector.surroundings.report(
                .stopped(projection: seat.projection.name, partition: seat.partition, why: why)
            )
        }
    }

    /// Appends each when the one before it is in the log. If a later one landed after an earlier one had failed, the
    /// last answered input would lie behind an answer that is missing, and nobody would look for that one again.
    private func append(_ reactions: [Reaction]) throws(LogError) {
        for reaction in reactions {
            if projector.shared.withLock({ $0.isStopping }) {
                throw .unreachable("the projector ends before everything that follows is appended")
            }
            let answer = Answer()
            projector.log.append(reaction.record, to: reaction.topic, partition: reaction.partition)
            { answer.give($0) }
            if case .failure(let error) = answer.wait() {
                throw .unreachable("appending what follows from a record: \(error)")
            }
        }
    }

    private mutating func stopAll(because why: String) {
        for (partition, sitting) in seats {
            var sitting = sitting
            for index in sitting.indices where sitting[index].stopped == nil {
                sitting[index].stopped = why
                projector.surroundings.report(
                    .stopped(
                        projection: sitting[index].projection.name,
                        partition: partition,
                        why: why
                    )
                )
            }
            seats[partition] = sitting
        }
        publish()
    }

    private mutating func flushIfDue() {
        let families = Set(seats.values.joined().map(\.projection.family))
        let isDue = ContinuousClock.now - lastFlush > Self.flushInterval
        guard
            isDue
                || families.contains(where: {
                    projector.store.unflushedBytes(of: $0) > Self.flushBytes
                })
        else { return }
        flush()
    }

    private mutating func flush() {
        lastFlush = .now
        sweepIfDue()
        for family in Set(seats.values.joined().map(\.projection.family)).sorted()
        where projector.store.unflushedBytes(of: family) > 0 {
            do {
                try projector.store.flush(family)
            } catch {
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
        for seat in seats.values.joined() where seat.stopped == nil {
            do throws(StoreError) {
                let dead = try seat.projection.deadRows(
                    of: seat.partition.index,
                    in: projector.store
                )
                if !dead.isEmpty { try projector.store.write(dead, to: seat.projection.family) }
            } catch {
                projector.surroundings.report(
                    .storeFailed(projection: seat.projection.name, partition: seat.partition, error)
                )
            }
        }
    }

    private func publish() {
        let statuses = seats.values.joined().map(\.status)
            .sorted { ($0.partition, $0.projection) < ($1.partition, $1.projection) }
        projector.shared.withLock { $0.seats = statuses }
    }

    private func stopReading(_ partition: Partition) {
        do throws(LogError) {
            try projector.reader.remove(partition)
        } catch {
            // After a fault that it has reported, a reader has let go of the partition already.
            if case .refused = error { return }
            projector.surroundings.report(
                .stopped(projection: "reader", partition: partition, why: "\(error)")
            )
        }
    }

    /// For calls whose failure the next read reports in its own words.
    private func guarded(_ partition: Partition, _ body: () throws(LogError) -> Void) {
        do { try body() } catch {
            projector.surroundings.report(
                .stopped(projection: "reader", partition: partition, why: "\(error)")
            )
        }
    }

    private func pause() { _ = Semaphore().wait(atMost: .milliseconds(100)) }
}
