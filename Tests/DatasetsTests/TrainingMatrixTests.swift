import Bytes
import Datasets
import Records
import Testing

@Suite struct `Rows for training` {
    private func columns(
        _ features: [DatasetColumn],
        label: DatasetColumn? = .init("late15", .bool)
    ) throws -> RowColumns {
        try RowColumns(id: .init("id", .string), features: features, label: label)
    }

    private let numbers: [DatasetColumn] = [
        .init("b", .bool), .init("i", .int64), .init("f", .float),
    ]

    private func row(_ id: String, _ values: [FieldValue], _ label: FieldValue) -> DatasetRow {
        DatasetRow(id: .string(id), time: Timestamp(Flights.july), values: values, label: label)
    }

    @Test func `become numbers row by row, with NaN for null`() throws {
        var matrix = try TrainingMatrix(columns(numbers))
        try matrix.append([
            row("a", [.bool(true), .int(-7), .float(0.5)], .bool(true)),
            row("b", [.bool(false), .null, .float(-2)], .bool(false)),
        ])
        #expect(matrix.columns == ["b", "i", "f"])
        #expect(matrix.rowCount == 2)
        #expect(matrix.labels == [true, false])
        #expect(matrix.times == [Flights.july, Flights.july])
        #expect(matrix.values.map { $0.isNaN ? 99 : $0 } == [1, -7, 0.5, 0, 99, -2])
    }

    @Test func `are refused by the column that is no number`() throws {
        for type in [ColumnType.string, .timestamp] {
            let columns = try columns(numbers + [.init("tail", type)])
            #expect(throws: TrainingRefusal.noNumber(column: "tail", type: type)) {
                try TrainingMatrix(columns)
            }
        }
    }

    @Test func `are refused without a label that is true or false`() throws {
        #expect(throws: TrainingRefusal.noLabel) {
            try TrainingMatrix(columns(numbers, label: nil))
        }
        #expect(throws: TrainingRefusal.labelType(column: "delay", type: .float)) {
            try TrainingMatrix(columns(numbers, label: .init("delay", .float)))
        }
    }

    @Test func `are refused by the row that has no label, or too great a number`() throws {
        var matrix = try TrainingMatrix(columns(numbers))
        #expect(throws: TrainingRefusal.label(row: "x")) {
            try matrix.append([row("x", [.null, .null, .null], .null)])
        }
        #expect(throws: TrainingRefusal.value(row: "y", column: "f")) {
            try matrix.append([row("y", [.null, .null, .float(1e300)], .bool(true))])
        }
        #expect(matrix.rowCount == 0)
        #expect(matrix.values.isEmpty, "A refused row leaves nothing behind.")
    }
}
