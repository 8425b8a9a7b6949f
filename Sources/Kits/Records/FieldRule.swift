internal import Bytes
public import JSON

/// The rule by which a field takes a value or refuses it. There is one, wherever the value comes from: a record, a
/// CSV file, a request, a command line.
extension StreamDefinition.Field {
    /// Whole numbers up to here are exact in a double (2⁵³).
    private static let exactLimit = 9_007_199_254_740_992.0

    /// `lists`: Whether the field's `oneOf` has a text; asked only where there is one.
    func value(
        of written: WrittenValue,
        lists: (String) -> Bool
    ) throws(Refusal) -> FieldValue {
        switch (type, written) {
        case (_, .null):
            if isOptional { return .null }
            throw .nullField(name)
        case (.bool, .bool(let value)): return .bool(value)
        case (.int32, .integer(let value)), (.int64, .integer(let value)):
            return .int(try checked(value))
        case (.int32, .number(let value)), (.int64, .number(let value)):
            return .int(try whole(value))
        case (.int32, .unsignedInteger(let value)), (.int64, .unsignedInteger(let value)):
            throw outOfRange(String(value))
        case (.int32, .oversizedNumber(let text)), (.int64, .oversizedNumber(let text)):
            throw outOfRange(text)
        case (.float, .integer(let value)): return .float(try exact(value))
        case (.float, .number(let value)): return .float(value.canonical)
        case (.float, .unsignedInteger(let value)):
            throw .integerTooLargeForFloat(field: name, text: String(value))
        case (.float, .oversizedNumber(let text)):
            throw text.utf8.contains { ".eE".utf8.contains($0) }
                ? .notFinite(field: name, text: text.excerpt)
                : .integerTooLargeForFloat(field: name, text: text.excerpt)
        case (.string, .text(let text)):
            guard oneOf.isEmpty || lists(text) else {
                throw .notOneOf(field: name, text: text.excerpt)
            }
            return .string(text)
        case (.timestamp, .text(let text)):
            guard let timestamp = Timestamp(rfc3339: text) else {
                throw .notATimestamp(field: name, text: text.excerpt)
            }
            return .timestamp(timestamp)
        case (.bool, _), (.int32, _), (.int64, _), (.float, _), (.string, _), (.timestamp, _):
            throw .wrongType(field: name, expected: type, found: written.phrase)
        }
    }

    private func checked(_ integer: Int64) throws(Refusal) -> Int64 {
        guard type == .int64 || Int32(exactly: integer) != nil else {
            throw outOfRange(String(integer))
        }
        return integer
    }

    private func exact(_ integer: Int64) throws(Refusal) -> Double {
        guard integer.magnitude <= UInt64(Self.exactLimit) else {
            throw .integerTooLargeForFloat(field: name, text: String(integer))
        }
        return Double(integer)
    }

    /// `5.0` and `5e0` are 5. Past 2⁵³ the digits that were written are lost, so nobody knows what
    /// was meant.
    private func whole(_ number: Double) throws(Refusal) -> Int64 {
        guard number == number.rounded(.towardZero) else {
            throw .fractionalInteger(field: name, expected: type, text: number.description)
        }
        guard number.magnitude <= Self.exactLimit else { throw outOfRange(number.description) }
        return try checked(Int64(number))
    }

    private func outOfRange(_ text: String) -> Refusal {
        .integerOutOfRange(field: name, expected: type, text: text.excerpt)
    }
}

extension StreamDefinition.Field {
    /// Reads a value of a request.
    public func value(of json: JSONValue) throws(Refusal) -> FieldValue {
        try value(of: WrittenValue(json), lists: lists)
    }

    /// Reads a value that stands as text in a file or on a command line. Nothing at all is null.
    public func value(ofText text: String) throws(Refusal) -> FieldValue {
        let written = written(text)
        do throws(Refusal) {
            return try value(of: written, lists: lists)
        } catch .wrongType(let field, let expected, found: _) {
            throw .wrongType(field: field, expected: expected, found: "`\(text.excerpt)`")
        }
    }

    private func lists(_ text: String) -> Bool {
        oneOf.contains { $0.utf8.elementsEqual(text.utf8) }
    }
}

extension FieldValue {
    /// The value as a model takes it: a number of 32 bits, NaN for null. Nil for what is no number, and for what 32 bits
    /// do not hold.
    public var modelInput: Float? {
        switch self {
        case .null: .nan
        case .bool(let value): value ? 1 : 0
        case .int(let value): Float(value)
        case .float(let value): Float(value).isFinite ? Float(value) : nil
        case .string, .timestamp: nil
        }
    }
}
