internal import Bytes
internal import Engine
internal import Events
internal import FoundationEssentials
internal import Logs
internal import Projections
internal import Records
internal import Serving
internal import Store
internal import SwiftProtobuf
internal import Synchronization
internal import Workers

/// Answers every record of a stream for an endpoint, without anyone asking: a thread of its own. How far it got is folded
/// from its own answers, nowhere else.
final class Answering: Sendable {
    let queue: AnswerQueue
    private let endpoint: EndpointDefinition
    private let generation: Digest
    private let answer: EndpointDefinition.Answer
    private let platform: Platform
    private let isStopping = Atomic(false)
    private let worker = Mutex<Worker?>(nil)
    private let wakeUp = Semaphore()
    /// Whether the semaphore was signalled since it was last looked at; once is enough.
    private let isAwake = Atomic(false)

    /// How many records of a partition are answered before the log is waited for.
    private static let batchLimit = 512

    init(
        _ endpoint: EndpointDefinition,
        _ answer: EndpointDefinition.Answer,
        generation: Digest,
        queue: AnswerQueue,
        platform: Platform
    ) {
        self.endpoint = endpoint
        self.answer = answer
        self.generation = generation
        self.queue = queue
        self.platform = platform
        worker.withLock { $0 = Worker("answers-\(endpoint.name)") { [self] in run() } }
    }

    /// Tells the thread to end, and does not wait for it.
    func beginStopping() {
        isStopping.store(true, ordering: .relaxed)
        wakeUp.signal()
    }

    func stop() {
        beginStopping()
        worker.withLock { worker in
            defer { worker = nil }
            return worker
        }?.join()
    }

    /// Something was folded that may be answered, or answered from.
    func wake() {
        if !isAwake.exchange(true, ordering: .acquiringAndReleasing) { wakeUp.signal() }
    }

    /// Until somebody wakes it. Whoever finds the flag set has folded what is read after this; others signal again.
    private func sleep(atMost time: Duration) {
        _ = wakeUp.wait(atMost: time)
        _ = isAwake.exchange(false, ordering: .acquiringAndReleasing)
    }

    private var goesOn: Bool { !isStopping.load(ordering: .relaxed) }

    private func run() {
        /// Why nothing is answered at the moment; said once.
        var told: String?
        func tell(_ why: String?) {
            if let why, why != told {
                platform.engine.notice("the endpoint \(endpoint.name) waits: \(why)")
            }
            told = why
        }
        var known: Known?
        while goesOn {
            do {
                var now = try known ?? Known(answered: whatIsAnswered())
                known = nil
                let pass = try answerNext(&now)
                known = now
                tell(pass.refusal)
                if pass.count == 0, goesOn { sleep(atMost: pass.nextLook) }
            } catch {
                // What is in the log by now is known only by looking: a later answer may be there without an earlier one.
                tell("\(error)")
                sleep(atMost: .milliseconds(200))
            }
        }
    }

    /// What it goes by from one pass to the next.
    private struct Known {
        /// Every record of each partition up to here has its answer in the log.
        var answered: [Int32: Offset]
        /// Where the inputs of features ended when they were first looked at. Nothing is given up waiting for before that
        /// was folded: after a start that takes longer than any `wait`.
        var ends: [Partition: Offset] = [:]
        /// The record that holds each partition up, and since when.
        var heads: [Int32: (offset: Offset, since: Instant)] = [:]
    }

    /// What one pass came to.
    private struct Pass {
        var count = 0
        /// Why nothing can be answered.
        var refusal: String?
        /// When to look again at the latest, if nothing is folded till then.
        var nextLook = Duration.seconds(1)
    }

    /// Waits until every answer that is in the log was folded, and looks how far they go.
    private func whatIsAnswered() throws -> [Int32: Offset] {
        var answered: [Int32: Offset] = [:]
        for index in 0 ..< queue.stream.partitions {
            let input = Partition(queue.topic, index)
            let output = PredictionLedger.outputPartition(of: input)
            let end = try platform.log.bounds(of: output).upperBound
            while goesOn, platform.engine.folded(output) ?? -1 < end {
                if let why = platform.engine.seats.first(where: { $0.partition == output })?.stopped
                {
                    throw PlatformError.unavailable(
                        "what was answered is not known while \(output) is not folded: \(why)"
                    )
                }
                sleep(atMost: .milliseconds(2))
            }
            var last = try PredictionLedger.lastAnswered(
                input,
                by: endpoint.name,
                generation: generation,
                in: platform.store
            )
            // No record there was ever answered, whatever a prediction says: each is looked up.
            if try platform.log.bounds(of: input).upperBound <= last { last = -1 }
            // Of the batch that the last answer belongs to, the log may have refused any other one.
            answered[index] = try queue.offset(
                Self.batchLimit,
                recordsBefore: last,
                of: index,
                in: platform.store
            )
        }
        return answered
    }

