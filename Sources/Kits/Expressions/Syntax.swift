/// An expression as it was written, before anyone looked at its types.
struct Syntax {
    var kind: Kind
    /// With the parentheses around it.
    var range: Range<Int>
    /// Without them, for messages.
    private(set) var inside: Range<Int>
    /// How many nodes stand within each other.
    var depth: Int

    init(kind: Kind, range: Range<Int>, depth: Int) {
        self.kind = kind
        self.range = range
        self.inside = range
        self.depth = depth
    }

    mutating func enclose(in parentheses: Range<Int>) { range = parentheses }

    /// A name goes on behind a dot.
    mutating func extend(name: String, to end: Int) {
        kind = .name(name)
        range = range.lowerBound ..< end
        inside = range
    }

    indirect enum Kind {
        case literal(ExpressionValue)
        /// With dots between the parts, if there are several.
        case name(String)
        case not(Syntax)
        case negated(Syntax)
        /// All terms of `a && b && c` together, so that a long chain is not a deep tree.
        case all([Syntax])
        case any([Syntax])
        case binary(Token.Symbol, Syntax, Syntax)
        case conditional(Syntax, Syntax, Syntax)
        case list([Syntax])
        case call(Call)
    }

    /// A function, or a method when it is called on something.
    struct Call {
        var name: String
        /// Of the name alone.
        var range: Range<Int>
        var receiver: Syntax?
        var arguments: [Syntax]
    }
}
