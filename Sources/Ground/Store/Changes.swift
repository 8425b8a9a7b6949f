internal import Bytes

/// The writes of one batch, read through: what was changed in this batch is seen by later reads of
/// it. Each row that is touched is read and decoded once, and encoded once when the batch is made,
/// however many records touch it.
///
/// A read that fails cannot throw out of a subscript. It gives nil and is remembered in `failure`;
/// whoever owns the batch looks there before writing, and drops the whole batch if there is one.
public struct Changes {
    /// The offset of the record being folded: the version under which its changes are kept. It
    /// never goes back.
    public var offset: Int64 {
        willSet {
            precondition(newValue >= offset, "Records of one partition are folded in order.")
        }
    }

    private let reader: any StoreReader
    private let family: Family
    private let shelf: Shelf
    private var overlays = Overlays()

    public init(over reader: any StoreReader, family: Family, shelf: Shelf, at offset: Int64 = 0) {
        self.reader = reader
        self.family = family
        self.shelf = shelf
        self.offset = offset
    }

    /// The first read that failed. What was folded since is worth nothing.
    public var failure: StoreError? { overlays.failure }

    /// The row as the records so far left it. Nil removes it; where versions are kept, its history
    /// stays.
    public subscript<Key, Row>(table: Table<Key, Row>, key: Key) -> Row? {
        get { row(table, key) }
        set {
            makeUnique()
            set(table, key, to: newValue)
        }
        // The row is moved out and back, so that a row holding an array is changed in place.
        _modify {
            makeUnique()
            let overlay = overlays[table]
            let isThere = self.row(table, key) != nil
            var row = overlay.take(key, at: offset)
            defer { if isThere || row != nil { overlay.put(row, at: key, offset: offset) } }
            yield &row
        }
    }

    /// The row, or a first one where there is none: for what is counted from nothing.
    public subscript<Key, Row>(
        table: Table<Key, Row>,
        key: Key,
        default first: @autoclosure () -> Row
    ) -> Row {
        get { row(table, key) ?? first() }
        _modify {
            makeUnique()
            _ = self.row(table, key)
            let overlay = overlays[table]
            var row = overlay.take(key, at: offset) ?? first()
            defer { overlay.put(row, at: key, offset: offset) }
            yield &row
        }
    }

    public mutating func remove<Key, Row>(_ table: Table<Key, Row>, _ key: Key) {
        self[table, key] = nil
    }

    /// Reads rows that are about to be touched, in one call to the engine where the table keeps
    /// only the newest. Where it keeps versions each row takes a seek anyway, and this does
    /// nothing.
    public mutating func prefetch<Key, Row>(
        _ table: Table<Key, Row>,
        _ keys: some Sequence<Key>
    ) {
        guard table.keeps == .newest else { return }
        makeUnique()
        let overlay = overlays[table]
        var seen: Set<[UInt8]> = []
        let missing = keys.filter { seen.insert($0.orderedBytes).inserted && overlay[$0] == nil }
        guard !missing.isEmpty else { return }
        do {
            let rows = try TableReader(reader, family: family, shelf: shelf).get(table, missing)
            for (key, row) in zip(missing, rows) { overlay.remember(row, at: key) }
        } catch {
            overlays.fail(error)
        }
    }

    /// What is to be written, in key order, so that equal records give equal batches.
    public consuming func batch() -> WriteBatch {
        var batch = WriteBatch()
        for row in overlays.rows(on: shelf).sorted(by: { $0.key.lexicographicallyPrecedes($1.key) })
        {
            batch.put(row.value, at: row.key)
        }
        return batch
    }

    private func row<Key, Row>(_ table: Table<Key, Row>, _ key: Key) -> Row? {
        let overlay = overlays[table]
        if let entry = overlay[key] { return entry.row }
        do {
            let row = try TableReader(reader, family: family, shelf: shelf).get(table, key)
            overlay.remember(row, at: key)
            return row
        } catch {
            overlays.fail(error)
            return nil
        }
    }

    private func set<Key, Row>(_ table: Table<Key, Row>, _ key: Key, to row: Row?) {
        let overlay = overlays[table]
        // To remove what is not there changes nothing. Where versions are kept the store is asked
        // first, because whether this batch happens to know must not decide whether a version is
        // written.
        let isChange = row != nil || table.keeps == .newest || self.row(table, key) != nil
        if isChange { overlay.put(row, at: key, offset: offset) }
    }

    /// A copy shares its rows until one of the two is changed.
    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&overlays) { overlays = overlays.copy() }
    }
}
