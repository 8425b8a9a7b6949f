internal import Bytes

extension ExpressionValue {
    /// As `==` in an expression: numbers by what they count, timestamps by their instant, texts by
    /// their bytes, and NaN equal to nothing.
    func isEqual(to other: ExpressionValue) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.int(let a), .int(let b)): a == b
        case (.double(let a), .double(let b)): a == b
        case (.int(let a), .double(let b)): Order(a, b) == .same
        case (.double(let a), .int(let b)): Order(b, a) == .same
        case (.string(let a), .string(let b)): a.hasBytes(of: b)
        case (.timestamp(let a), .timestamp(let b)): a.instant == b.instant
        default: false
        }
    }

    /// For two values that the checker let be compared.
    func order(against other: ExpressionValue) -> Order {
        switch (self, other) {
        case (.bool(let a), .bool(let b)): Order(a ? 1 : Int64(0), b ? 1 : Int64(0))
        case (.int(let a), .int(let b)): Order(a, b)
        case (.double(let a), .double(let b)): Order(a, b)
        case (.int(let a), .double(let b)): Order(a, b)
        case (.double(let a), .int(let b)): Order(b, a).reversed
        case (.string(let a), .string(let b)): Order(a, b)
        case (.timestamp(let a), .timestamp(let b)):
            Order(a.instant.microseconds, b.instant.microseconds)
        default: preconditionFailure("The checker compares only what has an order.")
        }
    }
}

/// How one value stands to another.
enum Order {
    case less, same, greater
    /// One of them is NaN.
    case none

    init(_ one: Int64, _ other: Int64) {
        self = one < other ? .less : one == other ? .same : .greater
    }

    init(_ one: Double, _ other: Double) {
        self = one < other ? .less : one == other ? .same : one > other ? .greater : .none
    }

    /// Exact, where converting to a double would round: 2⁵³ + 1 is greater than 2⁵³.
    init(_ integer: Int64, _ double: Double) {
        if double.isNaN {
            self = .none
        } else if double >= 0x1p63 {
            self = .less
        } else if double < -0x1p63 {
            self = .greater
        } else {
            let whole = double.rounded(.down)
            let order = Order(integer, Int64(whole))
            self = order == .same && whole < double ? .less : order
        }
    }

    /// By bytes, which for UTF-8 is the order of the code points.
    init(_ one: String, _ other: String) {
        self =
            one.utf8.lexicographicallyPrecedes(other.utf8)
            ? .less : one.utf8.elementsEqual(other.utf8) ? .same : .greater
    }

    var reversed: Order {
        switch self {
        case .less: .greater
        case .greater: .less
        case .same, .none: self
        }
    }
}
