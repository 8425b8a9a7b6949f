/// What `+ - * / %` and the sign do. Ints that leave their 64 bits are a fault; doubles go on to
/// infinity and NaN.
enum Arithmetic {
    /// Nil where the operator does not go with the type.
    static func body(_ symbol: Token.Symbol, of type: ExpressionType) -> Binary.Body? {
        switch (type, symbol) {
        case (.int, .plus): ints("+") { $0.addingReportingOverflow($1) }
        case (.int, .minus): ints("-") { $0.subtractingReportingOverflow($1) }
        case (.int, .times): ints("*") { $0.multipliedReportingOverflow(by: $1) }
        case (.int, .divide): ints("/", divides: true) { $0.dividedReportingOverflow(by: $1) }
        case (.int, .remainder):
            ints("%", divides: true) { $0.remainderReportingOverflow(dividingBy: $1) }
        case (.double, .plus): { .double($0.asDouble + $1.asDouble) }
        case (.double, .minus): { .double($0.asDouble - $1.asDouble) }
        case (.double, .times): { .double($0.asDouble * $1.asDouble) }
        case (.double, .divide): { .double($0.asDouble / $1.asDouble) }
        case (.string, .plus): { .string($0.asString + $1.asString) }
        default: nil
        }
    }

    /// Nil where the type has no sign.
    static func negation(of type: ExpressionType) -> Unary.Body? {
        switch type {
        case .int:
            { value throws(EvaluationError) in
                let (result, overflow) = Int64(0).subtractingReportingOverflow(value.asInt)
                guard !overflow else { throw .overflow(calculation: "-(\(value.asInt))") }
                return .int(result)
            }
        case .double: { .double(-$0.asDouble) }
        default: nil
        }
    }

    private static func ints(
        _ sign: String,
        divides: Bool = false,
        _ operation: @escaping @Sendable (Int64, Int64) -> (Int64, overflow: Bool)
    ) -> Binary.Body {
        { one, other throws(EvaluationError) in
            let (a, b) = (one.asInt, other.asInt)
            if divides, b == 0 { throw .divisionByZero(calculation: "\(a) \(sign) 0") }
            let (result, overflow) = operation(a, b)
            guard !overflow else {
                throw .overflow(calculation: b < 0 ? "\(a) \(sign) (\(b))" : "\(a) \(sign) \(b)")
            }
            return .int(result)
        }
    }
}
