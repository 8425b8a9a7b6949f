internal import Documents
internal import JSON

/// What is wrong with a CSV file, and where.
public struct CSVError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Counted from 1; of a row that spans several lines, the first.
    public var line: Int
    /// The how-manieth value of the row, from 1; nil where the row as a whole is meant.
    public var column: Int?
    public var message: String

    public var description: String {
        "line \(line)" + (column.map { ", column \($0)" } ?? "") + ": \(message)"
    }
}

/// Turns a CSV file with a header (RFC 4180) into the JSON records of a stream, line by line. An empty value is
/// null; a quoted empty one is an empty text. What a value says is written into the record digit for digit, and read
/// there by the rules of every record: a value that is not of its field's type stays a text, and the record is refused
/// as one that was written in JSON would be. Columns that the stream does not declare become texts.
public struct CSVReader {
    /// A longer row is no row: somewhere a quote was never closed.
    static let longestRow = 4 * RecordReader.maximumByteCount

    private let definition: StreamDefinition
    private var row = CSVRowText()
    private var columns: [Column]?

    private struct Column {
        /// The name as a key of JSON, with its colon.
        var key: [UInt8]
        var name: String
        /// Nil where the stream does not declare it.
        var type: FieldType?
    }

    public init(for definition: StreamDefinition) { self.definition = definition }

    /// The line on which the row began that `take` gave last.
    public var line: Int { row.line }

    /// Takes the next line, without its line feed. Gives the record of the row that ends with it, as the bytes of a JSON
    /// object; nil for the header, an empty line, and where the row goes on. Behind an error in a row the next ones can
    /// be read; behind one in the header (`hasHeader`) nothing can.
    public mutating func take(
        _ next: ArraySlice<UInt8>,
        line number: Int
    ) throws(CSVError) -> [UInt8]? {
        guard let text = row.take(next, line: number) else {
            if row.byteCount > Self.longestRow { try abandon() }
            return nil
        }
        return text.isEmpty ? nil : try record(of: text)
    }

    public var hasHeader: Bool { columns != nil }

    /// Says that there are no more lines.
    public mutating func finish() throws(CSVError) {
        if row.isOpen { try abandon() }
        guard hasHeader else { throw CSVError(line: 1, message: "there is no header.") }
    }

    /// Finds the quote that was never closed.
    private mutating func abandon() throws(CSVError) {
        let start = line
        var open = CSVRow(row.abandon(), line: start)
        _ = try open.cells()
        throw CSVError(line: start, message: "a quote is never closed.")
    }

    private mutating func record(of text: [UInt8]) throws(CSVError) -> [UInt8]? {
        var row = CSVRow(text, line: line)
        let cells = try row.cells()
        guard let columns else {
            columns = try header(cells)
            return nil
        }
        guard cells.count == columns.count else {
            throw CSVError(
                line: line,
                message: "there are \(cells.count) values for \(columns.count) columns."
            )
        }
        var record: [UInt8] = [UInt8(ascii: "{")]
        for (index, (cell, column)) in zip(cells, columns).enumerated() {
            if index > 0 { record.append(UInt8(ascii: ",")) }
            guard let value = Self.value(of: cell, column.type) else {
                throw CSVError(
                    line: line,
                    column: index + 1,
                    message: "`\(column.name.excerpt)` is not UTF-8."
                )
            }
            record += column.key
            record += value
        }
        record.append(UInt8(ascii: "}"))
        return record
    }

    private func header(_ cells: [CSVRow.Cell]) throws(CSVError) -> [Column] {
        var columns: [Column] = []
        for (index, cell) in cells.enumerated() {
            guard let name = String(validating: cell.bytes, as: UTF8.self), !name.isEmpty else {
                throw CSVError(
                    line: line,
                    column: index + 1,
                    message: "the column has no name."
                )
            }
            guard !columns.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
                throw CSVError(
                    line: line,
                    column: index + 1,
                    message: "there are two columns `\(name.excerpt)`."
                )
            }
            let type = definition.fields.first { $0.name.utf8.elementsEqual(name.utf8) }?.type
            columns.append(
                Column(key: Self.json(name) + [UInt8(ascii: ":")], name: name, type: type)
            )
        }
        let names = columns.map(\.name)
        for field in definition.fields where !field.isOptional && !names.contains(field.name) {
            let suggestion = Spelling.suggestion(for: field.name, among: names)
            throw CSVError(line: line, message: "there is no column `\(field.name)`.\(suggestion)")
        }
        return columns
    }

    /// Nil for what is not UTF-8.
    private static func value(of cell: CSVRow.Cell, _ type: FieldType?) -> [UInt8]? {
        if cell.bytes.isEmpty && !(cell.isQuoted && (type ?? .string) == .string) {
            return Array("null".utf8)
        }
        guard let text = String(validating: cell.bytes, as: UTF8.self) else { return nil }
        switch type {
        case nil, .string, .timestamp: return json(text)
        case .bool:
            return FieldText.truth(of: text).map { Array(($0 ? "true" : "false").utf8) }
                ?? json(text)
        case .int32, .int64, .float:
            return FieldText.number(in: text).map { Array($0.utf8) } ?? json(text)
        }
    }

    private static func json(_ text: String) -> [UInt8] {
        Array(JSONValue.string(text).canonicalText.utf8)
    }
}
