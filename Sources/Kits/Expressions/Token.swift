/// A word of the language, and where it stands.
struct Token {
    var kind: Kind
    var range: Range<Int>

    enum Kind: Hashable {
        /// Without a sign, which stands before it as a symbol: 2⁶³ is right only behind a minus.
        case integer(UInt64)
        case double(Double)
        case string(String)
        case name(String)
        case symbol(Symbol)
        case end
    }

    enum Symbol: String, CaseIterable {
        case open = "("
        case close = ")"
        case openList = "["
        case closeList = "]"
        case comma = ","
        case dot = "."
        case question = "?"
        case colon = ":"
        case not = "!"
        case and = "&&"
        case or = "||"
        case equal = "=="
        case unequal = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case plus = "+"
        case minus = "-"
        case times = "*"
        case divide = "/"
        case remainder = "%"
        case `in` = "in"
    }
}

extension Token.Symbol {
    /// From loosest to tightest, as in CEL's grammar. Nil for what does not stand between values.
    var precedence: Int? {
        switch self {
        case .or: 1
        case .and: 2
        case .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual, .in: 3
        case .plus, .minus: 4
        case .times, .divide, .remainder: 5
        default: nil
        }
    }
}
