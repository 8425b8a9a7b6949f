internal import Bytes
public import Expressions

extension StreamDefinition.Field {
    /// The field as an expression sees it.
    public var variable: Variable {
        let type: ExpressionType =
            switch self.type {
            case .bool: .bool
            case .int32, .int64: .int
            case .float: .double
            case .string: .string
            case .timestamp: .timestamp
            }
        return Variable(name, type, isOptional: isOptional)
    }
}

extension FieldValue {
    /// The value as an expression sees it.
    public var expressionValue: ExpressionValue {
        switch self {
        case .null: .null
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .float(let value): .double(value)
        case .string(let value): .string(value)
        case .timestamp(let value): .timestamp(value)
        }
    }

    /// What an expression gave. A number that is none is no value.
    public init(_ value: ExpressionValue) {
        self =
            switch value {
            case .null: .null
            case .bool(let value): .bool(value)
            case .int(let value): .int(value)
            case .double(let value): value.isFinite ? .float(value.canonical) : .null
            case .string(let value): .string(value)
            case .timestamp(let value): .timestamp(value)
            }
    }
}
