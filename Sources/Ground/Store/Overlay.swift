internal import Bytes

/// The rows that one batch has touched, table by table.
final class Overlays {
    /// By the table's number.
    @exclusivity(unchecked) private var tables: [AnyOverlay?] = []
    private(set) var failure: StoreError?

    /// Only the first failure tells what went wrong; later ones may follow from it.
    func fail(_ error: StoreError) { if failure == nil { failure = error } }

    subscript<Key, Row>(table: Table<Key, Row>) -> Overlay<Key, Row> {
        let number = Int(table.number)
        guard number < tables.count, let known = tables[number] else {
            let new = Overlay(table)
            if number >= tables.count {
                tables += Array(repeating: nil, count: number + 1 - tables.count)
            }
            tables[number] = new
            return new
        }
        // A dynamic cast would take as long as everything else that a record costs here.
        precondition(
            type(of: known) == Overlay<Key, Row>.self,
            "Two tables have the number \(table.number), one of them \(table.name)."
        )
        let overlay = unsafeDowncast(known, to: Overlay<Key, Row>.self)
        precondition(
            overlay.table.name == table.name,
            "Two tables have the number \(table.number), one of them \(table.name)."
        )
        return overlay
    }

    func rows(on shelf: Shelf) -> [OverlayRow] {
        tables.flatMap { $0?.rows(on: shelf) ?? [] }
    }

    func copy() -> Overlays {
        let copy = Overlays()
        copy.tables = tables.map { $0?.copy() }
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
        /// The key's bytes: two texts that Unicode holds to be equal are two keys in the store, and so they are here.
        var key: [UInt8]
        var row: Row?
        /// The offset of the record that changed it last; nil where it was only read.
        var changedAt: Int64?
    }

    let table: Table<Key, Row>
    // Only the `Changes` that own an overlay touch it, one call at a time; to check that at each access took a tenth of
    // what a record costs.
    @exclusivity(unchecked) private var entries: [Entry] = []
    @exclusivity(unchecked) private var places: [KeyBytes: Int] = [:]
    /// The bytes of the key that is asked for, and where the last one stood: many records touch the same row in turn.
    @exclusivity(unchecked) private var asked = ByteWriter(reserving: 48)
    @exclusivity(unchecked) private var lastPlace = 0
    /// Versions that a later record of the same batch has overtaken.
    @exclusivity(unchecked) private var overtaken:
        [(key: [UInt8], value: [UInt8]?, offset: Int64)] = []

    init(_ table: Table<Key, Row>) { self.table = table }

    /// What the batch knows of a row; nil where it was never touched.
    subscript(key: Key) -> Entry? {
        places[KeyBytes(bytes: key.orderedBytes)].map { entries[$0] }
    }

    /// Where a row stands; it is read where the batch has not touched it yet.
    func place(of key: Key, reading read: (Key) -> Row?) -> Int {
        asked.bytes.removeAll(keepingCapacity: true)
        key.writeOrdered(to: &asked)
        if lastPlace < entries.count, entries[lastPlace].key == asked.bytes { return lastPlace }
        let bytes = KeyBytes(bytes: asked.bytes)
        lastPlace = places[bytes] ?? entries.count
        if lastPlace == entries.count {
            entries.append(Entry(key: asked.bytes, row: read(key)))
            places[bytes] = lastPlace
        }
        return lastPlace
    }

    func row(at place: Int) -> Row? { entries[place].row }

    /// Notes what the store holds.
    func remember(_ row: Row?, at key: Key) { _ = place(of: key) { _ in row } }

    /// Moves a row out, so that one holding an array is changed in place; `put` follows.
    func take(at place: Int, offset: Int64) -> Row? {
        keep(place, before: offset)
        var row: Row?
        swap(&row, &entries[place].row)
        return row
    }

    /// `isChange`: False where the row is as it was.
    func put(_ row: consuming Row?, at place: Int, offset: Int64, isChange: Bool = true) {
        entries[place].row = row
        if isChange { entries[place].changedAt = offset }
    }

    /// What is written without being read before.
    func put(_ row: Row?, at key: Key, offset: Int64) {
        let place = place(of: key) { _ in nil }
        keep(place, before: offset)
        put(row, at: place, offset: offset)
    }

    private func keep(_ place: Int, before offset: Int64) {
        guard table.keeps == .everyVersion, let changedAt = entries[place].changedAt,
            changedAt < offset
        else { return }
        overtaken.append((entries[place].key, table.value(of: entries[place].row), changedAt))
    }

    override func rows(on shelf: Shelf) -> [OverlayRow] {
        var rows: [OverlayRow] = []
        for entry in entries {
            guard let changedAt = entry.changedAt else { continue }
            rows.append((key(entry.key, at: changedAt, on: shelf), table.value(of: entry.row)))
        }
        for version in overtaken {
            rows.append((key(version.key, at: version.offset, on: shelf), version.value))
        }
        return rows
    }

    private func key(_ key: [UInt8], at offset: Int64, on shelf: Shelf) -> [UInt8] {
        let key = shelf.prefix + [table.number] + key
        return table.keeps == .newest ? key : Version.key(key, at: offset)
    }

    override func copy() -> AnyOverlay {
        let copy = Overlay(table)
        copy.entries = entries
        copy.places = places
        copy.overtaken = overtaken
        return copy
    }
}

/// Bytes that are hashed at once; an array is hashed byte by byte.
private struct KeyBytes: Hashable {
    var bytes: [UInt8]

    func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
}
