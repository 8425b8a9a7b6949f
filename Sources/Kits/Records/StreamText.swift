internal import Documents
internal import JSON

extension StreamDefinition {
    /// The definition as JSON on one line.
    public var canonicalText: String { json.canonicalText }

    /// Reads canonical JSON that was written before; nil where it is no definition that keeps the rules.
    public init?(text: String) {
        do { try self.init(json: try JSONValue(parsing: text)) } catch { return nil }
    }
}
