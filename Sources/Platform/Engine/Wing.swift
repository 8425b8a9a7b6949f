public import Events
public import Logs
public import Projections
public import Store

/// A projection, and how many partitions of its topic it folds.
public typealias Folding = (projection: any Projection, partitions: Int32)

/// A part of the platform over an engine: what it folds, what it does by the clock, and what it has to say. The engine
/// knows nothing else of it. All of it may be called on any thread.
public protocol Wing: AnyObject, Sendable {
    /// What topics of its own hold. They are made, kept and folded like those of `PlatformTopics`.
    var events: [any PlatformEvent.Type] { get }
    /// What has its seats from the start on: projections of the platform's own topics.
    var ledgers: [Folding] { get }
    /// The column families of what declarations bring about.
    var families: [Family] { get }
    /// What declarations bring about, as a store says.
    func declared(in reader: any StoreReader) throws -> [Folding]
    /// Makes seats, topics and threads fit what is declared by now. Blocks.
    func fit() throws

    /// A projection as it is to be seated: with what it has to be told while it folds.
    func prepared(_ projection: any Projection) -> any Projection
    /// The same for whoever folds again what stands in a snapshot.
    func prepared(
        _ projection: any Projection,
        in reader: any StoreReader
    ) throws(StoreError) -> any Projection
    /// Whether the rows of a projection may be dropped by now; where not, it is asked again.
    func mayDrop(
        _ projection: any Projection,
        on input: Partition,
        because report: ProjectorReport
    ) throws(LogError) -> Bool
    /// A batch has landed. On the thread that folds, which must not be held up.
    func folded(_ partition: Partition, _ records: [Record], below next: Offset)

    /// What is done by the clock.
    var chores: [Chore] { get }
    /// Catalogs whose rows cannot be read, and why. Before anything is folded.
    func brokenCatalogs() throws(StoreError) -> [(catalog: any Projection, why: String)]
    /// Looks at a restored state before anybody folds on it. Blocks.
    func prove() throws
    /// The last steps of a start: everything is folded that the platform's own topics hold.
    func begin() async throws
    /// Looks whether all that is declared can be folded, for whoever asks `faults`. Blocks.
    func look() throws
    /// What of some topics cannot be folded, though no projection says so; nil: of any topic.
    func faults(of topics: Set<String>?) -> [String]
    /// Why the platform is not ready. Only memory is looked at.
    var notReady: [NotReady] { get }
    /// Tells threads to end, and does not wait for them.
    func beginStopping()
    func end()
}

extension Wing {
    public var events: [any PlatformEvent.Type] { [] }
    public var ledgers: [Folding] { [] }
    public var families: [Family] { [] }
    public func declared(in reader: any StoreReader) throws -> [Folding] { [] }
    public func fit() throws {}
    public func prepared(_ projection: any Projection) -> any Projection { projection }
    public func prepared(
        _ projection: any Projection,
        in reader: any StoreReader
    ) throws(StoreError) -> any Projection { projection }
    public func mayDrop(
        _ projection: any Projection,
        on input: Partition,
        because report: ProjectorReport
    ) throws(LogError) -> Bool { true }
    public func folded(_ partition: Partition, _ records: [Record], below next: Offset) {}
    public var chores: [Chore] { [] }
    public func brokenCatalogs() throws(StoreError) -> [(catalog: any Projection, why: String)] {
        []
    }
    public func prove() throws {}
    public func begin() async throws {}
    public func look() throws {}
    public func faults(of topics: Set<String>?) -> [String] { [] }
    public var notReady: [NotReady] { [] }
    public func beginStopping() {}
    public func end() {}
}
