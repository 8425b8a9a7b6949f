public import Archive
internal import Bytes
internal import Datasets
public import Engine
internal import Events
internal import Experiments
internal import Features
public import Logs
internal import ModelRegistry
public import Projections
public import Proof
internal import Serving
public import Store
internal import Streams
internal import Synchronization

/// Everything over a log, a store and a clock: the same for the server, for tests and for benchmarks.
public final class Platform: Sendable {
    public let engine: Engine
    public let proof: Proof
    public let log: any Log
    public let store: any Store
    public let clock: any WallClock
    /// Rows of sealed datasets, and models.
    public let archive: any Archive

    /// Every kind of resource that there is.
    public let kinds: Kinds
    let joined: [any Wing]

    let views = ReadViews(\.view)
    let streams = ReadStreams(\.definition)
    let models = ModelCache()
    /// By the generations of the views; until something more is folded.
    let readings = EpochCache<[Digest], Reading>()
    /// Until something else is declared, promoted or deleted.
    let readyEndpoints = EpochCache<ReadyEndpoint.Key, ReadyEndpoint>()
    let servedViews = EpochCache<String, FeatureView>()
    /// The endpoints that answer a stream, by all that they are made of.
    let answerings = Mutex<[String: Answering]>([:])
    /// What publishes predictions, by all that it is made of.
    let publishings = Mutex<[String: Publishing]>([:])
    let inputs = Mutex(Inputs())
    /// What is being said about answers that begin anew, before rows are dropped.
    let restarts = Mutex<[Restarted: Restart]>([:])
    let archiveWatch = Mutex(ArchiveWatch())
    /// Held while seats are made to fit: two at once would give one projection two seats, or an
    /// endpoint two reactors.
    let reconciling = Mutex(())

    /// What is known of streams, and of endpoints.
    struct Inputs {
        /// Whether a changed definition is being built beside the served one.
        var isBuilding = false
        /// Streams whose topic cannot be had, or is not as they say.
        var unfit: [String: Unfit] = [:]
        /// Endpoints whose predictions cannot be published.
        var unpublished: [String: String] = [:]
        /// Topics that hold nothing but what was published, as far as it is declared.
        var onlyPublished: Set<String> = []
        /// Why endpoints cannot answer whose model is damaged in the archive.
        var brokenEndpoints: [String: String] = [:]
        /// How much of each stream is refused, by its generation.
        var refusals: [Digest: RefusalWatch] = [:]
        /// Whose clock stamps the records of a stream's topic, as far as this server has looked.
        var stamps: [String: Stamp] = [:]
        /// Topics of streams of which the log said that it would not stamp them; asked again at the next start.
        var unstampable: Set<String> = []
        /// Silent partitions of which it is being said how far they are complete.
        var advancing: Set<Partition> = []
        /// When a partition of a stream last had a record, as far as this server saw.
        var lastRecord: [Partition: ContinuousClock.Instant] = [:]
    }

    /// The projections whose topic decides by revision, one partition each.
    public static let control: [any Projection] = [
        StreamCatalog(), FeatureCatalog(), DatasetCatalog(), RunLedger(), ModelCatalog(),
        EndpointCatalog(),
    ]

    /// The same, and those of the kinds that wings bring.
    public var catalogs: [any Projection] { Self.control + kinds.joined.map { $0.catalog } }

    /// `checkpoints`: Nil: none are made.
    /// `wings`: What joins it from outside.
    public init(
        _ engine: Engine,
        archive: any Archive,
        checkpoints: Checkpoints? = nil,
        wings: [any Wing] = []
    ) {
        joined = wings
        kinds = Kinds(wings.compactMap { $0 as? any KindWing }.flatMap(\.kinds))
        self.engine = engine
        self.archive = archive
        proof = Proof(engine, checkpoints: checkpoints)
        log = engine.log
        store = engine.store
        clock = engine.clock
    }

    /// Begins: everything that was decided so far is folded when this returns.
    /// `isRestored`: Whether the state is a copy that has yet to be proven.
    public func start(isRestored: Bool = false) async throws {
        try await engine.start([self, proof] + joined, isRestored: isRestored)
    }

    /// Ends every thread, with all rows flushed.
    public func stop() { engine.stop() }

    /// Whether the log says when the records of a topic came. Where it does not, nobody but their writers knows.
    public func knowsArrival(in topic: String) -> Bool {
        inputs.withLock { $0.stamps[topic] } == .log
    }
}
