public import Bytes
public import JSON

extension FieldValue: Stored {
    public func write(to writer: inout ByteWriter) {
        switch self {
        case .null: writer.append(UInt8(0))
        case .bool(let value):
            writer.append(UInt8(1))
            value.write(to: &writer)
        case .int(let value):
            writer.append(UInt8(2))
            value.write(to: &writer)
        case .float(let value):
            writer.append(UInt8(3))
            value.write(to: &writer)
        case .string(let value):
            writer.append(UInt8(4))
            value.write(to: &writer)
        case .timestamp(let value):
            writer.append(UInt8(5))
            value.instant.write(to: &writer)
            Int64(value.offsetMinutes).write(to: &writer)
        }
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        let start = reader.position
        switch try reader.read(UInt8.self) {
        case 0: self = .null
        case 1: self = .bool(try Bool(from: &reader))
        case 2: self = .int(try Int64(from: &reader))
        case 3: self = .float(try Double(from: &reader))
        case 4: self = .string(try String(from: &reader))
        case 5:
            let instant = try Instant(from: &reader)
            guard let offset = Int32(exactly: try Int64(from: &reader)) else {
                throw .malformed("an offset from UTC that is none", at: start)
            }
            self = .timestamp(Timestamp(instant, offsetMinutes: offset))
        default: throw .malformed("a value of an unknown type", at: start)
        }
    }
}

extension FieldValue {
    /// The value as JSON.
    public var json: JSONValue {
        switch self {
        case .null: .null
        case .bool(let value): .bool(value)
        case .int(let value): .integer(value)
        case .float(let value): .number(value)
        case .string(let value): .string(value)
        case .timestamp(let value): .string(value.rfc3339)
        }
    }
}
