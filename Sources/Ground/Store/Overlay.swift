internal import Bytes

/// The rows that one batch has touched, table by table.
final class Overlays {
    private var tables: [UInt8: AnyOverlay] = [:]
    private(set) var failure: StoreError?

    /// Only the first failure tells what went wrong; later ones may follow from it.
    func fail(_ error: StoreError) { if failure == nil { failure = error } }

    subscript<Key, Row>(table: Table<Key, Row>) -> Overlay<Key, Row> {
        guard let known = tables[table.number] else {
            let new = Overlay(table)
            tables[table.number] = new
            return new
        }
        guard let overlay = known as? Overlay<Key, Row>, overlay.table.name == table.name else {
            preconditionFailure(
                "Two tables have the number \(table.number), one of them \(table.name)."
            )
        }
        return overlay
    }

    func rows(on shelf: Shelf) -> [OverlayRow] {
        tables.values.flatMap { $0.rows(on: shelf) }
    }

    func copy() -> Overlays {
        let copy = Overlays()
        copy.tables = tables.mapValues { $0.copy() }
        copy.failure = failure
        return copy
    }
}

/// A row as it will be written; nil removes it.
typealias OverlayRow = (key: [UInt8], value: [UInt8]?)

/// An overlay whose types are not known.
class AnyOverlay {
    func rows(on shelf: Shelf) -> [OverlayRow] { [] }
    func copy() -> AnyOverlay { self }
}

/// The rows of one table that a batch has touched, decoded.
final class Overlay<Key: Ordered & Hashable, Row: Stored>: AnyOverlay {
    /// A row as the batch has it.
    struct Entry {
        var row: Row?
        /// The offset of the record that changed it last; nil where it was only read.
        var changedAt: Int64?
    }

    let table: Table<Key, Row>
    /// By the key's bytes: two texts that Unicode holds to be equal are two keys in the store, and so they are here.
    private var entries: [[UInt8]: Entry]
    /// Versions that a later record of the same batch has overtaken.
    private var overtaken: [(key: [UInt8], value: [UInt8]?, offset: Int64)]

    convenience init(_ table: Table<Key, Row>) {
        self.init(table, entries: [:], overtaken: [])
    }

    private init(
        _ table: Table<Key, Row>,
        entries: [[UInt8]: Entry],
        overtaken: [(key: [UInt8], value: [UInt8]?, offset: Int64)]
    ) {
        self.table = table
        self.entries = entries
        self.overtaken = overtaken
    }

    /// What the batch knows of a row; nil where it was never touched.
    subscript(key: Key) -> Entry? { entries[key.orderedBytes] }

    /// Notes what the store holds.
    func remember(_ row: Row?, at key: Key) { entries[key.orderedBytes] = Entry(row: row) }

    /// Moves a row out so that it can be changed in place. If there was one, `put` must follow.
    func take(_ key: Key, at offset: Int64) -> Row? {
        let key = key.orderedBytes
        guard let index = entries.index(forKey: key), entries.values[index].row != nil else {
            return nil
        }
        keep(entries.values[index], of: key, before: offset)
        entries.values[index].changedAt = offset
        var row: Row?
        swap(&row, &entries.values[index].row)
        return row
    }

    func put(_ row: Row?, at key: Key, offset: Int64) {
        let key = key.orderedBytes
        if let entry = entries[key] { keep(entry, of: key, before: offset) }
        entries[key] = Entry(row: row, changedAt: offset)
    }

    private func keep(_ entry: Entry, of key: [UInt8], before offset: Int64) {
        guard table.keeps == .everyVersion, let changedAt = entry.changedAt, changedAt < offset
        else { return }
        overtaken.append((key, table.value(of: entry.row), changedAt))
    }

    override func rows(on shelf: Shelf) -> [OverlayRow] {
        var rows: [OverlayRow] = []
        for (key, entry) in entries {
            guard let changedAt = entry.changedAt else { continue }
            rows.append((place(of: key, at: changedAt, on: shelf), table.value(of: entry.row)))
        }
        for version in overtaken {
            rows.append((place(of: version.key, at: version.offset, on: shelf), version.value))
        }
        return rows
    }

    private func place(of key: [UInt8], at offset: Int64, on shelf: Shelf) -> [UInt8] {
        let key = shelf.prefix + [table.number] + key
        return table.keeps == .newest ? key : Version.key(key, at: offset)
    }

    override func copy() -> AnyOverlay {
        Overlay(table, entries: entries, overtaken: overtaken)
    }
}
