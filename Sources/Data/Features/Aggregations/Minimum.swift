internal import Records

/// The least of the values.
enum Minimum: Aggregating {
    static let name = "min"
    static let synonyms = ["minimum"]

    static func result(of type: FieldType?) -> FieldType { type?.ofFeature ?? .float }
    static func value(of rows: WindowValues) -> FieldValue { rows.extreme(isGreatest: false) }
}

extension Aggregation {
    public static let min = Aggregation(Minimum.self)
}
