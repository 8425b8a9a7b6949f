public import Bytes
public import Records

/// One column of a dataset's rows.
public struct DatasetColumn: Sendable, Hashable {
    public var name: String
    public var type: ColumnType

    public init(_ name: String, _ type: ColumnType) {
        self.name = name
        self.type = type
    }

    /// The column of a feature: `weather__wind`.
    public static func feature(_ feature: String, of view: String, _ type: ColumnType) -> Self {
        Self("\(view)__\(feature)", type)
    }
}

/// What a column holds, beside null.
public enum ColumnType: String, Sendable, Hashable, CaseIterable {
    case bool, int64, float, string, timestamp

    public init(_ type: FieldType) {
        switch type {
        case .bool: self = .bool
        case .int32, .int64: self = .int64
        case .float: self = .float
        case .string: self = .string
        case .timestamp: self = .timestamp
        }
    }

    /// Whether a column of this type may hold the value.
    public func holds(_ value: FieldValue) -> Bool {
        switch value {
        case .null: true
        case .bool: self == .bool
        case .int: self == .int64
        case .float(let value): self == .float && value.isFinite
        case .string: self == .string
        case .timestamp: self == .timestamp
        }
    }
}

extension DatasetColumn: Stored {
    public func write(to writer: inout ByteWriter) {
        name.write(to: &writer)
        type.rawValue.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        name = try String(from: &reader)
        let start = reader.position
        guard let type = ColumnType(rawValue: try String(from: &reader)) else {
            throw .malformed("a column of an unknown type", at: start)
        }
        self.type = type
    }
}
