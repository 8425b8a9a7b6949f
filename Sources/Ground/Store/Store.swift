/// One kind of projection's rows: a column family. No batch spans two.
public struct Family: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var name: String
    public init(_ name: String) { self.name = name }
    public var description: String { name }
    public static func < (one: Family, other: Family) -> Bool { one.name < other.name }
}

/// What the storage engine refused.
public enum StoreError: Error, Sendable, Hashable {
    /// Its checksums do not fit: what is read may be wrong, so nothing is served from it.
    case corrupt(String)
    /// The disk has no room: nothing was written, and the same can be tried again.
    case full(String)
    /// No permission, closed, …: names what was being done.
    case refused(String)
}

/// Rows in the order of their keys' bytes.
public protocol StoreReader: Sendable {
    func value(of key: [UInt8], in family: Family) throws(StoreError) -> [UInt8]?
    /// The values of many keys, in their order, in one call to the engine.
    func values(of keys: [[UInt8]], in family: Family) throws(StoreError) -> [[UInt8]?]
    /// Calls `body` with each row of `lower ..< upper` in key order (nil: to the end) until it returns false.
    func scan(
        _ family: Family,
        from lower: [UInt8],
        to upper: [UInt8]?,
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StoreError) -> Bool
    ) throws(StoreError)
}

/// Ordered bytes in families. What is written is kept across a kill up to the last flush: the log is the write-ahead log.
public protocol Store: StoreReader {
    /// Opens a family, and makes it where there is none.
    func open(_ family: Family) throws(StoreError)
    var families: [Family] { get }
    /// Lands whole or not at all.
    func write(_ batch: WriteBatch, to family: Family) throws(StoreError)
    /// A view that later writes do not change.
    func snapshot() throws(StoreError) -> any StoreReader
    /// Makes everything written to the family so far survive a power cut.
    func flush(_ family: Family) throws(StoreError)
    /// Bytes written to the family since its last flush.
    func unflushedBytes(of family: Family) -> Int
    /// Removes every row of `lower ..< upper` (nil: to the end).
    func removeAll(from lower: [UInt8], to upper: [UInt8]?, in family: Family) throws(StoreError)
    /// A copy of the whole store in a new folder; hard links where the engine can.
    func checkpoint(at path: String) throws(StoreError)
    /// Why nothing can be written for want of room, as far as the last write or flush told; nil while there is room.
    var fullness: String? { get }
    func close()
}

extension Store {
    public var fullness: String? { nil }
}

/// Writes that land together. The last one to a key counts.
public struct WriteBatch: Sendable {
    /// Nil removes the row.
    public private(set) var rows: [(key: [UInt8], value: [UInt8]?)] = []
    public private(set) var byteCount = 0

    public init() {}
    public var isEmpty: Bool { rows.isEmpty }

    public mutating func put(_ value: [UInt8]?, at key: [UInt8]) {
        rows.append((key, value))
        byteCount += key.count + (value?.count ?? 0)
    }

    /// Leaves out the rows whose keys are as described.
    public mutating func drop(where isMeant: (_ key: [UInt8]) -> Bool) {
        let all = rows
        (rows, byteCount) = ([], 0)
        for row in all where !isMeant(row.key) { put(row.value, at: row.key) }
    }
}
