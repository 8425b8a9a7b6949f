public import Bytes
public import Store

/// What the rows of one partition amount to at a position: equal digests mean equal rows.
public struct StateDigest: Sendable, Hashable {
    public var progress: Progress
    public var entries: Int64
    public var digest: Digest
}

extension Projection {
    /// SHA-256 over (length, key, length, value) of every live row in key order, without the shelf's own prefix.
    /// `reader`: A snapshot, so that rows and position are of one moment.
    /// Returns: Nil where nothing was folded yet.
    public func digest(
        of partition: Int32,
        in reader: any StoreReader
    ) throws(StoreError) -> StateDigest? {
        try digest(of: partition, in: reader, whileTrue: { true })
    }

    /// The same, which may take long. `goesOn`: Throws where it is to end before its end; asked before each row.
    public func digest(
        of partition: Int32,
        in reader: any StoreReader,
        goesOn: () throws -> Void
    ) throws -> StateDigest? {
        var end: (any Error)?
        let state = try digest(of: partition, in: reader) {
            do { try goesOn() } catch { end = error }
            return end == nil
        }
        if let end { throw end }
        return state
    }

    private func digest(
        of partition: Int32,
        in reader: any StoreReader,
        whileTrue goesOn: () -> Bool
    ) throws(StoreError) -> StateDigest? {
        let view = TableReader(reader, family: family, shelf: shelf(of: partition))
        guard let progress = try view.get(Progress.table, Progress.key) else { return nil }
        var hasher = DigestHasher()
        var entries: Int64 = 0
        try scanLiveRows(of: partition, in: reader) { (key, value) throws(StoreError) in
            hasher.updateCounted(key)
            hasher.updateCounted(value)
            entries += 1
            return goesOn()
        }
        return StateDigest(progress: progress, entries: entries, digest: hasher.finish())
    }

    /// The first key whose rows differ between two states, and both values; nil where there is none.
    public func firstDifference(
        of partition: Int32,
        between one: any StoreReader,
        and other: any StoreReader
    ) throws(StoreError) -> RowDifference? {
        let left = try liveRows(of: partition, in: one)
        let right = try liveRows(of: partition, in: other)
        for (a, b) in zip(left, right) where a != b {
            if a.key == b.key { return RowDifference(key: a.key, left: a.value, right: b.value) }
            return a.key.lexicographicallyPrecedes(b.key)
                ? RowDifference(key: a.key, left: a.value, right: nil)
                : RowDifference(key: b.key, left: nil, right: b.value)
        }
        if left.count > right.count {
            let row = left[right.count]
            return RowDifference(key: row.key, left: row.value, right: nil)
        }
        if right.count > left.count {
            let row = right[left.count]
            return RowDifference(key: row.key, left: nil, right: row.value)
        }
        return nil
    }

    /// The removal of the rows that no longer count among some, in the order of keys.
    /// `reached`: The last key that was looked at before; nil: from the first on.
    /// Returns: The removal, how many of the rows still count, and the last key; nil where those were all.
    func deadRows(
        of partition: Int32,
        in reader: any StoreReader,
        after reached: [UInt8]?,
        among limit: Int
    ) throws(StoreError) -> (batch: WriteBatch, kept: Int64, last: [UInt8]?) {
        var batch = WriteBatch()
        let shelf = shelf(of: partition)
        guard let isLive = try liveness(in: TableReader(reader, family: family, shelf: shelf))
        else { return (batch, 0, nil) }
        var kept: Int64 = 0
        var seen = 0
        var last: [UInt8]?
        // The least key after another is that with a zero behind it.
        try reader.scan(family, from: reached.map { $0 + [0] } ?? shelf.prefix, to: shelf.end) {
            (key, value) throws(StoreError) in
            let key = key.withUnsafeBytes { [UInt8]($0) }
            seen += 1
            if seen == limit { last = key }
            let row = key.dropFirst(shelf.prefix.count)
            guard let table = row.first, table != Progress.table.number else { return last == nil }
            if isLive(table, row.dropFirst(), value.withUnsafeBytes { [UInt8]($0) }[...]) {
                kept += 1
            } else {
                batch.put(nil, at: key)
            }
            return last == nil
        }
        return (batch, kept, last)
    }

    private func liveRows(
        of partition: Int32,
        in reader: any StoreReader
    ) throws(StoreError) -> [Row] {
        var rows: [Row] = []
        try scanLiveRows(of: partition, in: reader) { (key, value) throws(StoreError) in
            rows.append(Row(key: key, value: value))
            return true
        }
        return rows
    }

    /// Calls `body` with each row that counts, the table's number and the row's key, then the value, until it returns
    /// false.
    private func scanLiveRows(
        of partition: Int32,
        in reader: any StoreReader,
        _ body: (_ key: [UInt8], _ value: [UInt8]) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let shelf = shelf(of: partition)
        let isLive = try liveness(in: TableReader(reader, family: family, shelf: shelf))
        let outbox = outboxNumber
        try reader.scan(family, from: shelf.prefix, to: shelf.end) {
            (key, value) throws(StoreError) in
            let key = key.withUnsafeBytes { [UInt8]($0.dropFirst(shelf.prefix.count)) }
            let value = value.withUnsafeBytes { [UInt8]($0) }
            guard let table = key.first, table != Progress.table.number, table != outbox else {
                return true
            }
            if let isLive, !isLive(table, key.dropFirst(), value[...]) { return true }
            return try body(key, value)
        }
    }
}

private struct Row: Equatable {
    var key: [UInt8]
    var value: [UInt8]
}

/// The first row in which two states are not alike.
public struct RowDifference: Sendable, Hashable {
    /// The table's number, then the row's key.
    public var key: [UInt8]
    /// Nil: there is no such row.
    public var left: [UInt8]?
    public var right: [UInt8]?
}

extension RowDifference {
    static var progressKey: [UInt8] {
        var writer = ByteWriter(reserving: 16)
        writer.append(Progress.table.number)
        Progress.key.writeOrdered(to: &writer)
        return writer.bytes
    }

    /// Two states whose rows are alike, of which one comes from other records.
    init(between left: Progress, and right: Progress) {
        self.init(key: Self.progressKey, left: left.storedBytes, right: right.storedBytes)
    }
}
