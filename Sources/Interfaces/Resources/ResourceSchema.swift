public import JSON

/// The JSON Schema (draft 2020-12) of a document, for editors. It comes from the tables that the
/// reader uses, so the two know the same keys.
public func resourceSchema() -> JSONValue {
    var members = schema(of: HeadKeys.all.filter { $0.name != "spec" } + [streamSpec]).object ?? []
    members.insert(("$schema", "https://json-schema.org/draft/2020-12/schema"), at: 0)
    members.insert(("title", "A resource of Tributary"), at: 1)
    return .object(members)
}

private var streamSpec: KeyRule {
    KeyRule(
        name: HeadKeys.spec.name,
        about: HeadKeys.spec.about,
        isRequired: true,
        schema: schema(of: StreamKeys.all)
    )
}

/// The schema of a mapping with these keys and no others.
func schema(of rules: [KeyRule]) -> JSONValue {
    [
        "type": "object",
        "properties": .object(rules.map(\.property)),
        "required": .array(rules.filter(\.isRequired).map { .string($0.name) }),
        "additionalProperties": false,
    ]
}
