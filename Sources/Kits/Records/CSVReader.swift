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

/// Turns a CSV file with a header (RFC 4180) into the JSON records of a stream. An empty value is
/// null; a quoted empty one is an empty text. Columns that the stream does not declare become
/// texts.
public struct CSVReader {
    private var rows: CSVRows
    private let names: [String]
    private let types: [FieldType?]
    /// The line on which the row began that `next` gave last.
    public private(set) var line = 1

    public init(_ text: [UInt8], for definition: StreamDefinition) throws(CSVError) {
        rows = CSVRows(text)
        guard let header = try rows.next() else {
            throw CSVError(line: 1, message: "there is no header.")
        }
        var names: [String] = []
        for (index, cell) in header.cells.enumerated() {
            guard let name = String(validating: cell.bytes, as: UTF8.self), !name.isEmpty else {
                throw CSVError(
                    line: header.line,
                    column: index + 1,
                    message: "the column has no name."
                )
            }
            guard !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) else {
                throw CSVError(
                    line: header.line,
                    column: index + 1,
                    message: "there are two columns `\(name.excerpt)`."
                )
            }
            names.append(name)
        }
        self.names = names
        types = names.map { definition.field($0)?.type }
        for field in definition.fields where !field.isOptional && !names.contains(field.name) {
            let suggestion = Spelling.suggestion(for: field.name, among: names)
            throw CSVError(
                line: header.line,
                message: "there is no column `\(field.name)`.\(suggestion)"
            )
        }
    }

    /// The next row as the bytes of a JSON object; nil at the end.
    public mutating func next() throws(CSVError) -> [UInt8]? {
        guard let row = try rows.next() else { return nil }
        line = row.line
        guard row.cells.count == names.count else {
            throw CSVError(
                line: row.line,
                message: "there are \(row.cells.count) values for \(names.count) columns."
            )
        }
        var members: [(String, JSONValue)] = []
        members.reserveCapacity(names.count)
        for (index, cell) in row.cells.enumerated() {
            guard let value = Self.value(of: cell, types[index]) else {
                let text = String(decoding: cell.bytes, as: UTF8.self).excerpt
                throw CSVError(
                    line: row.line,
                    column: index + 1,
                    message: "`\(names[index].excerpt)` is `\(text)`, which is no "
                        + "\((types[index] ?? .string).rawValue). Nothing at all stands for null."
                )
            }
            members.append((names[index], value))
        }
        do throws(JSONError) {
            return try JSONValue.object(members).bytes()
        } catch {
            throw CSVError(line: row.line, message: error.description)
        }
    }

    private static func value(of cell: CSVRows.Cell, _ type: FieldType?) -> JSONValue? {
        if cell.bytes.isEmpty && !(cell.isQuoted && (type ?? .string) == .string) { return .null }
        guard let text = String(validating: cell.bytes, as: UTF8.self) else { return nil }
        switch type {
        case nil, .string, .timestamp: return .string(text)
        case .bool:
            switch text.lowercased() {
            case "true": return true
            case "false": return false
            default: return nil
            }
        case .int32, .int64: return Int64(text).map(JSONValue.integer)
        case .float:
            guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }),
                let number = Double(text), number.isFinite
            else { return nil }
            return .number(number)
        }
    }
}
