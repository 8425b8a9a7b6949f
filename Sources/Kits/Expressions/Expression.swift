/// A checked expression, ready to be evaluated: a documented subset of CEL (Docs/Expressions.md).
public struct Expression: Sendable {
    public let text: String
    /// What it gives, when it does not give null.
    public let type: ExpressionType
    /// It may give null. Seen from the types alone: `x == null ? 0 : x` still says yes.
    public let canBeNull: Bool
    /// The names it uses, sorted.
    public let variables: [String]

    private let root: any Node
    private let count: Int

    /// In bytes of UTF-8.
    public static let longest = 4_096
    /// How many operators, calls and parentheses may stand within each other.
    public static let deepest = 64

    /// Parses and type-checks. Errors say what to write instead.
    public init(_ text: String, over variables: [Variable]) throws(ExpressionError) {
        let source = Source(text)
        guard text.utf8.count <= Self.longest else {
            throw source.error(
                "The expression has \(text.utf8.count) bytes; at most \(Self.longest) are allowed.",
                at: 0
            )
        }
        var parser = Parser(tokens: try Lexer.tokens(of: source), source: source)
        var checker = Checker(source: source, variables: variables)
        let checked = try checker.check(try parser.parse())
        self.text = text
        self.type = checked.type
        self.canBeNull = checked.canBeNull
        self.variables = checker.used.sorted()
        self.root = checked.node
        self.count = variables.count
    }

    /// `values`: in the order of the variables given to `init`.
    public func evaluate(
        _ values: [ExpressionValue]
    ) throws(EvaluationError) -> ExpressionValue {
        guard values.count == count else {
            throw .wrongCount(expected: count, found: values.count)
        }
        return try root.evaluate(values)
    }
}
