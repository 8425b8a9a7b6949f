internal import Bytes
internal import Logs
internal import Store
internal import Synchronization
private import Workers

/// Reading the next records, and folding them with everybody who sits on their partition.
extension ProjectorLoop {
    private static let pauseWithoutRoom = Duration.milliseconds(500)

    mutating func foldNext() {
        let now = ContinuousClock.now
        let patience = (nextLook(now) - now) / .microseconds(1)
        do {
            for batch in try projector.reader.next(
                limit: projector.batchLimit,
                within: TimeSpan(microseconds: Int64(patience))
            ) {
                lanes[batch.partition]?.hold(batch)
                work(on: batch.partition)
            }
        } catch {
            switch error {
            case .offsetOutOfRange(let position, _): reseat(position.partition)
            case .unknownTopic(let topic):
                for partition in lanes.keys where partition.topic == topic { lose(partition) }
            case .unknownPartition(let partition): lose(partition)
            case .corrupt(let position, let why): stand(before: position, because: why)
            case .unreachable, .topicExists, .refused:
                // Reads go on by themselves once the log answers again; the pause keeps a closed log from spinning us.
                _ = Semaphore().wait(atMost: .milliseconds(100))
            }
        }
    }

    /// Everybody on a partition folds what is there for them, and whoever waited for something is looked after.
    mutating func work(on partition: Partition) {
        guard var lane = lanes[partition] else { return }
        let former = lane.seats.map(\.stopped)
        var hasLanded = false
        for index in lane.seats.indices {
            while fold(&lane.seats[index], in: lane, &hasLanded) {}
        }
        let folded = lane.takeFolded()
        let now = ContinuousClock.now
        if lane.isFull {
            if lane.seats.contains(where: { $0.isFree(now) && $0.progress.next >= lane.end }) {
                lane.dropHeld()
            } else if lane.isRead {
                // Nobody would gain by more.
                stopReading(partition)
                lane.endReading()
            }
        }
        if lane.isMended(now) { hasLanded = true }
        lanes[partition] = lane
        for seat in lane.seats {
            if let why = seat.whyAnew { foldAnew(seat, because: why) }
        }
        read(partition, now)
        guard let lane = lanes[partition] else { return }
        let isQuiet =
            lane.isRead && lane.unreadable == nil
            && lane.seats.allSatisfy { $0.isStoppedForGood || $0.isFree(now) }
        if isQuiet { busy.remove(partition) } else { busy.insert(partition) }
        guard hasLanded || !folded.isEmpty || lane.seats.map(\.stopped) != former else { return }
        publish(partition)
        if let next = lane.seats.filter({ $0.stopped == nil }).map(\.progress.next).min() {
            projector.surroundings.folded(partition, folded, next)
        }
    }

    /// Lets one seat take its next step. False: there is none at the moment.
    private mutating func fold(
        _ seat: inout Seat,
        in lane: Lane,
        _ hasLanded: inout Bool
    ) -> Bool {
        do throws(StoreError) {
            guard seat.isFree(.now) else { return false }
            try seat.takeUp(from: projector.store)
            guard seat.isFree(.now) else { return false }
            guard let records = lane.next(for: seat, before: limit(of: seat.partition)) else {
                // What it could not do before, it could now.
                if seat.stopped != nil { (seat.stopped, seat.retry) = (nil, Retry()) }
                return false
            }
            if try seat.fold(records, into: projector.store) { hasLanded = true }
            if seat.isStoppedForGood { reportStopped(seat) }
            return true
        } catch {
            // The rows are as they were before, and the log waits until there is room.
            if case .full = error {
                seat.retry.fail(.now, first: Self.pauseWithoutRoom, longest: Self.pauseWithoutRoom)
                return false
            }
            if case .corrupt = error { seat.isStoppedForGood = true }
            // It may pass, so it is tried again; said once for each reason.
            seat.retry.fail(.now, first: .seconds(1), longest: .seconds(8))
            guard seat.stopped != "\(error)" else { return false }
            seat.stopped = "\(error)"
            projector.surroundings.report(
                .storeFailed(
                    projection: seat.projection.name,
                    partition: seat.partition,
                    error
                )
            )
            return false
        }
    }

    /// Reads a partition from where somebody needs it.
    private mutating func read(_ partition: Partition, _ now: ContinuousClock.Instant) {
        guard var lane = lanes[partition], lane.isRead || lane.retry.isDue(now),
            let (start, keepsHeld) = lane.startOfReading(now)
        else { return }
        if lane.isRead { stopReading(partition) }
        lane.endReading()
        do throws(LogError) {
            try projector.reader.add(partition, from: start)
            lane.beginReading(from: start, keepingHeld: keepsHeld)
        } catch {
            switch error {
            case .unknownTopic, .unknownPartition: return lose(partition)
            case .corrupt, .offsetOutOfRange, .unreachable, .topicExists, .refused:
                lane.noteUnreachable(now)
            }
        }
        lanes[partition] = lane
    }

    /// Nobody gets past a place that cannot be read. It is tried again until it can be, or is gone.
    private mutating func stand(before position: Position, because why: String) {
        guard var lane = lanes[position.partition] else { return }
        let isNews = lane.unreadable == nil
        lane.noteUnreadable(from: position.offset, because: why, .now)
        lanes[position.partition] = lane
        busy.insert(position.partition)
        publish(position.partition)
        guard isNews else { return }
        for seat in lane.seats where seat.stopped == nil {
            projector.surroundings.report(
                .stopped(projection: seat.projection.name, partition: seat.partition, why: why)
            )
        }
    }

    private func reportStopped(_ seat: Seat) {
        projector.surroundings.report(
            .stopped(
                projection: seat.projection.name,
                partition: seat.partition,
                why: seat.stopped ?? ""
            )
        )
    }
}
