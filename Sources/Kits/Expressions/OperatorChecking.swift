extension Checker {
    mutating func condition(
        _ syntax: Syntax,
        of place: String
    ) throws(ExpressionError) -> Checked {
        let checked = try check(syntax)
        guard checked.type == .bool else {
            throw error(
                "\(place) needs a bool, and \(quoted(syntax)) is \(checked.type.withArticle).",
                at: syntax
            )
        }
        return checked
    }

    mutating func junction(_ terms: [Syntax], decisive: Bool) throws(ExpressionError) -> Checked {
        var checked: [Checked] = []
        for term in terms { checked.append(try condition(term, of: decisive ? "`||`" : "`&&`")) }
        return Checked(
            node: folded(Junction(checked.map(\.node), decisive: decisive), over: checked),
            type: .bool,
            canBeNull: checked.contains { $0.canBeNull }
        )
    }

    mutating func conditional(
        _ condition: Syntax,
        _ yes: Syntax,
        _ no: Syntax
    ) throws(ExpressionError) -> Checked {
        let asked = try self.condition(condition, of: "`?`")
        let one = try check(yes)
        let other = try check(no)
        guard one.type == other.type || one.type == .null || other.type == .null else {
            let mixed = one.type.isNumber && other.type.isNumber
            throw error(
                "Both branches of `?:` need one type: \(quoted(yes)) is \(one.type.withArticle), "
                    + "and \(quoted(no)) \(other.type.withArticle)."
                    + (mixed ? " \(asDouble(one.type == .int ? yes : no))" : ""),
                at: no
            )
        }
        let node = Conditional(asked.node, one.node, other.node)
        return Checked(
            node: folded(node, over: [asked, one, other]),
            type: one.type == .null ? other.type : one.type,
            canBeNull: asked.canBeNull || one.canBeNull || other.canBeNull
        )
    }

    mutating func negation(_ operand: Syntax) throws(ExpressionError) -> Checked {
        let checked = try check(operand)
        guard let body = Arithmetic.negation(of: checked.type) else {
            let hint = checked.type == .bool ? " Write `!` for not." : ""
            throw error(
                "`-` needs a number, and \(quoted(operand)) is \(checked.type.withArticle).\(hint)",
                at: operand
            )
        }
        return unary(checked, gives: checked.type, body)
    }

    mutating func binary(
        _ symbol: Token.Symbol,
        _ left: Syntax,
        _ right: Syntax,
        over range: Range<Int>
    ) throws(ExpressionError) -> Checked {
        let one = try check(left)
        let other = try check(right)
        switch symbol {
        case .equal, .unequal:
            try comparable(one, left, other, right)
            let node = Equality(one.node, other.node, wanted: symbol == .equal)
            return Checked(
                node: folded(node, over: [one, other]),
                type: .bool,
                canBeNull: false
            )
        case .less: return try ordering(one, left, other, right) { $0 == .less }
        case .lessOrEqual:
            return try ordering(one, left, other, right) { $0 == .less || $0 == .same }
        case .greater: return try ordering(one, left, other, right) { $0 == .greater }
        case .greaterOrEqual:
            return try ordering(one, left, other, right) { $0 == .greater || $0 == .same }
        default: return try arithmetic(symbol, one, left, other, right)
        }
    }

    private func ordering(
        _ one: Checked,
        _ left: Syntax,
        _ other: Checked,
        _ right: Syntax,
        _ holds: @escaping @Sendable (Order) -> Bool
    ) throws(ExpressionError) -> Checked {
        for (checked, syntax) in [(one, left), (other, right)] where checked.type == .null {
            throw error("null has no order: write `x == null` or `x != null`.", at: syntax)
        }
        try comparable(one, left, other, right)
        return binary(one, other, gives: .bool) { .bool(holds($0.order(against: $1))) }
    }

    /// The same type, two numbers, or null on one side.
    func comparable(
        _ one: Checked,
        _ left: Syntax,
        _ other: Checked,
        _ right: Syntax
    ) throws(ExpressionError) {
        if one.type == other.type || one.type == .null || other.type == .null { return }
        if one.type.isNumber && other.type.isNumber { return }
        throw error(
            "\(quoted(left)) is \(one.type.withArticle) and \(quoted(right)) "
                + "\(other.type.withArticle): they cannot be compared."
                + conversion(one.type, left, other.type, right),
            at: right
        )
    }

    private func conversion(
        _ one: ExpressionType,
        _ left: Syntax,
        _ other: ExpressionType,
        _ right: Syntax
    ) -> String {
        switch (one, other) {
        case (.timestamp, .string): " Write `timestamp(\(source[right.inside].excerpt))`."
        case (.string, .timestamp): " Write `timestamp(\(source[left.inside].excerpt))`."
        case (.string, .int), (.string, .double):
            " Write `\(other)(\(source[left.inside].excerpt))`."
        case (.int, .string), (.double, .string):
            " Write `\(one)(\(source[right.inside].excerpt))`."
        default: ""
        }
    }

    private func arithmetic(
        _ symbol: Token.Symbol,
        _ one: Checked,
        _ left: Syntax,
        _ other: Checked,
        _ right: Syntax
    ) throws(ExpressionError) -> Checked {
        if one.type == other.type, let body = Arithmetic.body(symbol, of: one.type) {
            return binary(one, other, gives: one.type, body)
        }
        let sign = "`\(symbol.rawValue)`"
        if one.type.isNumber, other.type.isNumber {
            if symbol == .remainder {
                let double = one.type == .double ? left : right
                throw error(
                    "`%` is for ints, and \(quoted(double)) is a double: "
                        + "write `int(\(source[double.inside].excerpt))`.",
                    at: double
                )
            }
            let int = one.type == .int ? left : right
            throw error("\(sign) does not mix an int and a double. \(asDouble(int))", at: int)
        }
        for (checked, syntax) in [(one, left), (other, right)]
        where Arithmetic.body(symbol, of: checked.type) == nil {
            let needs = symbol == .plus ? "numbers or strings" : "numbers"
            throw error(
                "\(sign) is for \(needs), and \(quoted(syntax)) is \(checked.type.withArticle).",
                at: syntax
            )
        }
        throw error(
            "\(sign) needs the same on both sides, and \(quoted(left)) is "
                + "\(one.type.withArticle), \(quoted(right)) \(other.type.withArticle)."
                + " Write `string(…)` to join texts.",
            at: right
        )
    }

    /// How to make a double of an int that was written.
    private func asDouble(_ syntax: Syntax) -> String {
        if case .literal(.int(let value)) = syntax.kind { return "Write `\(value).0`." }
        return "Write `double(\(source[syntax.inside].excerpt))`."
    }

    mutating func membership(
        _ value: Syntax,
        in list: Syntax
    ) throws(ExpressionError) -> Checked {
        guard case .list(let elements) = list.kind else {
            throw error("`in` needs a list: write `in [\"a\", \"b\"]`.", at: list)
        }
        let sought = try check(value)
        var checked: [Checked] = []
        for element in elements {
            let one = try check(element)
            try comparable(sought, value, one, element)
            checked.append(one)
        }
        let node = Membership(sought.node, in: checked.map(\.node))
        return Checked(
            node: folded(node, over: [sought] + checked),
            type: .bool,
            canBeNull: false
        )
    }
}
