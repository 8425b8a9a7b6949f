public import Documents

/// A resource with where each part of it stands in its file, so that what only others know of it
/// can be said at its place.
public struct ReadResource: Sendable {
    public let resource: Resource
    public let file: String
    private let root: Element

    init(_ resource: Resource, in file: String, _ root: Element) {
        self.resource = resource
        self.file = file
        self.root = root
    }

    public var kind: String { resource.kind }
    public var name: String { resource.name }

    /// Where the value that a path leads to stands; of the last value on the way where the path
    /// leads further than the file.
    public func place(of path: [String]) -> (file: String, line: Int, column: Int) {
        let place = root.place(of: path)
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
