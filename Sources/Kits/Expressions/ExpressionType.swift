/// What kind of value an expression gives.
public enum ExpressionType: String, Sendable, Hashable, CaseIterable {
    case bool, int, double, string, timestamp
    /// Of the literal `null` alone; a name that may be null has one of the other types.
    case null

    var withArticle: String {
        switch self {
        case .int: "an int"
        case .null: "null"
        default: "a \(rawValue)"
        }
    }

    var isNumber: Bool { self == .int || self == .double }
}
