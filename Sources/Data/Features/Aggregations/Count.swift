internal import Records

/// How many records there are.
enum Count: Aggregating {
    static let name = "count"
    static let about = "how many records there are"
    static let takesField = false

    static func result(of type: FieldType?) -> FieldType { .int64 }
    static func value(of rows: WindowValues) -> FieldValue { .int(Int64(rows.rowCount)) }
}

extension Aggregation {
    public static let count = Aggregation(Count.self)
}
