public import JSON

/// What the reader, its suggestions and the JSON Schema must know of a key that a mapping may have.
public struct DocumentRule: Sendable {
    public let name: String
    /// What it is, in a phrase.
    public let about: String
    public let isRequired: Bool
    public let schema: JSONValue

    public init(_ name: String, _ about: String, isRequired: Bool = false, schema: JSONValue) {
        self.name = name
        self.about = about
        self.isRequired = isRequired
        self.schema = schema
    }

    /// The key's part of the schema, with its explanation for editors.
    var property: (String, JSONValue) {
        (name, .object([("description", .string(about))] + (schema.object ?? [])))
    }
}

/// A key with how its value is read.
public struct DocumentKey<Value>: Sendable {
    public let rule: DocumentRule
    public let read: @Sendable (DocumentElement) -> Value?

    /// `read` says what is wrong by itself and then gives nil.
    public init(
        _ name: String,
        _ about: String,
        isRequired: Bool = false,
        schema: JSONValue,
        _ read: @escaping @Sendable (DocumentElement) -> Value?
    ) {
        rule = DocumentRule(name, about, isRequired: isRequired, schema: schema)
        self.read = read
    }
}
