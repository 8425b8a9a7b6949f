/// `late_arrivals@2`
public struct DatasetReference: Sendable, Hashable {
    public var name: String
    public var version: Int64

    /// Nil for a text that is none.
    public init?(_ text: String) {
        guard let at = text.lastIndex(of: "@"), let version = Int64(text[text.index(after: at)...]),
            version > 0
        else { return nil }
        self.name = String(text[..<at])
        self.version = version
    }
}
