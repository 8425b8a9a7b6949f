internal import Bytes
internal import Events
internal import Logs
public import Projections
internal import Store
internal import Synchronization

/// What the projectors tell and ask. All of this runs on their threads.
extension Engine {
    /// What reads our own topics beside their ledgers is bulk, and what was decided does not wait for it.
    func foldedData(_ partition: Partition, _ records: [Record], _ next: Offset) {
        guard isOwn(partition.topic) else { return folded(partition, records, next) }
        reactors.folded(partition.topic)
    }

    func folded(_ partition: Partition, _ records: [Record], _ next: Offset) {
        // Who waited must not be answered from what was made before.
        for wing in wings { wing.folded(partition, records, below: next) }
        let ids =
            partition.topic.hasPrefix("tributary.")
            ? records.compactMap { $0.header("ce_id").flatMap { EventID(text: $0.span.bytes) } }
            : []
        waiters.folded(ids, in: partition, below: next)
        reactors.folded(partition.topic)
        if partition.topic == AlertEvent.topic.name {
            watched.withLock { $0.areAlertsRead = false }
        }
    }

    func mayDrop(
        _ projection: any Projection,
        on input: Partition,
        because report: ProjectorReport
    ) throws(LogError) -> Bool {
        // What was answered to its rows is in the log, before anything is said about that.
        if projection is any Outbox {
            if case .recordsLost = report, try awaitsAnswers(projection, on: input) {
                // Its rows are all that is left of records that are gone.
                reactors.begun(projection.generation, on: input)
                return false
            }
            let place = Gate.Place(generation: projection.generation, partition: input)
            guard reactors.gate.close(place) else { return false }
        }
        for wing in wings {
            guard try wing.mayDrop(projection, on: input, because: report) else { return false }
        }
        return true
    }

    public func report(_ report: ProjectorReport) {
        switch report {
        case .logChanged(let projection, let partition, let why):
            raise(
                "logChanged",
                about: Self.subject(projection, partition),
                "\(partition) is not the log that \(projection) was folded from: its rows are dropped and built anew.",
                why
            )
            owe(projection, partition)
            if partition.topic == AttestationEvent.topic.name { tellAttestationsLost(why) }
        case .recordsLost(let projection, let partition, let from, let to):
            raise(
                "recordsLost",
                about: Self.subject(projection, partition),
                "Records \(from) to \(to - 1) of \(partition) went away before \(projection) had folded them.",
                "The rows are built anew from \(to) on, and are replayable since then only."
            )
            owe(projection, partition)
            if partition.topic == AttestationEvent.topic.name {
                tellAttestationsLost("records \(from) to \(to - 1) are gone")
            }
        case .topicMissing(let projection, let partition):
            raise(
                "topicMissing",
                about: Self.subject(projection, partition),
                "The topic of \(partition) is gone; \(projection) waits for it to come back.",
                ""
            )
        case .toldTooLate(let projection, let partition):
            notice("\(projection) folds \(partition) anew: \(ProjectorReport.tooLate)")
            owe(projection, partition)
        case .rowsBroken(let projection, let partition, let why):
            warn(
                "the rows of \(projection) on \(partition) are broken and are folded again from the log: \(why)"
            )
            owe(projection, partition)
        case .waiting(let projection, let partition, let why):
            notice("\(projection) waits for \(partition), and tries again: \(why)")
        case .stopped(let projection, let partition, let why):
            raise(
                "projectorStopped",
                about: Self.subject(projection, partition),
                "\(projection) does not go on: \(why).",
                why
            )
        case .rebuilding(let projection, let partition): owe(projection, partition)
        case .storeFailed(let projection, let partition, let error):
            // Nothing is broken for want of room.
            if case .full(let why) = error {
                return notice("\(projection) on \(partition) waits for room on the disk: \(why)")
            }
            foundBroken(error)
            raise(
                "stateFailed",
                about: Self.subject(projection, partition),
                "The state of \(projection) cannot be read or written. Restart the server: a broken state is built anew.",
                "\(error)"
            )
        }
    }
}

extension ProjectorReport {
    /// Why what was folded before it was known how far it is complete is folded anew.
    public static var tooLate: String {
        "its records were folded before it was known that they are complete"
    }
}
