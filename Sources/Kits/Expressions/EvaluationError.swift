/// What went wrong with these values, in an expression that is right.
public enum EvaluationError: Error, Sendable, Hashable {
    /// `calculation`: as in `7 / 0`.
    case divisionByZero(calculation: String)
    /// The result does not fit into 64 bits.
    case overflow(calculation: String)
    /// A number that the type cannot hold: `int(1e300)`.
    case outOfRange(value: String, type: ExpressionType)
    /// A text that does not read as the type: `int("seven")`.
    case unreadable(text: String, type: ExpressionType)
    /// The caller gave a value that the variable cannot have.
    case wrongValue(variable: String, expected: ExpressionType, found: ExpressionType)
    /// The caller gave more or fewer values than there are variables.
    case wrongCount(expected: Int, found: Int)
}

extension EvaluationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .divisionByZero(let calculation): "\(calculation) divides by zero."
        case .overflow(let calculation): "\(calculation) is beyond the 64 bits of an int."
        case .outOfRange(let value, let type):
            "\(value) is out of the range of \(type.withArticle)."
        case .unreadable(let text, .timestamp):
            "\"\(text.excerpt)\" does not read as a timestamp of RFC 3339."
        case .unreadable(let text, let type):
            "\"\(text.excerpt)\" does not read as \(type.withArticle)."
        case .wrongValue(let variable, let expected, .null):
            "`\(variable)` is null, and was declared as \(expected.withArticle) that never is."
        case .wrongValue(let variable, let expected, let found):
            "`\(variable)` is \(found.withArticle), and was declared as \(expected.withArticle)."
        case .wrongCount(let expected, let found):
            "The expression was declared over \(expected) variables, and got \(found) values."
        }
    }
}

extension String {
    /// Short enough for a message.
    var excerpt: String { count <= 40 ? self : prefix(39) + "…" }
}
