public import Documents

/// A resource with where each part of it stands in its file, so that what only others know of it
/// can be said at its place.
public struct ReadResource: Sendable {
    public let definition: any ResourceDefinition
    public let file: String
    private let root: Element

    init(_ definition: any ResourceDefinition, in file: String, _ root: Element) {
        self.definition = definition
        self.file = file
        self.root = root
    }

    public var kind: String { type(of: definition).kind }
    public var name: String { definition.name }

    /// Where something that is wrong stands; the last value on the way where that is further than the file goes.
    public func place(of problem: DocumentProblem) -> (file: String, line: Int, column: Int) {
        let place = root.place(of: problem)
        return (file, place.line, place.column)
    }

    /// A problem of this resource, at its place and with its kind and name.
    public func error(_ problem: DocumentProblem) -> ResourceError {
        let place = root.place(of: problem)
        return ResourceError(
            file: file,
            line: place.line,
            column: place.column,
            message: "\(kind) \(name): \(problem.message)"
        )
    }
}

extension Element {
    func place(of problem: DocumentProblem) -> Place {
        problem.isAboutKey ? place(ofKey: problem.path) : place(of: problem.path)
    }
}
