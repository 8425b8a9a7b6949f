/// `&&` over all its terms, or `||`. One term decides alone: false for `&&`, true for `||`. It does
/// so even when another has a fault, on whichever side, which is CEL's rule. Otherwise a fault is
/// thrown, and without one a null makes the whole null.
final class Junction: Node {
    private let terms: [any Node]
    private let decisive: Bool

    init(_ terms: [any Node], decisive: Bool) {
        self.terms = terms
        self.decisive = decisive
    }

    func evaluate(_ row: [ExpressionValue]) throws(EvaluationError) -> ExpressionValue {
        var fault: EvaluationError?
        var hasNull = false
        for term in terms {
            do throws(EvaluationError) {
                let value = try term.evaluate(row)
                if case .bool(decisive) = value { return value }
                if case .null = value { hasNull = true }
            } catch {
                fault = fault ?? error
            }
        }
        if let fault { throw fault }
        return hasNull ? .null : .bool(!decisive)
    }
}

/// `?:`. Only the branch that is given is evaluated. Null when the condition is.
final class Conditional: Node {
    private let condition: any Node
    private let yes: any Node
    private let no: any Node

    init(_ condition: any Node, _ yes: any Node, _ no: any Node) {
        self.condition = condition
        self.yes = yes
        self.no = no
    }

    func evaluate(_ row: [ExpressionValue]) throws(EvaluationError) -> ExpressionValue {
        let value = try condition.evaluate(row)
        if case .null = value { return .null }
        return try value.asBool ? yes.evaluate(row) : no.evaluate(row)
    }
}

/// `==` and `!=`. They look at null as at any other value, and never give null.
final class Equality: Node {
    private let left: any Node
    private let right: any Node
    private let wanted: Bool

    init(_ left: any Node, _ right: any Node, wanted: Bool) {
        self.left = left
        self.right = right
        self.wanted = wanted
    }

    func evaluate(_ row: [ExpressionValue]) throws(EvaluationError) -> ExpressionValue {
        let one = try left.evaluate(row)
        let other = try right.evaluate(row)
        return .bool(one.isEqual(to: other) == wanted)
    }
}

/// `in` a list that is written out. Every element is evaluated, so that a fault always shows.
final class Membership: Node {
    private let value: any Node
    private let elements: [any Node]

    init(_ value: any Node, in elements: [any Node]) {
        self.value = value
        self.elements = elements
    }

    func evaluate(_ row: [ExpressionValue]) throws(EvaluationError) -> ExpressionValue {
        let value = try value.evaluate(row)
        var isFound = false
        for element in elements {
            let isEqual = value.isEqual(to: try element.evaluate(row))
            isFound = isFound || isEqual
        }
        return .bool(isFound)
    }
}
