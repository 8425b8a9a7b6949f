/// Something in a document that must change before it can be used.
public struct DocumentProblem: Error, Hashable, Sendable {
    /// The keys that lead to it, as the resource writes them; elements of lists by their index as
    /// text: `["spec", "features", "delay", "over", "1"]`.
    public var path: [String]
    public var message: String
    /// It points at the key and not at its value.
    public var isAboutKey: Bool

    public init(_ path: [String], _ message: String, isAboutKey: Bool = false) {
        self.path = path
        self.message = message
        self.isAboutKey = isAboutKey
    }
}

extension DocumentProblem: CustomStringConvertible {
    public var description: String {
        path.isEmpty ? message : "\(path.joined(separator: ".")): \(message)"
    }
}

/// All that is wrong with a document, in the order in which it was found.
public struct DocumentProblems: Error, Hashable, Sendable, CustomStringConvertible {
    public var list: [DocumentProblem]

    public init(_ list: [DocumentProblem]) { self.list = list }

    /// One problem a line.
    public var description: String { list.map(\.description).joined(separator: "\n") }
}
