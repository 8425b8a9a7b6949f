internal import Bytes
public import Engine
internal import Events
internal import Features
public import Logs
public import Projections
internal import Records
internal import Serving
public import Store
internal import Streams
internal import Synchronization
internal import Workers

/// What the engine folds for the domains, and does for them by the clock. All of it is for the engine to ask.
extension Platform: Wing {
    private static let own: [Folding] =
        control.map { ($0, 1) } + [
            (PredictionLedger(), PredictionEvent.topic.partitions),
            (DeadLetterLedger(), DeadLetterEvent.topic.partitions),
        ]
    private static let declaredFamilies = [
        Intake.family, FeatureFold.family, AnswerQueue.family, PublicationQueue.family,
        PublicationLedger.family,
    ]

    public var ledgers: [Folding] { Self.own }
    public var families: [Family] { Self.declaredFamilies }

    public func fit() throws { try reconcile() }

    public func prepared(_ projection: any Projection) -> any Projection {
        guard let fold = projection as? any Projection & CountsRecords else { return projection }
        return fold.knowing(advances(of: fold.stream.name))
    }

    public func prepared(
        _ projection: any Projection,
        in reader: any StoreReader
    ) throws(StoreError) -> any Projection {
        guard let fold = projection as? any Projection & CountsRecords else { return projection }
        return try Self.told(fold, in: reader)
    }

    public func folded(_ partition: Partition, _ records: [Record], below next: Offset) {
        let maySeat = records.contains { Self.maySeat($0, of: partition.topic) }
        if maySeat {
            readyEndpoints.advance()
            servedViews.advance()
        }
        let isOutput =
            partition.topic == PredictionEvent.topic.name
            || inputs.withLock { $0.onlyPublished.contains(partition.topic) }
        if !isOutput { readings.advance() }
        if partition.topic == StreamEvent.topic.name { takeUpAdvances(in: records) }
        if !partition.topic.hasPrefix("tributary.") {
            inputs.withLock { $0.lastRecord[partition] = .now }
        }
        if maySeat {
            engine.hasten(Self.endpointsChore)
            engine.seatsMayChange()
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

    private static var endpointsChore: String { "looking at endpoints" }

    public var chores: [Chore] {
        [
            Chore("looking at the topics of streams", every: Chore.usual) { [weak self] _ in
                try self?.lookAtTopics()
                try self?.lookAtPublications()
            },
            Chore("looking at the archive", every: Chore.usual) { [weak self] _ in
                try self?.checkArchive()
            },
            Chore("looking for silent partitions", every: Chore.usual) { [weak self] now in
                try self?.advanceIdle(now)
            },
            Chore("looking how much is refused", every: Chore.usual) { [weak self] now in
                try self?.watchRefusals(now)
            },
            Chore(Self.endpointsChore, every: Chore.usual, asksLog: false) { [weak self] _ in
                try self?.checkEndpoints()
            },
            Chore("serving changed definitions", every: .milliseconds(200)) { [weak self] _ in
                guard let self, inputs.withLock({ $0.isBuilding }) else { return }
                try switchBuilt()
            },
        ]
    }

    public func brokenCatalogs() throws(StoreError) -> [(catalog: any Projection, why: String)] {
        do throws(StoreError) {
            _ = try StreamCatalog.View(store).streams()
            return []
        } catch {
            guard case .corrupt(let why) = error else { throw error }
            return [(StreamCatalog(), why)]
        }
    }

    public func begin() async throws {
        try await engine.pool.run { [self] in try checkEndpoints() }
        await endOrphanedRuns()
    }

    public func look() throws { try lookAtTopics() }

    public func faults(of topics: Set<String>?) -> [String] {
        inputs.withLock { $0.unfit }.sorted { $0.key < $1.key }
            .filter { topics?.contains($0.value.topic) ?? true }
            .map { "the stream \($0.key) cannot have its topic: \($0.value.why)" }
    }

    public var notReady: [NotReady] {
        let broken = inputs.withLock { $0.brokenEndpoints }
        let archive = archiveWatch.withLock { $0 }
        return faults(of: nil).map { NotReady(.topicUnfit, $0) }
            + broken.sorted { $0.key < $1.key }.map {
                NotReady(.archiveDamaged, "the endpoint \($0.key) cannot answer: \($0.value)")
            }
            + archive.inProduction.compactMap { archive.damage[$0] }.sorted()
            .map { NotReady(.archiveDamaged, $0) }
    }

    public func end() {
        answerings.withLock { $0 = [:] }
        publishings.withLock { $0 = [:] }
    }

    /// Ends a projection, and drops its rows.
    func unseat(_ projection: any Projection) {
        restarts.withLock { restarts in
            restarts = restarts.filter { $0.key.generation != projection.generation }
        }
        engine.unseat(projection)
    }
}
