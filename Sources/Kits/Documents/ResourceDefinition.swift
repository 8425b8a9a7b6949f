public import Bytes
public import JSON

/// What a resource declares: read from YAML or JSON, kept as JSON, and equal where its JSON is.
public protocol ResourceDefinition: Sendable, Hashable {
    /// As a resource names it: `FeatureView`.
    static var kind: String { get }
    /// The JSON Schema of the whole resource.
    static var schema: JSONValue { get }

    var name: String { get }
    var description: String { get }
    var owner: String { get }
    /// The resource with every default written out. Equal definitions give equal JSON.
    var json: JSONValue { get }
    /// Every rule that is broken, of those that need no other resource.
    var problems: [DocumentProblem] { get }

    /// Reads `json`, and also what YAML gives, where every scalar is a text. All problems are
    /// collected.
    init(json: JSONValue) throws(DocumentProblems)

    /// Takes over the generation that it was declared under, where rows are of that: a later release may compute
    /// another one of the same text.
    mutating func isDeclared(as generation: Digest)
}

extension ResourceDefinition {
    public mutating func isDeclared(as generation: Digest) {}

    /// The JSON on one line.
    public var canonicalText: String { json.canonicalText }

    public init(canonical text: String) throws(DocumentProblems) {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: text)
        } catch {
            throw DocumentProblems([DocumentProblem([], "it is not JSON: \(error)")])
        }
        try self.init(json: json)
    }

    /// The resource that `spec` belongs to.
    public func resource(spec: [(String, JSONValue)]) -> JSONValue {
        [
            "kind": .string(Self.kind), "name": .string(name), "description": .string(description),
            "owner": .string(owner), "spec": .object(spec),
        ]
    }
}

extension JSONValue {
    /// The value on one line, for definitions and what is hashed of them.
    public var canonicalText: String {
        do throws(JSONError) {
            return try text()
        } catch {
            preconditionFailure("A definition holds only finite numbers: \(error)")
        }
    }
}