    /// Answers what can be answered by now, and waits until that is in the log.
    private func answerNext(_ known: inout Known) throws -> Pass {
        var pass = Pass()
        let ready: ReadyEndpoint
        do {
            ready = try platform.ready(endpoint.name, answering: queue.stream)
        } catch PlatformError.refused(let refusal) {
            // Nothing stands at the stage yet, for one.
            pass.refusal = refusal.description
            return pass
        }
        // Declared anew meanwhile: somebody else answers then.
        guard ready.generation == generation else { return pass }
        var reading = try platform.reading(of: ready.served.plan)
        var answers: [(record: NewRecord, output: Partition)] = []
        var reached = known.answered
        for index in 0 ..< queue.stream.partitions {
            let input = Partition(queue.topic, index)
            let output = PredictionLedger.outputPartition(of: input)
            for next in try queue.next(
                after: known.answered[index] ?? -1,
                of: index,
                limit: Self.batchLimit,
                in: platform.store
            ) {
                guard goesOn else { return Pass() }
                let id = id(of: next, input)
                if try PredictionLedger.has(id, in: output.index, of: platform.store) {
                    reached[index] = next.offset
                    continue
                }
                if let left = try waitingTime(of: next, index, &known, &reading, ready.served.plan)
                {
                    pass.nextLook = min(pass.nextLook, left)
                    break
                }
                let (event, _) = try platform.predicted(
                    ready,
                    next.values,
                    at: next.time,
                    reading,
                    input: (input, next.offset)
                )
                answers.append((record(event, id, answering: next, of: input), output))
                reached[index] = next.offset
            }
        }
        try append(answers)
        known.answered = reached
        pass.count = answers.count
        return pass
    }

    /// How long a record waits yet, if nothing is folded till then; nil: it can be answered, because everything before it
    /// is there or has been waited for.
    private func waitingTime(
        of input: AnswerInput,
        _ partition: Int32,
        _ known: inout Known,
        _ reading: inout Reading,
        _ plan: FeaturePlan
    ) throws -> Duration? {
        if reading.isComplete(at: input.time) { return nil }
        reading = try platform.reading(of: plan)
        if reading.isComplete(at: input.time) { return nil }
        guard case .atMost(let span) = answer.wait else { return .seconds(1) }
        let now = platform.clock.now()
        if known.heads[partition]?.offset != input.offset {
            known.heads[partition] = (input.offset, since: now)
        }
        // The log's clock may be ahead of ours; where only the writer says when it came, nobody knows.
        let seen = known.heads[partition]?.since ?? now
        let since = min(input.arrivedAt ?? seen, seen)
        let left =
            Duration.microseconds((since + span).microseconds)
            - .microseconds(now.microseconds)
        guard left <= .zero else { return left }
        for partition in plan.inputs {
            let end =
                try known.ends[partition] ?? platform.log.bounds(of: partition).upperBound
            known.ends[partition] = end
            if reading.cut[partition] ?? 0 < end { return .seconds(1) }
        }
        return nil
    }

    /// Follows from the record, so that it has one answer, however often it is given.
    private func id(of next: AnswerInput, _ input: Partition) -> EventID {
        EventID(
            of: Array("answers".utf8),
            Array(endpoint.name.utf8),
            generation.bytes,
            Array(Position(input, next.offset).description.utf8),
            next.checksum.orderedBytes
        )
    }

    private func record(
        _ predicted: PredictionEvent.Predicted,
        _ id: EventID,
        answering next: AnswerInput,
        of input: Partition
    ) -> NewRecord {
        let position = Position(input, next.offset)
        var event = PredictionEvent()
        event.predicted = predicted
        return event.newRecord(
            Envelope(
                id: id,
                subject: predicted.id.isEmpty ? id.description : predicted.id,
                time: platform.clock.now(),
                causation: position.description,
                streamTime: next.time
            )
        )
    }

    private func append(_ answers: [(record: NewRecord, output: Partition)]) throws {
        guard !answers.isEmpty else { return }
        let tally = Tally(expecting: answers.count)
        for answer in answers {
            platform.log.append(
                answer.record,
                to: answer.output.topic,
                partition: answer.output.index
            ) { result in
                if case .failure(let error) = result {
                    tally.count(failure: "\(error)")
                } else {
                    tally.count()
                }
            }
        }
        if let failure = tally.wait(while: { goesOn }) {
            throw PlatformError.unavailable("appending predictions: \(failure)")
        }
    }
}

extension Platform {
    /// Starts and ends what answers without being asked, as the endpoints say by now. Blocks.
    func reconcileEndpoints() throws {
        let wanted = Dictionary(
            try Self.answeringEndpoints(in: try store.snapshot()).map { ($0.key, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let ended = answerings.withLock { running in
            let ended = running.filter { wanted[$0.key] == nil }
            for key in ended.keys { running[key] = nil }
            return ended
        }
        for answering in ended.values { answering.stop() }
        let generations = Set(wanted.values.map(\.queue.generation))
        for answering in ended.values where !generations.contains(answering.queue.generation) {
            unseat(answering.queue)
        }
        for (key, endpoint) in wanted.sorted(by: { $0.key < $1.key })
        where answerings.withLock({ $0[key] == nil }) {
            let queue = endpoint.queue
            engine.seat(queue, partitions: queue.stream.partitions)
            let answering = Answering(
                endpoint.definition,
                endpoint.answer,
                generation: endpoint.generation,
                queue: queue,
                platform: self
            )
            answerings.withLock { $0[key] = answering }
        }
    }
}
