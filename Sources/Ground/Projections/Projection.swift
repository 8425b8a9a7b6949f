public import Bytes
public import Logs
public import Store

/// A pure fold of one partition of one topic into rows. It knows the record, its own rows and its own definition,
/// and nothing else: no clock, no chance, no other topic.
public protocol Projection: Sendable {
    /// What people call it, and what attestations name: `streams`, `records of flights.arrived`.
    var name: String { get }
    var topic: String { get }
    /// The kind of projection; all of one kind share a column family.
    var family: Family { get }
    /// Digest of the definition. Rows are a function of generation, fold version and partition.
    var generation: Digest { get }
    /// Raised by whoever changes what the fold does. Rows of another version are rebuilt.
    var foldVersion: Int64 { get }

    /// Folds one record. What must be told to the world because of it is written into an `Outbox`.
    func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop)

    /// Takes up what facts of another topic say of the partition from an offset on, where the fold goes by such facts.
    /// Called before the first record and whenever there are new ones, between two batches.
    /// Returns: Whether the rows agree with them; where they do not, they are folded anew.
    func takeUp(
        on partition: Int32,
        at progress: Progress,
        in view: TableReader
    ) throws(StoreError) -> Agreement

    /// Which rows count at this state. Rows that do not are skipped by readers and digests, and may be swept away.
    func liveness(in view: TableReader) throws(StoreError) -> Liveness?
}

extension Projection {
    public func liveness(in view: TableReader) throws(StoreError) -> Liveness? { nil }

    public func takeUp(
        on partition: Int32,
        at progress: Progress,
        in view: TableReader
    ) throws(StoreError) -> Agreement { .agrees }
}

/// Says of one row whether it still counts: the table's number, then the row's key and value.
public typealias Liveness =
    @Sendable (_ table: UInt8, _ key: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) -> Bool

/// Why a fold cannot go on. It stops its projector until a newer release comes; nothing is skipped.
public enum FoldStop: Error, Sendable, Hashable, CustomStringConvertible {
    /// A fact of a later release.
    case unknownFact(type: String)
    /// Bytes on a platform topic that are no fact at all.
    case malformed(String)

    public var description: String {
        switch self {
        case .unknownFact(let type):
            "this release does not know the fact \(type): start the release that wrote it, or a later one"
        case .malformed(let why): "the record is no fact of the platform: \(why)"
        }
    }
}

extension Projection {
    /// Where the rows of one partition stand.
    public func shelf(of partition: Int32) -> Shelf {
        Shelf(generation: generation, partition: UInt16(truncatingIfNeeded: partition))
    }
}

extension Projection {
    /// The rows of one partition.
    public func rows(of partition: Int32, in reader: any StoreReader) -> TableReader {
        TableReader(reader, family: family, shelf: shelf(of: partition))
    }

    /// How far a partition was folded, in the same snapshot as its rows; nil: not at all.
    public func progress(
        of partition: Int32,
        in reader: any StoreReader
    ) throws(StoreError) -> Progress? {
        try rows(of: partition, in: reader).get(Progress.table, Progress.key)
    }
}
