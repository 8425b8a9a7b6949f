internal import Bytes
internal import Engine
internal import Events
internal import Logs
internal import Projections
internal import Records
internal import Serving
internal import Store
internal import Streams
internal import Synchronization

/// Writes every prediction of an endpoint as JSON to a topic of the user's own.
struct Publishing: Reactor {
    let queue: PublicationQueue
    let known: PublicationLedger
    let publish: EndpointDefinition.Publish

    init(of endpoint: String, on publish: EndpointDefinition.Publish) {
        queue = PublicationQueue(of: endpoint, on: publish.topic)
        known = PublicationLedger(publish.topic)
        self.publish = publish
    }

    var name: String { queue.name }
    var partitions: Int32 { PredictionEvent.topic.partitions }
    /// Not of how many partitions there are: what was published before there were more is not published again.
    var scope: [[UInt8]] { [Array("publications".utf8), queue.generation.bytes] }
    /// Of all that it is made of.
    var key: String { "publication \(queue.generation.hex) \(publish.partitions)" }

    func outputPartition(of input: Partition) -> Partition {
        Partition(publish.topic, input.index % publish.partitions)
    }

    var ledger: any Projection { known }

    func isAnswered(
        _ id: EventID,
        of input: Partition,
        in reader: any StoreReader
    ) throws(StoreError) -> Bool {
        for index in 0 ..< publish.partitions where try known.has(id, in: index, of: reader) {
            return true
        }
        return false
    }

    func view() {}

    func react(
        to input: PublishedInput,
        at position: Position,
        given view: Void,
        hasWaited: Bool
    ) -> Output {
        Output(subject: input.subject, time: input.decidedAt, streamTime: input.at) { envelope in
            var envelope = envelope
            envelope.type = "tributary.predictions.v1.Predicted"
            return NewRecord(
                key: Array(input.subject.utf8),
                value: input.value,
                headers: envelope.headers(contentType: "application/json")
            )
        }
    }
}

extension Platform {
    static func publications(in reader: any StoreReader) throws -> [String: Publishing] {
        let all = try EndpointCatalog.View(reader).endpoints().compactMap { entry in
            entry.served.definition.flatMap { definition in
                definition.publish.map { Publishing(of: definition.name, on: $0) }
            }
        }
        return Dictionary(all.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Looks at the topics on which predictions are published, which anybody may change with a Kafka client. Blocks.
    func lookAtPublications() throws {
        try reconciling.withLock { _ in try reconcilePublications() }
    }

    /// Starts and ends what publishes predictions, as the endpoints say by now, and creates the topics that are missing.
    /// Blocks.
    func reconcilePublications() throws {
        let reader = try store.snapshot()
        let wanted = try Self.publications(in: reader)
        let running = publishings.withLock { $0 }
        guard !wanted.isEmpty || !running.isEmpty else { return }
        for key in running.keys where wanted[key] == nil { engine.unreact(key) }
        publishings.withLock { $0 = $0.filter { wanted[$0.key] != nil } }
        let generations = Set(wanted.values.map(\.queue.generation))
        let topics = Set(wanted.values.map(\.publish.topic))
        for queue in engine.seated(PublicationQueue.self)
        where !generations.contains(queue.generation) { unseat(queue) }
        for ledger in engine.seated(PublicationLedger.self) where !topics.contains(ledger.topic) {
            unseat(ledger)
        }
        let existing = Dictionary(
            try log.topics().map { ($0.name, $0.partitions) },
            uniquingKeysWith: { first, _ in first }
        )
        var unfit: [String: String] = [:]
        for (key, publishing) in wanted.sorted(by: { $0.key < $1.key }) {
            if let why = try topicFault(of: publishing.publish, among: existing) {
                unfit[publishing.queue.endpoint] = why
            } else if running[key] == nil {
                engine.seat(publishing.known, partitions: publishing.publish.partitions)
                engine.react(publishing, as: key)
                engine.seat(publishing.queue, partitions: publishing.partitions)
                publishings.withLock { $0[key] = publishing }
            }
        }
        // Who reads only what is published needs nothing of ours to be read anew.
        let read = Set(try StreamCatalog.View(reader).streams().flatMap(\.definitions).map(\.topic))
        let former = inputs.withLock { inputs in
            inputs.onlyPublished = topics.subtracting(read)
            defer { inputs.unpublished = unfit }
            return inputs.unpublished
        }
        for (endpoint, why) in unfit.sorted(by: { $0.key < $1.key })
        where former[endpoint] != why {
            engine.raise(
                Self.predictionsUnpublished,
                about: endpoint,
                "The endpoint \(endpoint) cannot publish its predictions: \(why).",
                ""
            )
        }
        try engine.resolveAlerts(
            Self.predictionsUnpublished,
            "The endpoint has its topic, or publishes no more."
        ) { unfit[$0] == nil }
    }

    private static var predictionsUnpublished: String { "predictionsUnpublished" }

    /// Why predictions cannot be published on a topic; nil: it is there.
    private func topicFault(
        of publish: EndpointDefinition.Publish,
        among existing: [String: Int32]
    ) throws -> String? {
        if let partitions = existing[publish.topic] {
            return EndpointKind.misfit(of: publish, partitions)
        }
        do throws(LogError) {
            try engine.createUnlessThere(TopicSpec(publish.topic, partitions: publish.partitions))
            return nil
        } catch .unreachable(let why) {
            throw LogError.unreachable(why)
        } catch {
            return "the topic \(publish.topic) cannot be created: \(error)"
        }
    }
}
