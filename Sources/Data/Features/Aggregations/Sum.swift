internal import Records

/// The values added up; zero where there is none.
enum Sum: Aggregating {
    static let name = "sum"
    static let synonyms = ["total"]

    static func takes(_ type: FieldType) -> Bool { type.isNumber || type == .bool }
    static func value(of rows: WindowValues) -> FieldValue { FieldValue(finite: rows.sum().sum) }
}

extension Aggregation {
    public static let sum = Aggregation(Sum.self)
}
