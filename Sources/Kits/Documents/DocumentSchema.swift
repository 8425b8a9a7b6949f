public import JSON

/// Pieces of JSON Schema (draft 2020-12).
public enum DocumentSchema {
    public static let span: JSONValue = [
        "type": "string", "pattern": "^[0-9]+(us|ms|s|m|h|d)$",
    ]
    public static let text: JSONValue = ["type": "string", "minLength": 1]
    public static let column: JSONValue = [
        "type": "string", "pattern": .string(Names.columnPattern),
    ]

    /// The schema of a mapping with these keys and no others.
    public static func mapping(_ rules: [DocumentRule]) -> JSONValue {
        [
            "type": "object",
            "properties": .object(rules.map(\.property)),
            "required": .array(rules.filter(\.isRequired).map { .string($0.name) }),
            "additionalProperties": false,
        ]
    }

    /// The schema of a mapping with names that people choose.
    public static func members(of element: JSONValue, minimum: Int64 = 1) -> JSONValue {
        [
            "type": "object", "minProperties": .integer(minimum),
            "propertyNames": column, "additionalProperties": element,
        ]
    }

    public static func list(of element: JSONValue) -> JSONValue {
        ["type": "array", "minItems": 1, "uniqueItems": true, "items": element]
    }
}
