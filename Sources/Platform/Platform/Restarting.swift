internal import Bytes
internal import Engine
internal import Events
internal import FoundationEssentials
public import Logs
public import Projections
internal import Records
internal import Streams
internal import SwiftProtobuf
internal import Synchronization

/// Saying that all records of a partition are answered anew.
extension Platform {
    /// How far it is with saying so.
    enum Restart: Sendable {
        case underWay
        /// Where it stands. What was answered before is no answer any more when it is folded.
        case said(Position)
        case failed(LogError)
    }

    /// Whose answers begin anew.
    struct Restarted: Hashable {
        var generation: Digest
        var input: Partition
    }

    /// Whether the rows of a projection may be dropped. Where its records are answered anew from then on, that has to be in
    /// the log first: after a kill in between, nobody would know it. Nobody is held up by it: who asks asks again.
    public func mayDrop(
        _ projection: any Projection,
        on input: Partition,
        because report: ProjectorReport
    ) throws(LogError) -> Bool {
        // Only the intake of a stream answers its records.
        guard let intake = projection as? Intake, let why = report.whyAnsweredAnew else {
            return true
        }
        let answers = Restarted(generation: intake.generation, input: input)
        let former: Restart? = restarts.withLock { restarts in
            let former = restarts[answers]
            switch former {
            case .said(let position):
                let isFolded = engine.folded(position.partition) ?? -1 > position.offset
                guard isFolded else { return .underWay }
                restarts[answers] = nil
            case nil, .failed: restarts[answers] = .underWay
            case .underWay: break
            }
            return former
        }
        switch former {
        case .said: return true
        case .underWay: return false
        case nil:
            restart(answers, of: intake, because: why)
            return false
        case .failed(let error):
            restart(answers, of: intake, because: why)
            throw error
        }
    }

    private func restart(_ answers: Restarted, of intake: Intake, because why: String) {
        let event = DeadLetterEvent.with {
            $0.restarted = .with {
                $0.stream = intake.definition.name
                $0.topic = answers.input.topic
                $0.partition = answers.input.index
                $0.reason = why
                $0.generation = .init(answers.generation.bytes)
            }
        }
        let envelope = Envelope(
            id: clock.newID(),
            subject: intake.definition.name,
            time: clock.now()
        )
        let output = DeadLetterLedger.outputPartition(of: answers.input)
        log.append(event.newRecord(envelope), to: output.topic, partition: output.index) {
            [weak self] result in
            let outcome: Restart
            switch result {
            case .success(let position): outcome = .said(position)
            // One that may be there already does no harm: nothing was answered since.
            case .failure(.notPersisted(let why)), .failure(.possiblyPersisted(let why)):
                outcome = .failed(.unreachable("saying that records are answered anew: \(why)"))
            case .failure(.refused(let why)):
                outcome = .failed(.refused("saying that records are answered anew: \(why)"))
            }
            // Nobody asks any more where it has lost its seat meanwhile.
            self?.restarts.withLock { if $0[answers] != nil { $0[answers] = outcome } }
        }
    }
}

extension ProjectorReport {
    /// Why all records are answered anew that are folded anew; nil: those that were answered have their answers.
    fileprivate var whyAnsweredAnew: String? {
        switch self {
        case .logChanged(_, _, let why): why
        case .toldTooLate: Self.tooLate
        case .recordsLost, .topicMissing, .rowsBroken, .waiting, .stopped, .rebuilding,
            .storeFailed:
            nil
        }
    }
}
