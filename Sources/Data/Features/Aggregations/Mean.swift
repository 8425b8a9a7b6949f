internal import Records

/// The mean of the values; nothing where there is none.
enum Mean: Aggregating {
    static let name = "mean"
    static let synonyms = ["avg", "average"]

    static func takes(_ type: FieldType) -> Bool { type.isNumber || type == .bool }

    static func value(of rows: WindowValues) -> FieldValue {
        let (sum, count) = rows.sum()
        return count == 0 ? .null : FieldValue(finite: sum / Double(count))
    }
}

extension Aggregation {
    public static let mean = Aggregation(Mean.self)
}
