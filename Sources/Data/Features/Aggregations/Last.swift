internal import Records

/// What the newest record has, be it nothing.
enum Last: Aggregating {
    static let name = "last"
    static let synonyms = ["latest"]
    static let readsNewest = true

    static func takes(_ type: FieldType) -> Bool { true }
    static func result(of type: FieldType?) -> FieldType { type?.ofFeature ?? .float }

    static func value(of rows: WindowValues) -> FieldValue {
        rows.newest.map { rows.value(of: $0) } ?? .null
    }
}

extension Aggregation {
    public static let last = Aggregation(Last.self)
}
