/// Gives every part of a tree its type, or says why it has none, and makes the nodes that evaluate it.
struct Checker {
    let source: Source
    private(set) var used: Set<String> = []
    private let places: [String: Int]
    private let variables: [Variable]

    init(source: Source, variables: [Variable]) {
        self.source = source
        self.variables = variables
        places = Dictionary(
            variables.enumerated().map { ($1.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// A part whose type is known.
    struct Checked {
        var node: any Node
        var type: ExpressionType
        var canBeNull: Bool
    }

    mutating func check(_ syntax: Syntax) throws(ExpressionError) -> Checked {
        switch syntax.kind {
        case .literal(let value):
            return Checked(node: Constant(value), type: value.type, canBeNull: value == .null)
        case .name(let name): return try lookUp(name, at: syntax.range.lowerBound)
        case .not(let operand):
            let checked = try condition(operand, of: "`!`")
            return unary(checked, gives: .bool) { .bool(!$0.asBool) }
        case .negated(let operand): return try negation(operand)
        case .all(let terms): return try junction(terms, decisive: false)
        case .any(let terms): return try junction(terms, decisive: true)
        case .binary(.in, let value, let list): return try membership(value, in: list)
        case .binary(let symbol, let left, let right):
            return try binary(symbol, left, right, over: syntax.range)
        case .conditional(let condition, let yes, let no):
            return try conditional(condition, yes, no)
        case .list: throw error("A list may stand only to the right of `in`.", at: syntax)
        case .call(let call): return try self.call(call, over: syntax)
        }
    }

    private mutating func lookUp(
        _ name: String,
        at offset: Int
    ) throws(ExpressionError) -> Checked {
        guard let place = places[name] else {
            if Functions.functionNames.contains(name) {
                throw source.error("`\(name)` is a function: write `\(name)(…)`.", at: offset)
            }
            let hint = NearestName.hint(
                for: name,
                among: variables.map(\.name).sorted(),
                called: "names"
            )
            throw source.error("There is no name `\(name.excerpt)`.\(hint)", at: offset)
        }
        used.insert(name)
        let variable = variables[place]
        return Checked(
            node: Lookup(variable, at: place),
            type: variable.type,
            canBeNull: variable.isOptional || variable.type == .null
        )
    }

    func error(_ message: String, at syntax: Syntax) -> ExpressionError {
        source.error(message, at: syntax.range.lowerBound)
    }

    /// As it was written, for a message.
    func quoted(_ syntax: Syntax) -> String { "`\(source[syntax.inside].excerpt)`" }

    func unary(
        _ operand: Checked,
        gives type: ExpressionType,
        _ body: @escaping Unary.Body
    ) -> Checked {
        let node = folded(Unary(operand.node, body), over: [operand])
        return Checked(node: node, type: type, canBeNull: operand.canBeNull)
    }

    func binary(
        _ left: Checked,
        _ right: Checked,
        gives type: ExpressionType,
        _ body: @escaping Binary.Body
    ) -> Checked {
        let node = folded(Binary(left.node, right.node, body), over: [left, right])
        return Checked(node: node, type: type, canBeNull: left.canBeNull || right.canBeNull)
    }

    /// What is the same for every row is computed once. A fault is left for the evaluation, because
    /// it may stand in a branch that no row takes.
    func folded(_ node: any Node, over parts: [Checked]) -> any Node {
        guard parts.allSatisfy({ $0.node is Constant }) else { return node }
        do throws(EvaluationError) {
            return Constant(try node.evaluate([]))
        } catch {
            return node
        }
    }
}
