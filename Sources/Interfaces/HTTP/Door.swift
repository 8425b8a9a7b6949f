public import JSON

/// A protocol that the server speaks, its own or another's: the commands that it has, and how it says that something went
/// wrong. A door is a module, and one line in the list of doors.
public protocol Door: Sendable {
    var name: String { get }
    var commands: [Command] { get }
    /// For the paths that belong to this door alone; nil: it has none, or errors there are as everywhere.
    var manner: Manner? { get }
    /// What an error of the domains behind it is to whoever asks; nil: it is none that this door knows.
    func problem(of error: any Error) -> Problem?
}

extension Door {
    public var manner: Manner? { nil }
    public func problem(of error: any Error) -> Problem? { nil }
}

/// How it is said that something went wrong.
public struct Manner: Sendable {
    /// The first part of the paths that it holds for.
    public var root: String
    public var contentType: String
    /// What a body may be where there is no command.
    public var form: BodyForm
    public var body: @Sendable (Problem) -> JSONValue

    public init(
        root: String,
        contentType: String,
        form: BodyForm,
        body: @escaping @Sendable (Problem) -> JSONValue
    ) {
        self.root = root
        self.contentType = contentType
        self.form = form
        self.body = body
    }

    /// RFC 9457, wherever nothing else is said.
    public static let problems = Manner(
        root: "",
        contentType: "application/problem+json",
        form: .json
    ) { $0.json }
}
