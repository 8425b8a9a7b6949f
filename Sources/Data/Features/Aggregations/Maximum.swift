internal import Records

/// The greatest of the values.
enum Maximum: Aggregating {
    static let name = "max"
    static let synonyms = ["maximum"]

    static func result(of type: FieldType?) -> FieldType { type?.ofFeature ?? .float }
    static func value(of rows: WindowValues) -> FieldValue { rows.extreme(isGreatest: true) }
}

extension Aggregation {
    public static let max = Aggregation(Maximum.self)
}
