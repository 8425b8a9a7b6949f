internal import Bytes
internal import Logs
internal import Store
internal import Synchronization
private import Workers

/// Reading the next records, and folding them with everybody who sits on their partition.
extension ProjectorLoop {
    private static let patience = TimeSpan.seconds(1)
    private static let pauseWithoutRoom = Duration.milliseconds(500)

    mutating func foldNext() {
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
        guard let batch = short(of: batch), var sitting = seats[batch.partition] else { return }
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
                case .store(.full):
                    // The rows are as they were before, and the log waits: the same is tried until there is room.
                    if projector.shared.withLock({ $0.isStopping }) { return }
                    _ = Semaphore().wait(atMost: Self.pauseWithoutRoom)
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

    /// For calls whose failure the next read reports in its own words.
    private func guarded(_ partition: Partition, _ body: () throws(LogError) -> Void) {
        do { try body() } catch {
            projector.surroundings.report(
                .stopped(projection: "reader", partition: partition, why: "\(error)")
            )
        }
    }

    func pause() { _ = Semaphore().wait(atMost: .milliseconds(100)) }
}
