public import HTTPTypes
public import Hummingbird
public import JSON

/// Something that can be asked of the server: its route, its entry in `/openapi.json`, its line in Docs/Routes.md.
public struct Command: Sendable {
    /// `streams.describe`: what it is about, and what is done.
    public var name: String
    public var method: HTTPRequest.Method
    /// `/api/v1/streams/{name}`: what stands in braces is any part of a path.
    public var path: String
    /// What it does, in a few words.
    public var summary: String
    public var effect: Effect
    public var parameters: [Parameter]
    public var body: BodyForm
    /// A whole body that makes sense.
    public var example: JSONValue?
    public var answer: MediaTypes
    /// What it may be answered with beside what follows from the rest.
    public var errors: [ErrorWord]
    /// It is answered before the platform has begun too.
    public var isOpen: Bool
    public var run: Run

    public typealias Run = @Sendable @concurrent (Call) async throws -> Response
    public typealias MediaTypes = [String]

    public enum Effect: String, Sendable {
        /// Nothing changes.
        case reads
        /// Each time that it is sent something more is there.
        case appends
        /// With an `Idempotency-Key` it takes effect once, however often it is sent.
        case decides
    }

    public init(
        _ name: String,
        _ method: HTTPRequest.Method,
        _ path: String,
        _ summary: String,
        _ effect: Effect = .reads,
        _ parameters: [Parameter] = [],
        body: BodyForm = .json,
        example: JSONValue? = nil,
        answer: MediaTypes = ["application/json"],
        errors: [ErrorWord] = [],
        isOpen: Bool = false,
        run: @escaping Run
    ) {
        self.name = name
        self.method = method
        self.path = path
        self.summary = summary
        self.effect = effect
        self.parameters = parameters
        self.body = body
        self.example = example
        self.answer = answer
        self.errors = errors
        self.isOpen = isOpen
        self.run = run
    }

    /// Every word that it may be answered with, in the order of the list of all.
    var words: [ErrorWord] {
        var words = Set(ErrorWord.everywhere + errors)
        if !isOpen { words.formUnion(ErrorWord.folded) }
        if method == .post { words.formUnion(ErrorWord.withBody) }
        if effect != .reads { words.formUnion(ErrorWord.changing) }
        if effect == .decides { words.insert(.keyReused) }
        return ErrorWord.allCases.filter(words.contains)
    }
}

/// What is given to a command: a part of its path, of its query, or of its body.
public struct Parameter: Sendable {
    public var name: String
    public var place: Place
    public var type: ValueType
    public var help: String
    public var isRequired: Bool
    public var example: JSONValue?

    public enum Place: String, Sendable {
        case path
        case query
        case header
        case body
    }

    private init(
        _ name: String,
        _ place: Place,
        _ type: ValueType,
        _ help: String,
        isRequired: Bool,
        example: JSONValue?
    ) {
        self.name = name
        self.place = place
        self.type = type
        self.help = help
        self.isRequired = isRequired
        self.example = example
    }

    public static func path(
        _ name: String,
        _ help: String,
        _ type: ValueType = .text,
        example: JSONValue? = nil
    ) -> Parameter {
        Parameter(name, .path, type, help, isRequired: true, example: example)
    }

    public static func query(
        _ name: String,
        _ help: String,
        _ type: ValueType = .text,
        example: JSONValue? = nil
    ) -> Parameter {
        Parameter(name, .query, type, help, isRequired: false, example: example)
    }

    static func header(_ name: String, _ help: String) -> Parameter {
        Parameter(name, .header, .text, help, isRequired: false, example: nil)
    }

    /// A member of a body that is a JSON object.
    public static func body(
        _ name: String,
        _ help: String,
        _ type: ValueType = .text,
        isRequired: Bool = false
    ) -> Parameter {
        Parameter(name, .body, type, help, isRequired: isRequired, example: nil)
    }
}

/// What a parameter holds.
public indirect enum ValueType: Sendable {
    case text
    case integer
    case number
    case truth
    /// RFC 3339.
    case instant
    case oneOf([String])
    /// Nil: of anything.
    case list(of: ValueType? = nil)
    /// An object of whatever names; nil: they stand for anything.
    case object(of: ValueType? = nil)
}

/// A request to a command.
public struct Call: Sendable {
    public let request: Request
    private let arguments: [String: Substring]

    init(_ request: Request, _ arguments: [String: Substring]) {
        self.request = request
        self.arguments = arguments
    }

    /// A part of the path, with `%2F` and the like undone.
    public subscript(_ name: String) -> String {
        guard let argument = arguments[name] else {
            preconditionFailure("The path of a command that asks for `\(name)` has it.")
        }
        return String(argument).percentDecoded
    }

    public var name: String { self["name"] }
    public var version: String { self["version"] }
}
