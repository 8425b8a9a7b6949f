internal import Bytes
internal import Logs
internal import Store
internal import Synchronization

/// Giving projections their seats, and taking them away.
extension ProjectorLoop {
    /// Whoever has to wait for longer stands still, and somebody should know.
    static let tolerance = Duration.seconds(5)

    /// Takes a projection off its partitions, and drops its rows.
    mutating func unseat(_ projection: any Projection) {
        let generation = projection.generation
        let seats = lanes.filter { $0.key.topic == projection.topic }.flatMap(\.value.seats)
            .filter { $0.projection.generation == generation }
        // Who has no seat may have rows all the same, from when it had one.
        let unseated = (waiting + settling.values).filter { $0.projection.generation == generation }
        waiting.removeAll { $0.projection.generation == generation }
        settling = settling.filter { $0.value.projection.generation != generation }
        for place in unseated { note(nil, place) }
        for seat in seats { takeOff(seat) }
        for partition in Set(seats.map(\.partition) + unseated.map(\.partition)).sorted() {
            do throws(StoreError) {
                try projector.scout.drop(projection, on: partition)
            } catch {
                projector.surroundings.report(
                    .storeFailed(projection: projection.name, partition: partition, error)
                )
            }
        }
    }

    /// Has the rows of a seat dropped and folded anew.
    mutating func foldAnew(_ seat: Seat, because why: ProjectorReport) {
        takeOff(seat)
        settle(
            Waiting(
                projection: seat.projection,
                partition: seat.partition,
                anew: why
            )
        )
    }

    private mutating func takeOff(_ seat: Seat) {
        lanes[seat.partition]?.seats.removeAll {
            $0.projection.generation == seat.projection.generation
        }
        if lanes[seat.partition]?.seats.isEmpty == true { close(seat.partition) }
        // Nobody is to take the former position for the one that follows.
        publish(seat.partition)
    }

    /// Has the scout find out where a projection begins, if the log there is the one that its rows came from.
    mutating func settle(_ place: Waiting) {
        let number = nextNumber()
        settling[number] = place
        projector.scout.ask(
            .beginning(number, place.projection, place.partition, anew: place.anew)
        )
    }

    /// Gives a projection the seat that the scout has found, or lets it wait.
    mutating func seat(_ place: Waiting, _ result: Result<Scout.Beginning, any Error>) {
        var place = place
        do {
            let progress: Progress
            switch try result.get() {
            case .at(let next): progress = next
            case .notYet(let why): return wait(place, because: why)
            }
            var seat = Seat(
                projection: place.projection,
                partition: place.partition,
                progress: progress
            )
            // Nobody is to see rows before it is known whether they hold.
            try seat.takeUp(from: projector.store)
            lanes[place.partition] = lanes[place.partition] ?? Lane(place.partition)
            lanes[place.partition]?.seats.append(seat)
            families.insert(place.projection.family)
            note(nil, place)
            publish(place.partition)
            // Once for all that get their seats at the same time.
            busy.insert(place.partition)
        } catch StoreError.full(let why) {
            // That there is no room is told by the store.
            wait(place, because: why, isSaid: true)
        } catch let error as StoreError {
            if place.said != "\(error)" {
                place.said = "\(error)"
                projector.surroundings.report(
                    .storeFailed(
                        projection: place.projection.name,
                        partition: place.partition,
                        error
                    )
                )
            }
            wait(place, because: "\(error)", isSaid: true)
        } catch LogError.unknownTopic, LogError.unknownPartition {
            wait(place, because: WaitStatus.noTopic)
        } catch LogError.corrupt(_, let why) {
            wait(place, because: why, isStanding: true)
        } catch {
            wait(place, because: "\(error)")
        }
    }

    /// `isSaid`: It was said already why.
    private mutating func wait(
        _ place: Waiting,
        because why: String,
        isStanding: Bool = false,
        isSaid: Bool = false
    ) {
        var place = place
        let now = ContinuousClock.now
        let isMissing = why == WaitStatus.noTopic
        place.retry.fail(
            now,
            first: .milliseconds(isMissing ? 1_000 : 50),
            longest: .seconds(isMissing ? 1 : 5)
        )
        let hasLasted = now - place.since > Self.tolerance
        place.isStanding = isStanding || !isMissing && hasLasted
        note(why, place)
        defer { waiting.append(place) }
        let said = place.isStanding ? "standing: \(why)" : why
        guard !isSaid, said != place.said else { return }
        // What is only not folded yet is no news, unless it lasts.
        guard isMissing || place.isStanding || now - place.since > .seconds(1) else { return }
        place.said = said
        projector.surroundings.report(
            place.isStanding
                ? .stopped(
                    projection: place.projection.name,
                    partition: place.partition,
                    why: why
                )
                : .waiting(
                    projection: place.projection.name,
                    partition: place.partition,
                    why: why
                )
        )
    }

    mutating func retryWaiting() {
        guard !waiting.isEmpty else { return }
        let now = ContinuousClock.now
        let due = waiting.filter { $0.retry.isDue(now) }
        guard !due.isEmpty else { return }
        waiting.removeAll { $0.retry.isDue(now) }
        for place in due { settle(place) }
    }

    /// Takes everybody off a partition and seats them anew, which finds out what is the matter.
    mutating func reseat(_ partition: Partition) {
        let sitting = lanes[partition]?.seats ?? []
        close(partition)
        for seat in sitting {
            settle(Waiting(projection: seat.projection, partition: partition))
        }
    }

    mutating func lose(_ partition: Partition) {
        let sitting = lanes[partition]?.seats ?? []
        close(partition)
        for seat in sitting {
            projector.surroundings.report(
                .topicMissing(projection: seat.projection.name, partition: partition)
            )
            var place = Waiting(projection: seat.projection, partition: partition)
            place.said = WaitStatus.noTopic
            wait(place, because: WaitStatus.noTopic)
        }
    }

    /// Ends a lane. Who sat there is seated elsewhere, or nowhere.
    private mutating func close(_ partition: Partition) {
        guard let lane = lanes.removeValue(forKey: partition) else { return }
        busy.remove(partition)
        if lane.isRead { stopReading(partition) }
        publish(partition)
    }

    func stopReading(_ partition: Partition) {
        do throws(LogError) {
            try projector.reader.remove(partition)
        } catch {
            // After a fault that it has reported, a reader has let go of the partition already.
            if case .refused = error { return }
            projector.surroundings.report(
                .waiting(projection: "the reader", partition: partition, why: "\(error)")
            )
        }
    }
}
