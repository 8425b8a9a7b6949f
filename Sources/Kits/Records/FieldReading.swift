internal import Bytes
internal import JSON

/// How one field's value is read out of a parsed record. A class, because a value of many parts is
/// slow to pass on.
final class FieldReading {
    let name: [UInt8]
    private let field: StreamDefinition.Field
    private let oneOf: Set<[UInt8]>

    /// Whole numbers up to here are exact in a double (2⁵³).
    private static let exactLimit = 9_007_199_254_740_992.0

    init(_ field: StreamDefinition.Field) {
        self.field = field
        name = Array(field.name.utf8)
        oneOf = Set(field.oneOf.map { Array($0.utf8) })
    }

    /// Node 0 stands for a record that does not have the field.
    func read(node: Int, of parser: borrowing JSONParser) throws(Refusal) -> FieldValue {
        guard node != 0 else {
            if field.isOptional { return .null }
            throw .missingField(field.name)
        }
        let kind = parser.kind(of: node)
        if kind == .null {
            if field.isOptional { return .null }
            throw .nullField(field.name)
        }
        switch (field.type, kind) {
        case (.bool, .bool): return .bool(parser.bool(of: node))
        case (.int32, .integer), (.int64, .integer):
            return .int(try checked(parser.integer(of: node)))
        case (.float, .integer): return .float(try exact(parser.integer(of: node)))
        case (.float, .number): return .float(parser.number(of: node).canonical)
        case (.int32, .number), (.int64, .number): return .int(try whole(parser.number(of: node)))
        case (.string, .string): return try text(parser.string(of: node))
        case (.timestamp, .string):
            guard let timestamp = parser.withText(of: node, { Timestamp(rfc3339: $0) }) else {
                throw .notATimestamp(field: field.name, text: parser.string(of: node).excerpt)
            }
            return .timestamp(timestamp)
        case (.int32, .unsignedInteger), (.int64, .unsignedInteger):
            throw outOfRange(String(parser.unsignedInteger(of: node)))
        case (.int32, .oversizedNumber), (.int64, .oversizedNumber):
            throw outOfRange(parser.string(of: node))
        case (.float, .unsignedInteger):
            throw .integerTooLargeForFloat(
                field: field.name,
                text: String(parser.unsignedInteger(of: node))
            )
        case (.float, .oversizedNumber):
            let text = parser.string(of: node)
            throw text.utf8.contains { ".eE".utf8.contains($0) }
                ? .notFinite(field: field.name, text: text.excerpt)
                : .integerTooLargeForFloat(field: field.name, text: text.excerpt)
        default: throw .wrongType(field: field.name, expected: field.type, found: kind.phrase)
        }
    }

    private func text(_ text: String) throws(Refusal) -> FieldValue {
        guard oneOf.isEmpty || oneOf.contains(Array(text.utf8)) else {
            throw .notOneOf(field: field.name, text: text.excerpt)
        }
        return .string(text)
    }

    private func checked(_ integer: Int64) throws(Refusal) -> Int64 {
        guard field.type == .int64 || Int32(exactly: integer) != nil else {
            throw outOfRange(String(integer))
        }
        return integer
    }

    private func exact(_ integer: Int64) throws(Refusal) -> Double {
        guard integer.magnitude <= UInt64(Self.exactLimit) else {
            throw .integerTooLargeForFloat(field: field.name, text: String(integer))
        }
        return Double(integer)
    }

    /// `5.0` and `5e0` are 5. Past 2⁵³ the digits that were written are lost, so nobody knows what
    /// was meant.
    private func whole(_ number: Double) throws(Refusal) -> Int64 {
        guard number == number.rounded(.towardZero) else {
            throw .fractionalInteger(
                field: field.name,
                expected: field.type,
                text: number.description
            )
        }
        guard number.magnitude <= Self.exactLimit else { throw outOfRange(number.description) }
        return try checked(Int64(number))
    }

    private func outOfRange(_ text: String) -> Refusal {
        .integerOutOfRange(field: field.name, expected: field.type, text: text.excerpt)
    }
}
