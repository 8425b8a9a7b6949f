internal import Bytes

extension Checker {
    mutating func call(_ call: Syntax.Call, over syntax: Syntax) throws(ExpressionError) -> Checked
    {
        if let receiver = call.receiver { return try method(call, on: receiver) }
        if call.name == "local" {
            try local(call)
            throw error(
                "`local(…)` is a clock, and no value: write `local(…).getHours()` or another method.",
                at: syntax
            )
        }
        guard let overloads = Functions.functions[call.name] else { throw noFunction(call) }
        let argument = try onlyArgument(of: call)
        let checked = try check(argument)
        guard let overload = overloads[checked.type] else {
            let takes = overloads.keys.map(\.withArticle).sorted().joined(separator: ", ")
            throw error(
                "`\(call.name)` takes \(takes), and \(quoted(argument)) is "
                    + "\(checked.type.withArticle).",
                at: argument
            )
        }
        let result = unary(checked, gives: overload.gives, overload.body)
        // A literal that can never be read is a slip of the pen, so it is told at once.
        if call.name == "timestamp", case .literal(.string(let text)) = argument.kind,
            !(result.node is Constant)
        {
            throw error(
                "\"\(text.excerpt)\" does not read as a timestamp: "
                    + "write it as in \"2013-07-05T18:00:00-04:00\".",
                at: argument
            )
        }
        return result
    }

    private mutating func method(
        _ call: Syntax.Call,
        on receiver: Syntax
    ) throws(ExpressionError) -> Checked {
        if let read = Functions.clockMethods[call.name] {
            return try clock(call, on: receiver, read)
        }
        if call.name == "size" {
            let text = try self.text(receiver, for: call)
            try noArguments(of: call)
            return unary(text, gives: .int, Functions.size)
        }
        guard let method = Functions.textMethods[call.name] else { throw noMethod(call) }
        let text = try self.text(receiver, for: call)
        let part = try self.text(try onlyArgument(of: call), for: call)
        return binary(text, part, gives: .bool) { .bool(method($0.asString, $1.asString)) }
    }

    private mutating func text(
        _ syntax: Syntax,
        for call: Syntax.Call
    ) throws(ExpressionError) -> Checked {
        let checked = try check(syntax)
        guard checked.type == .string else {
            throw error(
                "`\(call.name)` is for strings, and \(quoted(syntax)) is "
                    + "\(checked.type.withArticle).",
                at: syntax
            )
        }
        return checked
    }

    /// At the offset the timestamp was written with behind `local(…)`, in UTC otherwise.
    private mutating func clock(
        _ call: Syntax.Call,
        on receiver: Syntax,
        _ read: @escaping @Sendable (WallClock) -> Int
    ) throws(ExpressionError) -> Checked {
        guard call.arguments.isEmpty else {
            throw source.error(
                "Zone names and offsets are refused, because zone tables change: write "
                    + "`local(t).\(call.name)()` for the clock of whoever wrote the timestamp, "
                    + "`t.\(call.name)()` for UTC.",
                at: call.range.lowerBound
            )
        }
        if case .call(let inner) = receiver.kind, inner.name == "local", inner.receiver == nil {
            return unary(try local(inner), gives: .int) {
                let time = $0.asTimestamp
                let clock = WallClock(time.instant, offsetMinutes: time.offsetMinutes)
                return .int(Int64(read(clock)))
            }
        }
        let checked = try timestamp(receiver, for: call.name)
        return unary(checked, gives: .int) {
            .int(Int64(read(WallClock($0.asTimestamp.instant, offsetMinutes: 0))))
        }
    }

    @discardableResult
    private mutating func local(_ call: Syntax.Call) throws(ExpressionError) -> Checked {
        try timestamp(try onlyArgument(of: call), for: "local")
    }

    private mutating func timestamp(
        _ syntax: Syntax,
        for name: String
    ) throws(ExpressionError) -> Checked {
        let checked = try check(syntax)
        guard checked.type == .timestamp else {
            let hint =
                checked.type == .string
                ? " Write `timestamp(\(source[syntax.inside].excerpt))`." : ""
            throw error(
                "`\(name)` needs a timestamp, and \(quoted(syntax)) is "
                    + "\(checked.type.withArticle).\(hint)",
                at: syntax
            )
        }
        return checked
    }

    private func onlyArgument(of call: Syntax.Call) throws(ExpressionError) -> Syntax {
        guard let argument = call.arguments.first, call.arguments.count == 1 else {
            throw source.error(
                "`\(call.name)` takes one argument, and not \(call.arguments.count).",
                at: call.range.lowerBound
            )
        }
        return argument
    }

    private func noArguments(of call: Syntax.Call) throws(ExpressionError) {
        guard call.arguments.isEmpty else {
            throw source.error(
                "`.\(call.name)()` takes no argument, and not \(call.arguments.count).",
                at: call.range.lowerBound
            )
        }
    }
}
