internal import JSON

/// The keys that every resource has.
enum HeadKeys {
    static let kind = Key(
        "kind",
        "what it is",
        isRequired: true,
        takes: "the name of a kind",
        schema: ["enum": .array(ResourceKind.known.map { .string($0) })]
    ) { $0.isEmpty ? nil : $0 }

    static let name = Key(
        "name",
        "its name among those of its kind",
        isRequired: true,
        takes: "a name",
        schema: ["type": "string", "pattern": "^[a-zA-Z0-9._-]{1,249}$"]
    ) { $0.isEmpty ? nil : $0 }

    static let description = Key(
        "description",
        "what it is for, in a sentence",
        takes: "a text",
        schema: ["type": "string"]
    ) { $0 }

    static let owner = Key(
        "owner",
        "who answers for it",
        takes: "a text",
        schema: ["type": "string"]
    ) { $0 }

    static let spec = KeyRule(
        name: "spec",
        about: "the definition",
        isRequired: true,
        schema: ["type": "object"]
    )

    static let all = [kind.rule, name.rule, description.rule, owner.rule, spec]
    static let list = all.map(\.name).joined(separator: ", ")
}
