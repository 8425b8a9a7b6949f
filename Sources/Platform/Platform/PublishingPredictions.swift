internal import Bytes
internal import Engine
internal import Events
internal import Logs
internal import Projections
internal import Serving
internal import Store
internal import Synchronization

/// Writes every prediction of an endpoint as JSON to a topic of the user's own.
struct Publishing: Reactor {
    let queue: PublicationQueue
    let ledger: PublicationLedger

    init(_ publication: PublicationQueue) {
        queue = publication
        ledger = PublicationLedger(publication.publish.topic)
    }

    var name: String { queue.name }
    var partitions: Int32 { PredictionEvent.topic.partitions }
    var scope: [[UInt8]] { [Array("publications".utf8), queue.generation.bytes] }
    /// Of the reactor of a publication.
    static func key(of publication: PublicationQueue) -> String {
        "publication \(publication.generation.hex)"
    }

    func outputPartition(of input: Partition) -> Partition {
        Partition(queue.publish.topic, input.index % queue.publish.partitions)
    }

    func isAnswered(
        _ id: EventID,
        of input: Partition,
        in reader: any StoreReader
    ) throws(StoreError) -> Bool {
        try ledger.has(id, in: outputPartition(of: input).index, of: reader)
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
    static func publications(in reader: any StoreReader) throws -> [PublicationQueue] {
        try EndpointCatalog.View(reader).endpoints().compactMap { entry in
            entry.served.definition.flatMap { definition in
                definition.publish.map { PublicationQueue(of: definition.name, on: $0) }
            }
        }
    }

    /// Starts and ends what publishes predictions, as the endpoints say by now. Blocks.
    func reconcilePublications() throws {
        let wanted = try Self.publications(in: try store.snapshot())
        let generations = Set(wanted.map(\.generation))
        let topics = Set(wanted.map(\.publish.topic))
        for publication in engine.seated(PublicationQueue.self)
        where !generations.contains(publication.generation) {
            engine.unreact(Publishing.key(of: publication))
            unseat(publication)
        }
        for ledger in engine.seated(PublicationLedger.self) where !topics.contains(ledger.topic) {
            unseat(ledger)
        }
        var unfit: [String: Unfit] = [:]
        for publication in wanted
        where !engine.hasSeats(publication.generation, partitions: PredictionEvent.topic.partitions)
        {
            let publish = publication.publish
            if let why = try topicFault(of: publish) {
                unfit[publication.endpoint] = Unfit(topic: publish.topic, why: why)
                continue
            }
            let publishing = Publishing(publication)
            engine.seat(publishing.ledger, partitions: publish.partitions)
            engine.seat(publication, partitions: publishing.partitions)
            engine.react(publishing, as: Publishing.key(of: publication))
        }
        let former = inputs.withLock { inputs in
            defer { inputs.unpublished = unfit }
            return inputs.unpublished
        }
        for (endpoint, fault) in unfit.sorted(by: { $0.key < $1.key })
        where former[endpoint] != fault {
            engine.raise(
                Self.predictionsUnpublished,
                about: endpoint,
                "The endpoint \(endpoint) cannot publish its predictions: \(fault.why).",
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
    private func topicFault(of publish: EndpointDefinition.Publish) throws -> String? {
        if let topic = try log.topics().first(where: { $0.name == publish.topic }) {
            return topic.partitions == publish.partitions
                ? nil
                : "the topic \(topic.name) has \(topic.partitions) partitions. Say `partitions: \(topic.partitions)`"
        }
        do throws(LogError) {
            try engine.createUnlessThere(
                TopicSpec(publish.topic, partitions: publish.partitions)
            )
            return nil
        } catch {
            return "the topic \(publish.topic) cannot be created: \(error)"
        }
    }
}
