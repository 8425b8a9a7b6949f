/// Typed reading of one shelf.
public struct TableReader: Sendable {
    private let reader: any StoreReader
    private let family: Family
    private let shelf: Shelf

    public init(_ reader: any StoreReader, family: Family, shelf: Shelf) {
        self.reader = reader
        self.family = family
        self.shelf = shelf
    }

    /// The row of a key, now or as it stood when the record at `offset` had been folded.
    public func get<Key, Row>(
        _ table: Table<Key, Row>,
        _ key: Key,
        asOf offset: Int64? = nil
    ) throws(StoreError) -> Row? {
        try check(table, offset)
        let start = shelf.key(of: key, in: table)
        switch table.keeps {
        case .newest:
            guard let value = try reader.value(of: start, in: family) else { return nil }
            return try table.row(from: value)
        case .everyVersion:
            guard (offset ?? 0) >= 0 else { return nil }
            var found: [UInt8]?
            try reader.scan(
                family,
                from: offset.map { Version.key(start, at: $0) } ?? start,
                to: Shelf.end(ofKeysWith: start)
            ) { (_, value) throws(StoreError) in
                found = [UInt8](copying: value)
                return false
            }
            return try found.flatMap { (value) throws(StoreError) in try table.row(from: value) }
        }
    }

    /// The rows of many keys, in their order. Where only the newest is kept this is one call to the
    /// engine.
    public func get<Key, Row>(
        _ table: Table<Key, Row>,
        _ keys: [Key],
        asOf offset: Int64? = nil
    ) throws(StoreError) -> [Row?] {
        var rows: [Row?] = []
        rows.reserveCapacity(keys.count)
        guard table.keeps == .newest, offset == nil else {
            for key in keys { rows.append(try get(table, key, asOf: offset)) }
            return rows
        }
        for value in try reader.values(of: keys.map { shelf.key(of: $0, in: table) }, in: family) {
            rows.append(
                try value.flatMap { (value) throws(StoreError) in try table.row(from: value) }
            )
        }
        return rows
    }

    /// Calls `body` with the rows of `lower ..< upper` in key order until it returns false; without
    /// bounds with all of them, without an offset as they stand now.
    public func scan<Key, Row>(
        _ table: Table<Key, Row>,
        from lower: Key? = nil,
        to upper: Key? = nil,
        asOf offset: Int64? = nil,
        _ body: (Key, Row) throws(StoreError) -> Bool
    ) throws(StoreError) {
        try check(table, offset)
        let prefix = shelf.prefix(of: table)
        let start = lower.map { shelf.key(of: $0, in: table) } ?? prefix
        let end = upper.map { shelf.key(of: $0, in: table) } ?? Shelf.end(ofKeysWith: prefix)
        var settled: ArraySlice<UInt8>?
        try reader.scan(family, from: start, to: end) { (key, value) throws(StoreError) in
            var rowKey = [UInt8](copying: key).dropFirst(prefix.count)
            if table.keeps == .everyVersion {
                let version = try Version.offset(of: rowKey)
                rowKey = rowKey.dropLast(Version.byteCount)
                // Versions come newest first: the first that is old enough settles what the row
                // was.
                guard rowKey != settled, version <= offset ?? .max else { return true }
                settled = rowKey
            }
            guard let row = try table.row(from: [UInt8](copying: value)) else { return true }
            return try body(try table.key(from: rowKey), row)
        }
    }

    /// Every row of a table in key order. For tables that are known to be small.
    public func all<Key, Row>(
        _ table: Table<Key, Row>,
        asOf offset: Int64? = nil
    ) throws(StoreError) -> [(key: Key, row: Row)] {
        var rows: [(key: Key, row: Row)] = []
        try scan(table, asOf: offset) { (key, row) throws(StoreError) in
            rows.append((key, row))
            return true
        }
        return rows
    }

    /// Each version of a row with the offset of the record that brought it about, newest first;
    /// nil: it was removed.
    public func history<Key, Row>(
        of key: Key,
        in table: Table<Key, Row>
    ) throws(StoreError) -> [(offset: Int64, row: Row?)] {
        guard table.keeps == .everyVersion else { throw .keepsNoHistory(table.name) }
        let start = shelf.key(of: key, in: table)
        var versions: [(offset: Int64, row: Row?)] = []
        try reader.scan(
            family,
            from: start,
            to: Shelf.end(ofKeysWith: start)
        ) { (key, value) throws(StoreError) in
            let offset = try Version.offset(of: [UInt8](copying: key)[...])
            versions.append((offset, try table.row(from: [UInt8](copying: value))))
            return true
        }
        return versions
    }

    private func check<Key, Row>(_ table: Table<Key, Row>, _ offset: Int64?) throws(StoreError) {
        if offset != nil, table.keeps == .newest { throw .keepsNoHistory(table.name) }
    }
}

extension StoreError {
    /// A question about the past that a table cannot answer.
    static func keepsNoHistory(_ table: String) -> StoreError {
        .refused(
            "The table \(table) keeps only the newest rows and cannot be read as of an earlier record."
        )
    }
}

extension [UInt8] {
    /// A copy of lent bytes.
    package init(copying span: RawSpan) {
        self = span.withUnsafeBytes { [UInt8]($0) }
    }
}
