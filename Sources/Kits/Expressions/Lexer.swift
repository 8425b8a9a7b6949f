/// Cuts a text into tokens.
struct Lexer {
    let source: Source
    var position = 0

    static func tokens(of source: Source) throws(ExpressionError) -> [Token] {
        var lexer = Lexer(source: source)
        var tokens: [Token] = []
        repeat { tokens.append(try lexer.next()) } while tokens.last?.kind != .end
        return tokens
    }

    var current: Unicode.Scalar? { source[position] }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        position += 1
        return true
    }

    /// Whether the text goes on with these scalars.
    func sees(_ text: String) -> Bool {
        var at = position
        for scalar in text.unicodeScalars {
            guard source[at] == scalar else { return false }
            at += 1
        }
        return true
    }

    private mutating func next() throws(ExpressionError) -> Token {
        skipSpace()
        let start = position
        let kind = try kind()
        return Token(kind: kind, range: start ..< position)
    }

    private mutating func kind() throws(ExpressionError) -> Token.Kind {
        guard let first = current else { return .end }
        if let quoted = try stringLiteral() { return .string(quoted) }
        if first.isDigit || (first == "." && source[position + 1]?.isDigit == true) {
            return try numberLiteral()
        }
        if first.startsName { return try word() }
        return .symbol(try symbol(first))
    }

    /// White space, and comments from `//` to the end of the line.
    private mutating func skipSpace() {
        while let scalar = current {
            if sees("//") {
                while let skipped = current, skipped != "\n" { position += 1 }
            } else if [" ", "\t", "\n", "\r", "\u{C}"].contains(scalar) {
                position += 1
            } else {
                return
            }
        }
    }

    private mutating func word() throws(ExpressionError) -> Token.Kind {
        let start = position
        while current?.continuesName == true { position += 1 }
        let word = source[start ..< position]
        if word == "in" { return .symbol(.in) }
        if Self.reserved.contains(word) {
            throw source.error("`\(word)` is a word that CEL keeps for itself.", at: start)
        }
        return .name(word)
    }

    private mutating func symbol(_ first: Unicode.Scalar) throws(ExpressionError) -> Token.Symbol {
        if sees("<>") { throw source.error("Write `!=` for `<>`.", at: position) }
        for length in [2, 1] {
            let end = min(position + length, source.scalars.count)
            if let symbol = Token.Symbol(rawValue: source[position ..< end]) {
                position = end
                return symbol
            }
        }
        switch first {
        case "=": throw source.error("Write `==` to compare.", at: position)
        case "&": throw source.error("Write `&&` for and.", at: position)
        case "|": throw source.error("Write `||` for or.", at: position)
        case "{", "}": throw source.error("Maps are no part of this language.", at: position)
        default: throw source.error("\(first.shown) means nothing here.", at: position)
        }
    }

    /// CEL's RESERVED, from the grammar of its specification.
    private static let reserved: Set = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
        "loop", "namespace", "package", "return", "var", "void", "while",
    ]
}

extension Unicode.Scalar {
    var isDigit: Bool { ("0" ... "9").contains(self) }
    var startsName: Bool {
        ("a" ... "z").contains(self) || ("A" ... "Z").contains(self) || self == "_"
    }
    var continuesName: Bool { startsName || isDigit }

    /// For a message: what can be seen as it is, the rest by its number.
    var shown: String {
        let number = String(value, radix: 16, uppercase: true)
        let code = "U+" + String(repeating: "0", count: max(0, 4 - number.count)) + number
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator, .spaceSeparator, .nonspacingMark, .enclosingMark, .spacingMark:
            return "The character \(code)"
        default: return "`\(self)`"
        }
    }
}
