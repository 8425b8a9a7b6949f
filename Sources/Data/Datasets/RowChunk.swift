public import Bytes
internal import Records

/// The bytes of rows that lie together in the archive. Equal rows have equal bytes, whoever writes them; column by
/// column, because neighbours of one column resemble each other and are compressed well.
public enum RowChunk {
    /// How many rows lie together, but for the last of a version.
    public static let rowCount = 4_096
    /// Stands in front of every chunk; another layout gets another one.
    static let title = "tributary rows 1"

    public static func encode(
        _ rows: [DatasetRow],
        _ columns: RowColumns
    ) throws(RowError) -> [UInt8] {
        precondition(rows.count <= rowCount, "A chunk has at most \(rowCount) rows.")
        for row in rows { try row.check(columns) }
        var writer = ByteWriter(reserving: 64 + rows.count * columns.all.count * 4)
        title.write(to: &writer)
        columns.write(to: &writer)
        writer.appendVarint(UInt64(rows.count))
        writer.append(column: rows.map(\.id))
        writer.append(column: rows.map { .timestamp($0.time) })
        for index in columns.features.indices {
            writer.append(column: rows.map { $0.values[index] })
        }
        if columns.label != nil { writer.append(column: rows.map(\.label)) }
        return writer.bytes
    }

    public static func decode(
        _ bytes: [UInt8]
    ) throws(ByteError) -> (rows: [DatasetRow], columns: RowColumns) {
        var reader = ByteReader(bytes)
        guard try reader.readString() == title else {
            throw .malformed("no rows, or rows of another layout", at: 0)
        }
        let columns = try RowColumns(from: &reader)
        let start = reader.position
        let count = try reader.readVarint()
        guard count <= UInt64(rowCount) else {
            throw .malformed("\(count) rows, where \(rowCount) is the most", at: start)
        }
        var rows: [DatasetRow] = []
        let ids = try reader.readColumn(columns.id, count: Int(count))
        let timesAt = reader.position
        for (id, time) in zip(ids, try reader.readColumn(RowColumns.time, count: Int(count))) {
            guard case .timestamp(let time) = time else {
                throw .malformed("a row without a time", at: timesAt)
            }
            rows.append(DatasetRow(id: id, time: time, values: [], label: .null))
            rows[rows.count - 1].values.reserveCapacity(columns.features.count)
        }
        for column in columns.features {
            let values = try reader.readColumn(column, count: rows.count)
            for (index, value) in values.enumerated() { rows[index].values.append(value) }
        }
        if let label = columns.label {
            let values = try reader.readColumn(label, count: rows.count)
            for (index, value) in values.enumerated() { rows[index].label = value }
        }
        guard reader.isAtEnd else {
            throw .malformed("bytes after the last column", at: reader.position)
        }
        return (rows, columns)
    }
}
