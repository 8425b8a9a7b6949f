internal import JSON
internal import Records

/// The types of the Open Inference Protocol that can stand in JSON.
enum InferenceDatatype: String, CaseIterable {
    case bool = "BOOL"
    case uint8 = "UINT8"
    case uint16 = "UINT16"
    case uint32 = "UINT32"
    case uint64 = "UINT64"
    case int8 = "INT8"
    case int16 = "INT16"
    case int32 = "INT32"
    case int64 = "INT64"
    case fp32 = "FP32"
    case fp64 = "FP64"
    case bytes = "BYTES"

    /// What a field is offered as.
    init(of type: FieldType) {
        switch type {
        case .bool: self = .bool
        case .int32: self = .int32
        case .int64: self = .int64
        case .float: self = .fp64
        case .string, .timestamp: self = .bytes
        }
    }

    /// Whether a field of that type can be given so: a whole number in any width.
    func fits(_ type: FieldType) -> Bool {
        switch type {
        case .bool: self == .bool
        case .int32, .int64: isWhole
        case .float: isWhole || self == .fp32 || self == .fp64
        case .string, .timestamp: self == .bytes
        }
    }

    private var isWhole: Bool {
        switch self {
        case .uint8, .uint16, .uint32, .uint64, .int8, .int16, .int32, .int64: true
        case .bool, .fp32, .fp64, .bytes: false
        }
    }

    /// Whether a value is one of this type, or null, which stands for a value that is not there.
    func holds(_ value: JSONValue) -> Bool {
        switch (self, value) {
        case (_, .null), (.bool, .bool), (.bytes, .string): true
        case (.fp64, .integer), (.fp64, .number): true
        case (.fp32, .integer): true
        case (.fp32, .number(let number)): Float(number).isFinite
        case (.uint8, _): Self.holds(UInt8.self, value)
        case (.uint16, _): Self.holds(UInt16.self, value)
        case (.uint32, _): Self.holds(UInt32.self, value)
        case (.uint64, _): Self.holds(UInt64.self, value)
        case (.int8, _): Self.holds(Int8.self, value)
        case (.int16, _): Self.holds(Int16.self, value)
        case (.int32, _): Self.holds(Int32.self, value)
        case (.int64, _): Self.holds(Int64.self, value)
        case (.bool, _), (.bytes, _), (.fp32, _), (.fp64, _): false
        }
    }

    private static func holds<Number: FixedWidthInteger>(
        _: Number.Type,
        _ value: JSONValue
    ) -> Bool {
        switch value {
        case .integer(let number): Number(exactly: number) != nil
        case .number(let number): Number(exactly: number) != nil
        case .null, .bool, .string, .array, .object: false
        }
    }
}
