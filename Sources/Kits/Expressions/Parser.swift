/// Makes a tree out of tokens by precedence climbing.
struct Parser {
    let tokens: [Token]
    let source: Source
    var position = 0
    private var nesting = 0

    init(tokens: [Token], source: Source) {
        self.tokens = tokens
        self.source = source
    }

    mutating func parse() throws(ExpressionError) -> Syntax {
        guard current.kind != .end else {
            throw source.error("The expression is empty.", at: 0)
        }
        let syntax = try conditional()
        guard current.kind == .end else { throw unexpected("an operator or the end") }
        return syntax
    }

    // The last token is the end, which nothing takes.
    var current: Token { tokens[position] }

    mutating func take(_ symbol: Token.Symbol) -> Bool {
        guard current.kind == .symbol(symbol) else { return false }
        position += 1
        return true
    }

    mutating func expect(
        _ symbol: Token.Symbol,
        _ wanted: String
    ) throws(ExpressionError) {
        guard take(symbol) else { throw unexpected(wanted) }
    }

    mutating func conditional() throws(ExpressionError) -> Syntax {
        try enter()
        defer { nesting -= 1 }
        let condition = try binary(atLeast: 1)
        guard take(.question) else { return condition }
        let yes = try binary(atLeast: 1)
        try expect(.colon, "`:` and what else to give")
        let no = try conditional()
        return try node(.conditional(condition, yes, no), over: [condition, yes, no])
    }

    mutating func binary(atLeast least: Int) throws(ExpressionError) -> Syntax {
        var left = try unary()
        while case .symbol(let symbol) = current.kind, let precedence = symbol.precedence,
            precedence >= least
        {
            position += 1
            let right = try binary(atLeast: precedence + 1)
            switch (symbol, left.kind) {
            case (.and, .all(let terms)):
                left = try node(.all(terms + [right]), over: terms + [right])
            case (.or, .any(let terms)):
                left = try node(.any(terms + [right]), over: terms + [right])
            case (.and, _): left = try node(.all([left, right]), over: [left, right])
            case (.or, _): left = try node(.any([left, right]), over: [left, right])
            default: left = try node(.binary(symbol, left, right), over: [left, right])
            }
        }
        return left
    }

    mutating func unary() throws(ExpressionError) -> Syntax {
        let start = current.range.lowerBound
        if take(.not) {
            try enter()
            defer { nesting -= 1 }
            let operand = try unary()
            return try node(.not(operand), over: [operand], from: start)
        }
        guard take(.minus) else { return try postfix() }
        if case .integer = current.kind { return try postfix(negatedFrom: start) }
        try enter()
        defer { nesting -= 1 }
        let operand = try unary()
        return try node(.negated(operand), over: [operand], from: start)
    }

    mutating func enter() throws(ExpressionError) {
        nesting += 1
        guard nesting <= Expression.deepest else { throw tooDeep(at: current.range.lowerBound) }
    }

    /// `start`: where the node begins, if not with its first part. It ends before the current token.
    func node(
        _ kind: Syntax.Kind,
        over parts: [Syntax],
        from start: Int? = nil
    ) throws(ExpressionError) -> Syntax {
        let depth = 1 + parts.reduce(0) { max($0, $1.depth) }
        let start = start ?? parts.first?.range.lowerBound ?? current.range.lowerBound
        guard depth <= Expression.deepest else { throw tooDeep(at: start) }
        let end = max(start, tokens[max(position - 1, 0)].range.upperBound)
        return Syntax(kind: kind, range: start ..< end, depth: depth)
    }

    func tooDeep(at offset: Int) -> ExpressionError {
        source.error(
            "More than \(Expression.deepest) operators, calls or parentheses stand within each other.",
            at: offset
        )
    }

    func unexpected(_ wanted: String) -> ExpressionError {
        let found = current.kind == .end ? "the end" : "`\(source[current.range].excerpt)`"
        let hint =
            switch current.kind {
            case .name(let word): Self.instead[word.lowercased()].map { " Write `\($0)`." } ?? ""
            default: ""
            }
        return source.error(
            "Here \(wanted) was expected, and not \(found).\(hint)",
            at: current.range.lowerBound
        )
    }

    /// What other languages call it.
    private static let instead = [
        "and": "&&", "or": "||", "not": "!", "is": "==", "mod": "%", "div": "/",
    ]
}
