extension Parser {
    /// A value with `.name` and `.method(…)` behind it.
    mutating func postfix(negatedFrom start: Int? = nil) throws(ExpressionError) -> Syntax {
        var value = try primary(negatedFrom: start)
        while take(.dot) {
            let token = current
            guard case .name(let name) = token.kind else {
                throw unexpected("a name behind the dot")
            }
            position += 1
            if take(.open) {
                let arguments = try list(until: .close)
                let call = Syntax.Call(
                    name: name,
                    range: token.range,
                    receiver: value,
                    arguments: arguments
                )
                value = try node(.call(call), over: [value] + arguments)
            } else if case .name(let first) = value.kind {
                value.extend(name: first + "." + name, to: token.range.upperBound)
            } else {
                throw source.error(
                    "A value has no fields: write `.\(name)()` if you mean a method.",
                    at: token.range.lowerBound
                )
            }
        }
        return value
    }

    private mutating func primary(negatedFrom start: Int?) throws(ExpressionError) -> Syntax {
        let token = current
        switch token.kind {
        case .integer(let magnitude):
            let value = try integer(magnitude, isNegative: start != nil)
            position += 1
            return Syntax(
                kind: .literal(value),
                range: (start ?? token.range.lowerBound) ..< token.range.upperBound,
                depth: 1
            )
        case .double(let value): return literal(.double(value))
        case .string(let value): return literal(.string(value))
        case .name("true"): return literal(.bool(true))
        case .name("false"): return literal(.bool(false))
        case .name("null"): return literal(.null)
        case .name(let name): return try nameOrCall(name)
        case .symbol(.open):
            position += 1
            var inner = try conditional()
            try expect(.close, "`)`")
            inner.enclose(in: token.range.lowerBound ..< tokens[position - 1].range.upperBound)
            return inner
        case .symbol(.openList):
            position += 1
            let elements = try list(until: .closeList)
            return try node(.list(elements), over: elements, from: token.range.lowerBound)
        default: throw unexpected("a value")
        }
    }

    private mutating func literal(_ value: ExpressionValue) -> Syntax {
        defer { position += 1 }
        return Syntax(kind: .literal(value), range: current.range, depth: 1)
    }

    private func integer(
        _ magnitude: UInt64,
        isNegative: Bool
    ) throws(ExpressionError) -> ExpressionValue {
        if isNegative { return .int(Int64(truncatingIfNeeded: 0 &- magnitude)) }
        guard let value = Int64(exactly: magnitude) else {
            throw source.error(
                "\(magnitude) is too large for an int; write it as a double, with `.0`.",
                at: current.range.lowerBound
            )
        }
        return .int(value)
    }

    private mutating func nameOrCall(_ name: String) throws(ExpressionError) -> Syntax {
        let range = current.range
        position += 1
        guard take(.open) else { return Syntax(kind: .name(name), range: range, depth: 1) }
        let arguments = try list(until: .close)
        let call = Syntax.Call(name: name, range: range, receiver: nil, arguments: arguments)
        return try node(.call(call), over: arguments, from: range.lowerBound)
    }

    /// What stands between commas, up to the closing symbol; the opening one is taken already.
    private mutating func list(until close: Token.Symbol) throws(ExpressionError) -> [Syntax] {
        var elements: [Syntax] = []
        if take(close) { return elements }
        repeat {
            // CEL allows a comma behind the last element of a list.
            if close == .closeList, take(close) { return elements }
            elements.append(try conditional())
        } while take(.comma)
        try expect(close, "`,` or `\(close.rawValue)`")
        return elements
    }
}
