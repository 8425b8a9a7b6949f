extension ResourceDefinition {
    /// Reads canonical JSON that was written before; nil where it is no definition that keeps the rules.
    public init?(text: String) {
        do throws(DocumentProblems) { try self.init(canonical: text) } catch { return nil }
    }
}
