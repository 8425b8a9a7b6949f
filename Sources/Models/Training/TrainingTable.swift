public import Bytes

/// The rows that a model learns from, in the order of their event time.
public struct TrainingTable: Sendable {
    public var columns: [String]
    /// Row by row; NaN is a missing value.
    public var rows: [Float]
    /// What happened, one a row.
    public var labels: [Bool]
    /// When, one a row, ascending.
    public var times: [Instant]

    public init(columns: [String], rows: [Float], labels: [Bool], times: [Instant]) {
        self.columns = columns
        self.rows = rows
        self.labels = labels
        self.times = times
    }

    public var rowCount: Int { labels.count }
}

extension TrainingTable {
    /// Rows that follow one another.
    func part(_ range: Range<Int>) -> TrainingTable {
        TrainingTable(
            columns: columns,
            rows: Array(
                rows[range.lowerBound * columns.count ..< range.upperBound * columns.count]
            ),
            labels: Array(labels[range]),
            times: Array(times[range])
        )
    }

    /// Whether anything can be learned from it.
    func check() throws(TrainingError) {
        guard rowCount > 0 else { throw .noRows }
        guard !columns.isEmpty else { throw .noColumns }
        var names: Set<String> = []
        for name in columns {
            guard !name.isEmpty, !name.utf8.contains(where: { $0 < 0x20 }) else {
                throw .badColumnName(name)
            }
            guard names.insert(name).inserted else { throw .duplicateColumn(name) }
        }
        let (expected, overflow) = rowCount.multipliedReportingOverflow(by: columns.count)
        guard !overflow, rows.count == expected else {
            throw .valueCount(rows.count, rows: rowCount, columns: columns.count)
        }
        guard times.count == rowCount else { throw .timeCount(times.count, rows: rowCount) }
        for row in times.indices.dropFirst() where times[row] < times[row - 1] {
            throw .timesFall(row: row)
        }
        try checkValues()
        try checkLabels(in: "the table")
    }

    func checkLabels(in part: String) throws(TrainingError) {
        for label in [true, false] where !labels.contains(!label) {
            throw .oneClass(label, in: part)
        }
    }

    private func checkValues() throws(TrainingError) {
        var isPresent = [Bool](repeating: false, count: columns.count)
        for row in 0 ..< rowCount {
            for column in columns.indices {
                let value = rows[row * columns.count + column]
                guard !value.isInfinite else {
                    throw .infinite(column: columns[column], row: row)
                }
                if !value.isNaN { isPresent[column] = true }
            }
        }
        for (column, isPresent) in zip(columns, isPresent) where !isPresent {
            throw .allMissing(column: column)
        }
    }
}
