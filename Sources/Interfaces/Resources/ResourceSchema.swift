public import Documents
public import JSON

/// The JSON Schema (draft 2020-12) of a document, for editors. It comes from the tables that the
/// readers use, so the two know the same keys. The kind chooses which of the definitions holds.
public func resourceSchema(of kinds: [any ResourceDefinition.Type]) -> JSONValue {
    [
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A resource of Tributary",
        "type": "object",
        "properties": ["kind": ["enum": .array(kinds.map { .string($0.kind) })]],
        "required": ["kind"],
        "allOf": .array(
            kinds.map { kind in
                [
                    "if": [
                        "properties": ["kind": ["const": .string(kind.kind)]], "required": ["kind"],
                    ],
                    "then": ["$ref": .string("#/$defs/\(kind.kind)")],
                ]
            }
        ),
        "$defs": .object(kinds.map { ($0.kind, $0.schema) }),
    ]
}
