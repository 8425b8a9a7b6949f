extension Checker {
    func noFunction(_ call: Syntax.Call) -> ExpressionError {
        let name = call.name
        let hint =
            if Functions.methodNames.contains(name) {
                " It is a method: write `x.\(name)(…)`."
            } else if let instead = Functions.instead[name] {
                " \(instead)"
            } else {
                NearestName.hint(for: name, among: Functions.functionNames, called: "functions")
            }
        return source.error(
            "There is no function `\(name.excerpt)`.\(hint)",
            at: call.range.lowerBound
        )
    }

    func noMethod(_ call: Syntax.Call) -> ExpressionError {
        let name = call.name
        let hint =
            if Functions.functionNames.contains(name) {
                " It is a function: write `\(name)(x)`."
            } else if let instead = Functions.instead[name] {
                " \(instead)"
            } else {
                NearestName.hint(for: name, among: Functions.methodNames, called: "methods")
            }
        return source.error(
            "There is no method `\(name.excerpt)`.\(hint)",
            at: call.range.lowerBound
        )
    }
}
