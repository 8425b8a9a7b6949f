public import Bytes
public import Records

/// One row of a dataset: what was known of something at an instant, and how it ended.
public struct DatasetRow: Sendable, Hashable {
    public var id: FieldValue
    public var time: Timestamp
    /// The features, in the order of their columns.
    public var values: [FieldValue]
    /// Null where there was no outcome, and in a dataset without a label.
    public var label: FieldValue

    public init(id: FieldValue, time: Timestamp, values: [FieldValue], label: FieldValue) {
        self.id = id
        self.time = time
        self.values = values
        self.label = label
    }

    /// Throws where the row does not fit the columns.
    func check(_ columns: RowColumns) throws(RowError) {
        func check(_ value: FieldValue, _ column: DatasetColumn) throws(RowError) {
            guard column.type.holds(value) else {
                throw .wrongType(row: idText, column: column.name, type: column.type)
            }
        }
        guard values.count == columns.features.count else {
            throw .wrongCount(row: idText, found: values.count, expected: columns.features.count)
        }
        try check(id, columns.id)
        for (value, column) in zip(values, columns.features) { try check(value, column) }
        if let column = columns.label {
            try check(label, column)
        } else if !label.isNull {
            throw .unexpectedLabel(row: idText)
        }
    }

    /// For messages.
    var idText: String { String(decoding: id.textBytes, as: UTF8.self) }
}

/// Why rows are none of their dataset.
public enum RowError: Error, Sendable, Hashable {
    case equalColumns(String)
    case tooManyColumns(Int)
    case wrongCount(row: String, found: Int, expected: Int)
    case wrongType(row: String, column: String, type: ColumnType)
    case unexpectedLabel(row: String)
}

extension RowError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .equalColumns(let name):
            "two columns are named \(name). Rename a field or a feature"
        case .tooManyColumns(let count):
            "\(count) features are too many: \(RowColumns.maximumFeatureCount) is the most"
        case .wrongCount(let row, let found, let expected):
            "row \(row) has \(found) features, and there are \(expected) columns for them"
        case .wrongType(let row, let column, let type):
            "row \(row) holds a value in \(column) that is no \(type.rawValue)"
        case .unexpectedLabel(let row): "row \(row) has a label, and its dataset has none"
        }
    }
}
