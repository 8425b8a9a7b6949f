/// One step of an evaluation. Nodes are objects, so that passing one on copies a pointer only.
protocol Node: AnyObject, Sendable {
    func evaluate(_ row: [ExpressionValue]) throws(EvaluationError) -> ExpressionValue
}

/// A value that is the same for every row.
final class Constant: Node {
    let value: ExpressionValue

    init(_ value: ExpressionValue) { self.value = value }

    func evaluate(_: [ExpressionValue]) -> ExpressionValue { value }
}

/// One of the caller's values, by its place.
final class Lookup: Node {
    private let place: Int
    private let variable: Variable

    init(_ variable: Variable, at place: Int) {
        self.variable = variable
        self.place = place
    }

    func evaluate(_ row: [ExpressionValue]) throws(EvaluationError) -> ExpressionValue {
        let value = row[place]
        let type = value.type
        guard type == variable.type || (type == .null && variable.isOptional) else {
            throw .wrongValue(variable: variable.name, expected: variable.type, found: type)
        }
        return value
    }
}

/// A function of one value. Of null it is null.
final class Unary: Node {
    typealias Body = @Sendable (ExpressionValue) throws(EvaluationError) -> ExpressionValue

    private let operand: any Node
    private let body: Body

    init(_ operand: any Node, _ body: @escaping Body) {
        self.operand = operand
        self.body = body
    }

    func evaluate(_ row: [ExpressionValue]) throws(EvaluationError) -> ExpressionValue {
        let value = try operand.evaluate(row)
        if case .null = value { return .null }
        return try body(value)
    }
}

/// A function of two values. With a null among them it is null.
final class Binary: Node {
    typealias Body =
        @Sendable (ExpressionValue, ExpressionValue) throws(EvaluationError) -> ExpressionValue

    private let left: any Node
    private let right: any Node
    private let body: Body

    init(_ left: any Node, _ right: any Node, _ body: @escaping Body) {
        self.left = left
        self.right = right
        self.body = body
    }

    func evaluate(_ row: [ExpressionValue]) throws(EvaluationError) -> ExpressionValue {
        // Both sides are evaluated before either is looked at, so that a fault on the right shows
        // whatever is on the left.
        let one = try left.evaluate(row)
        let other = try right.evaluate(row)
        if case .null = one { return .null }
        if case .null = other { return .null }
        return try body(one, other)
    }
}
