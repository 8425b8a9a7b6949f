internal import Synchronization

/// A store in memory, for replays, audits and tests. It obeys the laws of the one on disk; what it
/// holds ends with it.
public final class MemoryStore: Store {
    private let contents = Mutex(Contents())

    public init() {}

    /// What is locked: the rows, and how much was written since the last flush.
    private struct Contents {
        var families: [Family: SortedRows] = [:]
        var unflushed: [Family: Int] = [:]
        var isClosed = false

        func rows(of family: Family) throws(StoreError) -> SortedRows {
            try check(family)
            return families[family] ?? SortedRows()
        }

        func check(_ family: Family) throws(StoreError) {
            if isClosed { throw .refused("The store is closed.") }
            guard families[family] != nil else { throw .notOpen(family) }
        }
    }

    public func open(_ family: Family) throws(StoreError) {
        try contents.withLock { (contents) throws(StoreError) in
            if contents.isClosed { throw .refused("The store is closed.") }
            if contents.families[family] == nil { contents.families[family] = SortedRows() }
        }
    }

    public var families: [Family] { contents.withLock { $0.families.keys.sorted() } }

    public func write(_ batch: WriteBatch, to family: Family) throws(StoreError) {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.check(family)
            for row in batch.rows { contents.families[family]?.put(row.value, at: row.key) }
            contents.unflushed[family, default: 0] += batch.byteCount
        }
    }

    public func removeAll(
        from lower: [UInt8],
        to upper: [UInt8]?,
        in family: Family
    ) throws(StoreError) {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.check(family)
            contents.families[family]?.removeAll(from: lower, to: upper)
            contents.unflushed[family, default: 0] += lower.count + (upper?.count ?? 0)
        }
    }

    public func flush(_ family: Family) throws(StoreError) {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.check(family)
            contents.unflushed[family] = 0
        }
    }

    public func unflushedBytes(of family: Family) -> Int {
        contents.withLock { $0.unflushed[family] ?? 0 }
    }

    public func snapshot() throws(StoreError) -> any StoreReader {
        try contents.withLock { (contents) throws(StoreError) in
            if contents.isClosed { throw .refused("The store is closed.") }
            return Snapshot(families: contents.families)
        }
    }

    public func checkpoint(at path: String) throws(StoreError) {
        throw .refused("A store in memory has no files to copy to \(path).")
    }

    public func close() {
        contents.withLock { contents in
            contents.families = [:]
            contents.isClosed = true
        }
    }

    /// The rows as they stood once. The pieces that were not changed since are shared with the
    /// store.
    private struct Snapshot: StoreReader {
        let families: [Family: SortedRows]

        func value(of key: [UInt8], in family: Family) throws(StoreError) -> [UInt8]? {
            try rows(of: family)[key]
        }

        func values(of keys: [[UInt8]], in family: Family) throws(StoreError) -> [[UInt8]?] {
            let rows = try rows(of: family)
            return keys.map { rows[$0] }
        }

        func scan(
            _ family: Family,
            from lower: [UInt8],
            to upper: [UInt8]?,
            _ body: (_ key: RawSpan, _ value: RawSpan) throws(StoreError) -> Bool
        ) throws(StoreError) {
            try rows(of: family).scan(from: lower, to: upper, body)
        }

        private func rows(of family: Family) throws(StoreError) -> SortedRows {
            guard let rows = families[family] else { throw .notOpen(family) }
            return rows
        }
    }
}

extension MemoryStore {
    public func value(of key: [UInt8], in family: Family) throws(StoreError) -> [UInt8]? {
        try contents.withLock { (contents) throws(StoreError) in
            try contents.check(family)
            return contents.families[family]?[key]
        }
    }

    public func values(of keys: [[UInt8]], in family: Family) throws(StoreError) -> [[UInt8]?] {
        let rows = try contents.withLock { (contents) throws(StoreError) in
            try contents.rows(of: family)
        }
        return keys.map { rows[$0] }
    }

    public func scan(
        _ family: Family,
        from lower: [UInt8],
        to upper: [UInt8]?,
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let rows = try contents.withLock { (contents) throws(StoreError) in
            try contents.rows(of: family)
        }
        try rows.scan(from: lower, to: upper, body)
    }
}

extension StoreError {
    /// Used before it was opened: `Store.open` comes first.
    package static func notOpen(_ family: Family) -> StoreError {
        .refused("The family \(family) is not open.")
    }
}
