public import Bytes
internal import Records

/// Rows as training takes them: numbers of 32 bits row by row, NaN for null, and a truth value for each row.
public struct TrainingMatrix: Sendable {
    public let columns: [String]
    /// Row by row, in the order of the columns.
    public private(set) var values: [Float] = []
    public private(set) var labels: [Bool] = []
    /// When each row happened.
    public private(set) var times: [Instant] = []

    public var rowCount: Int { labels.count }

    public init(_ columns: RowColumns) throws(TrainingRefusal) {
        for column in columns.features {
            switch column.type {
            case .bool, .int64, .float: break
            case .string, .timestamp: throw .noNumber(column: column.name, type: column.type)
            }
        }
        guard let label = columns.label else { throw .noLabel }
        guard label.type == .bool else { throw .labelType(column: label.name, type: label.type) }
        self.columns = columns.features.map(\.name)
    }

    /// Appends rows that fit the columns; a row that is refused leaves the matrix as it was.
    public mutating func append(_ rows: [DatasetRow]) throws(TrainingRefusal) {
        for row in rows {
            precondition(row.values.count == columns.count, "A row has a value for each column.")
            guard case .bool(let label) = row.label else { throw .label(row: row.idText) }
            let start = values.count
            for (index, value) in row.values.enumerated() {
                guard let number = value.modelInput else {
                    values.removeLast(values.count - start)
                    throw .value(row: row.idText, column: columns[index])
                }
                values.append(number)
            }
            labels.append(label)
            times.append(row.time.instant)
        }
    }
}

/// Why nothing can be trained on rows.
public enum TrainingRefusal: Error, Sendable, Hashable {
    case noNumber(column: String, type: ColumnType)
    case noLabel
    case labelType(column: String, type: ColumnType)
    case label(row: String)
    case value(row: String, column: String)
}

extension TrainingRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noNumber(let column, let type):
            "the column \(column) holds \(type.rawValue) values, and training takes numbers and "
                + "truth values. Leave the feature out, or compute a number from it"
        case .noLabel: "the dataset has no label. Declare one, and seal a version with it"
        case .labelType(let column, let type):
            "the label \(column) is \(type.rawValue), and a binary model needs bool"
        case .label(let row):
            "row \(row) has no label. Say `where: label != null` in the dataset"
        case .value(let row, let column):
            "row \(row) holds a value in \(column) that is no number of 32 bits"
        }
    }
}
