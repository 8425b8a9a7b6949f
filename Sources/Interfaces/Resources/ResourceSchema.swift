internal import Datasets
internal import Documents
internal import Features
public import JSON
internal import ModelRegistry
internal import Serving

/// The JSON Schema (draft 2020-12) of a document, for editors. It comes from the tables that the
/// readers use, so the two know the same keys. The kind chooses which of the definitions holds.
public func resourceSchema() -> JSONValue {
    let kinds: [(String, JSONValue)] = [
        (ResourceKind.stream, streamSchema),
        (FeatureViewDefinition.kind, FeatureViewDefinition.schema),
        (DatasetDefinition.kind, DatasetDefinition.schema),
        (ModelDefinition.kind, ModelDefinition.schema),
        (EndpointDefinition.kind, EndpointDefinition.schema),
    ]
    return [
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A resource of Tributary",
        "type": "object",
        "properties": ["kind": ["enum": .array(kinds.map { .string($0.0) })]],
        "required": ["kind"],
        "allOf": .array(
            kinds.map { kind, _ in
                [
                    "if": ["properties": ["kind": ["const": .string(kind)]], "required": ["kind"]],
                    "then": ["$ref": .string("#/$defs/\(kind)")],
                ]
            }
        ),
        "$defs": .object(kinds),
    ]
}

private var streamSchema: JSONValue {
    let kind = KeyRule(
        name: "kind",
        about: HeadKeys.kind.rule.about,
        isRequired: true,
        schema: ["enum": [.string(ResourceKind.stream)]]
    )
    let spec = KeyRule(
        name: HeadKeys.spec.name,
        about: HeadKeys.spec.about,
        isRequired: true,
        schema: schema(of: StreamKeys.all)
    )
    let head = HeadKeys.all.filter { $0.name != "kind" && $0.name != "spec" }
    return schema(of: [kind] + head + [spec])
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
