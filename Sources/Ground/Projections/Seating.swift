internal import Bytes
internal import Logs
internal import Store
internal import Synchronization

/// Giving projections their seats, and taking them away.
extension ProjectorLoop {
    private static let retryInterval = Duration.seconds(1)
    private static let noTopic = "there is no such topic or partition"

    /// Takes a projection off its partitions, or off one of them, and drops its rows.
    mutating func unseat(_ projection: any Projection, on only: Partition? = nil) {
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

    /// Drops the rows of a projection on a partition and folds them anew. Rows that cannot be dropped now, as for want of
    /// room, would be folded on as they are: that is tried again.
    mutating func rebuild(_ projection: any Projection, on partition: Partition) {
        do throws(StoreError) {
            try drop(projection, on: partition)
        } catch {
            guard case .full = error else {
                return projector.surroundings.report(
                    .storeFailed(projection: projection.name, partition: partition, error)
                )
            }
            projector.shared.withLock {
                $0.commands.append(.rebuild(generation: projection.generation, partition))
            }
            return pause()
        }
        unseat(projection, on: partition)
        publish()
        projector.surroundings.report(
            .rebuilding(projection: projection.name, partition: partition)
        )
        seat(projection, on: partition)
    }

    /// Gives a projection its seat, at the position its rows have, if the log there is the one they came from.
    /// `former`: Why it has waited until now; that is not said again.
    mutating func seat(
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
        } catch StoreError.full(let why) {
            wait(projection, partition, because: why, after: former)
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

    mutating func recheck(_ seat: Seat, _ partition: Partition) {
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
    mutating func reseat(_ partition: Partition) {
        let sitting = seats.removeValue(forKey: partition) ?? []
        stopReading(partition)
        // Nobody is to take the former positions for those that follow.
        publish()
        for seat in sitting { self.seat(seat.projection, on: partition) }
    }

    mutating func lose(_ partition: Partition) {
        for seat in seats.removeValue(forKey: partition) ?? [] {
            projector.surroundings.report(
                .topicMissing(projection: seat.projection.name, partition: partition)
            )
            wait(seat.projection, partition, because: Self.noTopic, after: Self.noTopic)
        }
        stopReading(partition)
        publish()
    }

    mutating func retryWaiting() {
        guard !waiting.isEmpty, ContinuousClock.now - lastRetry > Self.retryInterval else { return }
        lastRetry = .now
        let again = waiting
        waiting = []
        for place in again { seat(place.projection, on: place.partition, after: place.why) }
    }

    mutating func restartReading(_ partition: Partition) throws(LogError) {
        guard let lowest = seats[partition]?.map(\.progress.next).min() else { return }
        let isRead = barred.remove(partition) == nil && seats[partition]?.count ?? 0 > 1
        if isRead { try projector.reader.remove(partition) }
        try projector.reader.add(partition, from: lowest)
    }

    mutating func stopReading(_ partition: Partition) {
        // Nobody reads it while a barrier stands.
        if barred.remove(partition) != nil { return }
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
}
