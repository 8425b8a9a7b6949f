internal import Bytes
internal import Engine
internal import Events
internal import Features
internal import Logs
internal import Projections
internal import Records
internal import Serving
internal import Store
internal import Synchronization

/// Answers every record of a stream for an endpoint, without anyone asking.
struct Answering: Reactor {
    let queue: AnswerQueue
    private let endpoint: EndpointDefinition
    private let generation: Digest
    private let answer: EndpointDefinition.Answer
    private let platform: Platform

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
    }

    struct View {
        var ready: ReadyEndpoint
        var reading: Reading
    }

    var name: String { "the endpoint \(endpoint.name)" }
    var partitions: Int32 { queue.stream.partitions }
    var scope: [[UInt8]] {
        [Array("answers".utf8), Array(endpoint.name.utf8), generation.bytes]
    }

    func outputPartition(of input: Partition) -> Partition {
        PredictionLedger.outputPartition(of: input)
    }

    var ledger: any Projection { PredictionLedger() }

    func isAnswered(
        _ id: EventID,
        of input: Partition,
        in reader: any StoreReader
    ) throws(StoreError) -> Bool {
        try PredictionLedger.has(id, in: outputPartition(of: input).index, of: reader)
    }

    var hears: Set<String> { Self.declaring }
    private static let declaring: Set = [
        StreamEvent.topic.name, FeatureEvent.topic.name, DatasetEvent.topic.name,
        ModelEvent.topic.name, EndpointEvent.topic.name,
    ]

    func view() throws -> View {
        let ready: ReadyEndpoint
        do {
            ready = try platform.ready(endpoint.name, answering: queue.stream)
        } catch PlatformError.refused(let refusal) {
            // Nothing stands at the stage yet, for one.
            throw Idle(refusal.description)
        }
        // Declared anew meanwhile: somebody else answers then.
        guard ready.generation == generation else { throw Idle(nil) }
        return View(ready: ready, reading: try platform.reading(of: ready.served.plan))
    }

    /// A record waits until everything before it is there.
    func react(
        to input: AnswerInput,
        at position: Position,
        given view: View,
        hasWaited: Bool
    ) throws -> Output {
        guard hasWaited || view.reading.isComplete(at: input.time) else {
            var span: TimeSpan?
            if case .atMost(let longest) = answer.wait { span = longest }
            let inputs = view.ready.served.plan.inputs.map { ($0, view.reading.cut[$0] ?? 0) }
            throw Hold(
                atMost: span,
                since: input.arrivedAt,
                reached: Dictionary(inputs, uniquingKeysWith: { first, _ in first })
            )
        }
        let (predicted, _) = try platform.predicted(
            view.ready,
            input.values,
            at: input.time,
            view.reading,
            input: (position.partition, position.offset)
        )
        var event = PredictionEvent()
        event.predicted = predicted
        return Output(
            event,
            subject: predicted.id.isEmpty ? nil : predicted.id,
            streamTime: input.time
        )
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
        for key in ended.keys { engine.unreact(key) }
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
            engine.react(answering, as: key)
            answerings.withLock { $0[key] = answering }
        }
    }
}
