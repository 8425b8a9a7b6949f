internal import Documents
internal import JSON

/// What the reader, its suggestions and the JSON Schema must know of a key that a mapping may have.
struct KeyRule: Sendable {
    let name: String
    let about: String
    let isRequired: Bool
    let schema: JSONValue

    /// The key's part of the schema, with its explanation for editors.
    var property: (String, JSONValue) {
        (name, .object([("description", .string(about))] + (schema.object ?? [])))
    }
}

/// A key whose value is a single word or text.
struct Key<Value: Sendable>: Sendable {
    let rule: KeyRule
    private let expectation: String
    private let parse: @Sendable (String) -> Value?

    /// `expectation` completes the sentence "it takes …"; `parse` gives nil for a text that is no
    /// such value.
    init(
        _ name: String,
        _ about: String,
        isRequired: Bool = false,
        takes expectation: String,
        schema: JSONValue,
        _ parse: @escaping @Sendable (String) -> Value?
    ) {
        rule = KeyRule(name: name, about: about, isRequired: isRequired, schema: schema)
        self.expectation = expectation
        self.parse = parse
    }

    func read(_ entry: Element.Entry, _ subject: String, _ findings: Findings) -> Value? {
        guard case .scalar(let text) = entry.value.content, let value = parse(text) else {
            findings.add(
                "\(subject)`\(rule.name)` is \(entry.value.content.phrase). "
                    + "It takes \(expectation).",
                at: entry.value.place
            )
            return nil
        }
        return value
    }
}

/// Reads one mapping by the table of its keys.
struct MappingReader {
    private let element: Element
    private let rules: [KeyRule]
    private let subject: String
    private let findings: Findings

    /// `title` says in errors what the mapping is, such as "`spec`"; `subject` is what errors begin
    /// with.
    init(
        _ element: Element,
        rules: [KeyRule],
        of title: String,
        _ subject: String,
        _ findings: Findings
    ) {
        self.element = element
        self.rules = rules
        self.subject = subject
        self.findings = findings
        guard case .mapping(let entries) = element.content else { return }
        let names = rules.map(\.name)
        for entry in entries where !names.contains(entry.key) {
            let suggestion = findings.suggestion(for: entry.key, among: names)
            let help =
                suggestion.isEmpty ? " There are: \(names.joined(separator: ", "))." : suggestion
            findings.add(
                "\(subject)`\(entry.key.excerpt)` is no key of \(title).\(help)",
                at: entry.place
            )
        }
    }

    func value<Value>(_ key: Key<Value>) -> Value? {
        let entry = key.rule.isRequired ? required(key.rule.name) : element.entry(key.rule.name)
        return entry.flatMap { key.read($0, subject, findings) }
    }

    /// The entry of a key that must be there.
    func required(_ name: String) -> Element.Entry? {
        if let entry = element.entry(name) { return entry }
        let about = rules.first { $0.name == name }.map { " (\($0.about))" } ?? ""
        findings.add("\(subject)`\(name)` is missing\(about).", at: element.place)
        return nil
    }
}
