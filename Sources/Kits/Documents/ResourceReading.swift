public import JSON

/// What every resource has, whatever its kind.
public struct ResourceHead: Sendable {
    public let name: String
    public let description: String
    public let owner: String

    private static let name = DocumentKey(
        "name",
        "its name among those of its kind",
        isRequired: true,
        schema: ["type": "string", "pattern": .string(Names.pattern)]
    ) { $0.scalar(takes: "a name") { $0.isEmpty ? nil : $0 } }

    private static let description = anyText("description", "what it is for, in a sentence")
    private static let owner = anyText("owner", "who answers for it")

    private static func anyText(_ name: String, _ about: String) -> DocumentKey<String> {
        DocumentKey(name, about, schema: ["type": "string"]) { $0.scalar(takes: "a text") { $0 } }
    }

    fileprivate static func kind(_ kind: String) -> DocumentKey<String> {
        DocumentKey(
            "kind",
            "what it is",
            isRequired: true,
            schema: ["enum": [.string(kind)]]
        ) { $0.scalar(takes: "`\(kind)`") { $0 == kind ? $0 : nil } }
    }

    fileprivate static func spec(_ rules: [DocumentRule]) -> DocumentRule {
        DocumentRule(
            "spec",
            "the definition",
            isRequired: true,
            schema: DocumentSchema.mapping(rules)
        )
    }

    /// So that what a server shows can be applied again.
    private static let status = DocumentRule(
        "status",
        "what a server says of it; it is not read",
        schema: ["type": "object"]
    )

    fileprivate static func rules(kind: String, spec rules: [DocumentRule]) -> [DocumentRule] {
        [
            Self.kind(kind).rule, Self.name.rule, Self.description.rule, Self.owner.rule,
            spec(rules), status,
        ]
    }

    fileprivate init(_ reader: DocumentReader) {
        name = reader.value(Self.name) ?? ""
        description = reader.value(Self.description) ?? ""
        owner = reader.value(Self.owner) ?? ""
    }
}

extension ResourceDefinition {
    /// Reads a resource whose `spec` has these keys. `make` replaces what it cannot read by
    /// something harmless, so that the rules about the rest can still be checked.
    public static func read(
        _ json: JSONValue,
        spec rules: [DocumentRule],
        _ make: (ResourceHead, DocumentReader) -> Self
    ) throws(DocumentProblems) -> Self {
        let findings = DocumentFindings()
        let root = DocumentElement(json, key: "", path: [], findings)
        let keys = ResourceHead.rules(kind: kind, spec: rules)
        guard let reader = DocumentReader(root, keys: keys, of: "a resource") else {
            throw DocumentProblems(findings.problems)
        }
        _ = reader.value(ResourceHead.kind(kind))
        let head = ResourceHead(reader)
        guard let element = reader.entry(ResourceHead.spec(rules)),
            let spec = DocumentReader(element, keys: rules, of: "`spec`")
        else {
            if let fault = Names.fault(of: head.name) {
                findings.add(rules: [DocumentProblem(["name"], fault)])
            }
            throw DocumentProblems(findings.problems)
        }
        let definition = make(head, spec)
        findings.add(rules: definition.problems)
        guard findings.problems.isEmpty else { throw DocumentProblems(findings.problems) }
        return definition
    }

    /// The schema of a resource whose `spec` has these keys.
    public static func schema(spec rules: [DocumentRule]) -> JSONValue {
        DocumentSchema.mapping(ResourceHead.rules(kind: kind, spec: rules))
    }

    /// What is wrong with the name, which every kind has.
    public var nameProblems: [DocumentProblem] {
        Names.fault(of: name).map { [DocumentProblem(["name"], $0)] } ?? []
    }
}
