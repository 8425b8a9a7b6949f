internal import Bytes

/// What `double()`, `int()`, `string()` and `timestamp()` do to each type.
enum Conversions {
    /// Nil where there is no such conversion.
    static func body(_ from: ExpressionType, to: ExpressionType) -> Unary.Body? {
        if from == to { return { $0 } }
        return switch (from, to) {
        case (.int, .double): { .double(Double($0.asInt)) }
        case (.double, .int):
            { value throws(EvaluationError) in .int(try whole(value.asDouble)) }
        case (.timestamp, .int):
            { .int(floorDivide($0.asTimestamp.instant.microseconds, by: 1_000_000)) }
        case (.int, .timestamp):
            { value throws(EvaluationError) in .timestamp(try timestamp(seconds: value.asInt)) }
        case (.string, .double), (.string, .int), (.string, .timestamp):
            { text throws(EvaluationError) in
                guard let value = read(text.asString, as: to) else {
                    throw .unreadable(text: text.asString, type: to)
                }
                return value
            }
        case (.bool, .string), (.int, .string), (.double, .string), (.timestamp, .string):
            { .string(text(of: $0)) }
        default: nil
        }
    }

    private static func read(_ text: String, as type: ExpressionType) -> ExpressionValue? {
        switch type {
        case .int: isDecimal(text, allowsFraction: false) ? Int64(text).map { .int($0) } : nil
        case .double: double(text).map { .double($0) }
        case .timestamp: Timestamp(rfc3339: text).map { .timestamp($0) }
        default: nil
        }
    }

    private static func double(_ text: String) -> Double? {
        switch text {
        case "NaN": .nan
        case "Infinity": .infinity
        case "-Infinity": -.infinity
        // Swift also reads hexadecimal, `inf` and `nan(7)`, which are nobody's data.
        default: isDecimal(text, allowsFraction: true) ? Double(text) : nil
        }
    }

    private static func isDecimal(_ text: String, allowsFraction: Bool) -> Bool {
        let others = allowsFraction ? "+-.eE" : "+-"
        return text.utf8.allSatisfy { (48 ... 57).contains($0) || others.utf8.contains($0) }
    }

    /// Toward zero, as CEL does.
    private static func whole(_ double: Double) throws(EvaluationError) -> Int64 {
        guard let whole = Int64(exactly: double.rounded(.towardZero)) else {
            throw .outOfRange(value: text(of: .double(double)), type: .int)
        }
        return whole
    }

    /// What RFC 3339 can write: the years 1 to 9999.
    private static func timestamp(seconds: Int64) throws(EvaluationError) -> Timestamp {
        guard (-62_135_596_800 ... 253_402_300_799).contains(seconds) else {
            throw .outOfRange(value: String(seconds), type: .timestamp)
        }
        return Timestamp(Instant(microseconds: seconds * 1_000_000))
    }

    /// A double in the fewest digits that read back as the same, and without `.0`.
    static func text(of value: ExpressionValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .double(let value) where value.isNaN: "NaN"
        case .double(let value) where value.isInfinite: value < 0 ? "-Infinity" : "Infinity"
        case .double(let value):
            value.description.hasSuffix(".0")
                ? String(value.description.dropLast(2)) : value.description
        case .string(let value): value
        case .timestamp(let value): value.rfc3339
        }
    }

    static func floorDivide(_ number: Int64, by divisor: Int64) -> Int64 {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
