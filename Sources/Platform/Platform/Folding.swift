internal import Bytes
internal import Events
internal import Logs
internal import Projections
internal import Records
internal import Store
internal import Streams
internal import Synchronization
internal import Workers

/// What the projectors tell and ask. All of this runs on their threads.
extension Platform {
    func folded(_ partition: Partition, _ records: [Record], _ next: Offset) {
        let isOurs = partition.topic.hasPrefix("tributary.")
        let ids =
            isOurs
            ? records.compactMap { $0.header("ce_id").flatMap { EventID(text: $0.span.bytes) } }
            : []
        // Who waited must not be answered from what was made before.
        let maySeat = records.contains { Self.maySeat($0, of: partition.topic) }
        if maySeat {
            readyEndpoints.advance()
            servedViews.advance()
        }
        if partition.topic != PredictionEvent.topic.name {
            readings.advance()
            answerings.withLock { for answering in $0.values { answering.wake() } }
        }
        if partition.topic == StreamEvent.topic.name { takeUpAdvances(in: records) }
        waiters.folded(ids, in: partition, below: next)
        if !isOurs { housekeeping.withLock { $0.lastRecord[partition] = .now } }
        if partition.topic == AlertEvent.topic.name {
            watched.withLock { $0.areAlertsRead = false }
        }
        if maySeat {
            housekeeping.withLock { $0.isChanged = true }
            tick.signal()
        }
    }

    /// Whether a fact may want other seats, or other answers, whichever server it was decided at.
    private static func maySeat(_ record: Record, of topic: String) -> Bool {
        switch topic {
        case FeatureEvent.topic.name, DatasetEvent.topic.name, ModelEvent.topic.name,
            EndpointEvent.topic.name:
            true
        // Watermarks advance often, and seat nobody.
        case StreamEvent.topic.name: record.text("ce_type")?.hasSuffix(".Advanced") != true
        default: false
        }
    }

    /// The last input of a partition that has its answer in the log; nil while not all answers there are were folded.
    func lastAnswered(_ projection: any Projection, _ input: Partition) throws(LogError) -> Offset?
    {
        guard let intake = projection as? Intake else { return -1 }
        let output = DeadLetterLedger.outputPartition(of: input)
        let end = try log.bounds(of: output).upperBound
        if folded(output) ?? -1 < end {
            if let why = seats.first(where: { $0.partition == output })?.stopped {
                throw .refused("what was answered to \(input) is not known: \(why)")
            }
            return nil
        }
        do throws(StoreError) {
            return try DeadLetterLedger.lastAnswered(input, of: intake, in: store)
        } catch {
            report(.storeFailed(projection: DeadLetterLedger().name, partition: output, error))
            throw .refused("reading the answers to \(input): \(error)")
        }
    }

    func report(_ report: ProjectorReport) {
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
            warning(
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
