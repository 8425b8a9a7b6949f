public import JSON

/// A value of a document with the keys that lead to it. Reading says what is wrong and gives nil,
/// so that the rest can still be read.
public struct DocumentElement {
    public let json: JSONValue
    public let path: [String]
    /// What errors say before what was found: `` `over` is ``, or `` `over` has `` for a list's
    /// elements.
    private let beginning: String
    let findings: DocumentFindings

    init(_ json: JSONValue, key: String, path: [String], _ findings: DocumentFindings) {
        self.json = json
        self.path = path
        self.findings = findings
        beginning = "`\(key.excerpt)` is "
    }

    private init(elementOf list: DocumentElement, _ json: JSONValue, at index: Int) {
        self.json = json
        path = list.path + [String(index)]
        findings = list.findings
        beginning = "`\((list.path.last ?? "").excerpt)` has "
    }

    /// The last key that leads here, or the index in a list.
    public var key: String { path.last ?? "" }

    public func report(_ message: String) { findings.add(DocumentProblem(path, message)) }

    public func reportKey(_ message: String) {
        findings.add(DocumentProblem(path, message, isAboutKey: true))
    }

    /// Says what was found and what it takes.
    public func refuse(takes expectation: String) {
        let inside = beginning.hasSuffix("has ") ? " in it" : ""
        report("\(beginning)\(json.phrase)\(inside). It takes \(expectation).")
    }

    /// A value that `parse` makes of the text of a scalar.
    public func scalar<Value>(takes expectation: String, _ parse: (String) -> Value?) -> Value? {
        if let text = json.scalarText, let value = parse(text) { return value }
        refuse(takes: expectation)
        return nil
    }

    /// The elements of a list.
    public func list(takes expectation: String) -> [DocumentElement]? {
        guard let elements = json.array else {
            refuse(takes: expectation)
            return nil
        }
        return elements.enumerated().map { index, json in
            DocumentElement(elementOf: self, json, at: index)
        }
    }

    /// The members of a mapping whose keys are names that people choose.
    public func members(takes expectation: String) -> [DocumentElement]? {
        guard let members = json.object else {
            refuse(takes: expectation)
            return nil
        }
        return members.map { key, json in
            DocumentElement(json, key: key, path: path + [key], findings)
        }
    }
}

extension JSONValue {
    /// The text of a scalar as YAML would have it; nil of null, lists and mappings.
    public var scalarText: String? {
        switch self {
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value): value.isFinite ? value.description : nil
        case .string(let text): text
        case .null, .array, .object: nil
        }
    }

    /// What was found, for errors.
    public var phrase: String {
        switch self {
        case .null: "nothing"
        case .array: "a list"
        case .object: "a mapping"
        default: scalarText.flatMap { $0.isEmpty ? nil : "`\($0.excerpt)`" } ?? "nothing"
        }
    }
}

extension String {
    /// The beginning of a text, for errors.
    public var excerpt: String {
        let start = unicodeScalars.prefix(64)
        return start.endIndex == unicodeScalars.endIndex
            ? self : String(String.UnicodeScalarView(start)) + "…"
    }
}

extension String {
    /// There is nothing in it but space.
    public var isBlank: Bool {
        utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    }
}
