internal import JSON

/// A value as somebody wrote it, before a field says what it must be: what a record, a CSV file, a request and a
/// command line have in common.
enum WrittenValue {
    case null
    case bool(Bool)
    /// Written without fraction or exponent.
    case integer(Int64)
    /// As `integer`, but only a `UInt64` holds it.
    case unsignedInteger(UInt64)
    /// Written with a fraction or an exponent: the nearest double.
    case number(Double)
    /// A number that neither integers nor doubles hold, as it was written.
    case oversizedNumber(String)
    case text(String)
    /// What no field takes, in words: `an array`.
    case other(String)

    /// In words, as a refusal has it.
    var phrase: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .integer, .unsignedInteger, .number, .oversizedNumber: "a number"
        case .text: "a string"
        case .other(let phrase): phrase
        }
    }
}

extension WrittenValue {
    init(_ json: JSONValue) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let value): self = .text(value)
        case .array: self = .other("an array")
        case .object: self = .other("an object")
        }
    }
}

extension JSONParser {
    func written(at node: Int) -> WrittenValue {
        switch kind(of: node) {
        case .null: .null
        case .bool: .bool(bool(of: node))
        case .integer: .integer(integer(of: node))
        case .unsignedInteger: .unsignedInteger(unsignedInteger(of: node))
        case .number: .number(number(of: node))
        case .oversizedNumber: .oversizedNumber(string(of: node))
        case .string: .text(string(of: node))
        case .array: .other("an array")
        case .object: .other("an object")
        }
    }
}
