public import Bytes

/// A value that goes into an expression or comes out of one.
public enum ExpressionValue: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case timestamp(Timestamp)

    public var type: ExpressionType {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .double: .double
        case .string: .string
        case .timestamp: .timestamp
        }
    }
}

/// Whether two values are the same thing, which is narrower than `==` in an expression: there 1 is
/// 1.0, and timestamps are equal at the same instant, whatever their offsets.
extension ExpressionValue: Hashable {
    public static func == (one: ExpressionValue, other: ExpressionValue) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.int(let a), .int(let b)): a == b
        case (.double(let a), .double(let b)): a == b
        case (.string(let a), .string(let b)): a.hasBytes(of: b)
        case (.timestamp(let a), .timestamp(let b)): a == b
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value)
        case .string(let value): hasher.combine(Array(value.utf8))
        case .timestamp(let value): hasher.combine(value)
        }
    }
}

extension String {
    /// Texts are equal when their bytes are: what Unicode holds to be equal may change with its
    /// version. Over lent memory this takes a fifth of what walking over `utf8` does.
    func hasBytes(of other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        let answer = utf8.withContiguousStorageIfAvailable { one in
            other.utf8.withContiguousStorageIfAvailable { one.elementsEqual($0) }
        }
        // A text that lies in pieces is none of Swift's own.
        if let answer, let isEqual = answer { return isEqual }
        return utf8.elementsEqual(other.utf8)
    }
}
