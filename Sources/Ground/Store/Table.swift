public import Bytes

/// One kind of row: how its key and its value are written.
public struct Table<Key: Ordered & Hashable, Row: Stored>: Sendable {
    public let name: String
    /// The table's byte in every key. It is never given to another table of the same projection, or
    /// old rows would be read as what they are not.
    public let number: UInt8
    public let keeps: Keeps

    public init(_ name: String, number: UInt8, keeps: Keeps) {
        self.name = name
        self.number = number
        self.keeps = keeps
    }
}

/// What is left of a row when it changes.
public enum Keeps: Sendable, Hashable {
    /// The row as it is now.
    case newest
    /// Also each earlier state of it, under the offset of the record that brought it about.
    case everyVersion
}

extension Table {
    /// What is written for a row of this table. Where versions are kept an empty value says that
    /// the row was removed, so that a present row starts with a byte of its own.
    func value(of row: Row?) -> [UInt8]? {
        switch keeps {
        case .newest: return row?.storedBytes
        case .everyVersion:
            guard let row else { return [] }
            var writer = ByteWriter()
            writer.append(UInt8(1))
            row.write(to: &writer)
            return writer.bytes
        }
    }

    /// Undoes `value(of:)`.
    func row(from value: [UInt8]) throws(StoreError) -> Row? {
        do {
            switch keeps {
            case .newest: return try Row(stored: value)
            case .everyVersion:
                guard let mark = value.first else { return nil }
                guard mark == 1 else { throw ByteError.malformed("no mark of a version", at: 0) }
                return try Row(stored: value.dropFirst())
            }
        } catch {
            throw .corrupt("The table \(name) holds a value that is none of its rows: \(error).")
        }
    }

    func key(from bytes: ArraySlice<UInt8>) throws(StoreError) -> Key {
        do {
            var reader = ByteReader(bytes)
            let key = try Key(ordered: &reader)
            guard reader.isAtEnd else {
                throw ByteError.malformed("bytes after the end of a key", at: reader.position)
            }
            return key
        } catch {
            throw .corrupt("The table \(name) holds a key that is none of its own: \(error).")
        }
    }
}
