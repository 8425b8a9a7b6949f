internal import Bytes
internal import Records

/// Rows as CSV (RFC 4180, with line feeds): a line with the names of the columns, then a line for each row.
///
/// Null is nothing between the commas, and an empty text is `""`. Floats have the fewest digits that read back as
/// the same number.
public struct CSVRowsWriter: Sendable {
    public let columns: RowColumns

    public init(_ columns: RowColumns) { self.columns = columns }

    /// The first line.
    public var header: [UInt8] {
        var bytes: [UInt8] = []
        for (index, column) in columns.all.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(text: Array(column.name.utf8), to: &bytes)
        }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    public func bytes(of rows: [DatasetRow]) -> [UInt8] {
        var bytes: [UInt8] = []
        for row in rows {
            append(row.id, to: &bytes)
            bytes.append(UInt8(ascii: ","))
            append(.timestamp(row.time), to: &bytes)
            for value in row.values {
                bytes.append(UInt8(ascii: ","))
                append(value, to: &bytes)
            }
            if columns.label != nil {
                bytes.append(UInt8(ascii: ","))
                append(row.label, to: &bytes)
            }
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    private func append(_ value: FieldValue, to bytes: inout [UInt8]) {
        switch value {
        case .null: break
        case .bool, .int, .float, .timestamp: bytes += value.textBytes
        case .string: append(text: value.textBytes, to: &bytes)
        }
    }

    private func append(text: [UInt8], to bytes: inout [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let isPlain =
            !text.isEmpty
            && text.allSatisfy { $0 != quote && $0 != UInt8(ascii: ",") && $0 != 10 && $0 != 13 }
        guard !isPlain else {
            bytes += text
            return
        }
        bytes.append(quote)
        for byte in text {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }
}
