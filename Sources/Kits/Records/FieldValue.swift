public import Bytes

/// The value of one field in one record.
public enum FieldValue: Sendable {
    case null
    case bool(Bool)
    /// Of an `int32` or `int64` field.
    case int(Int64)
    /// Finite, and never −0.0.
    case float(Double)
    case string(String)
    case timestamp(Timestamp)
}

extension FieldValue: Hashable {
    /// Texts are equal when their bytes are: what Unicode holds to be equal may change with its
    /// version.
    public static func == (one: FieldValue, other: FieldValue) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.int(let a), .int(let b)): a == b
        case (.float(let a), .float(let b)): a == b
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.timestamp(let a), .timestamp(let b)): a == b
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(value)
        case .float(let value): hasher.combine(value)
        case .string(let value): hasher.combine(Array(value.utf8))
        case .timestamp(let value): hasher.combine(value)
        }
    }
}

extension FieldValue {
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The value as text in UTF-8: the key of a record, or its identity. Empty for null.
    public var textBytes: [UInt8] {
        switch self {
        case .null: []
        case .bool(let value): Array((value ? "true" : "false").utf8)
        case .int(let value): Array(String(value).utf8)
        case .float(let value): Array(value.description.utf8)
        case .string(let value): Array(value.utf8)
        case .timestamp(let value): Array(value.rfc3339.utf8)
        }
    }
}

extension FieldValue {
    /// What two values have in common that are the same thing: the text, and of a timestamp the instant, whatever offset
    /// it was written with. Keys, identities, entities and outcomes are found by this.
    public var joinBytes: [UInt8] {
        if case .timestamp(let value) = self {
            Array(value.instant.rfc3339.utf8)
        } else {
            textBytes
        }
    }
}

/// A record as its stream's definition reads it.
public struct Row: Sendable, Hashable {
    /// The event time, with the offset it was written with.
    public var time: Timestamp
    /// In the order of the definition's fields.
    public var values: [FieldValue]
    private var keyIndex: Int
    private var identityIndex: Int?

    init(time: Timestamp, values: [FieldValue], keyIndex: Int, identityIndex: Int?) {
        self.time = time
        self.values = values
        self.keyIndex = keyIndex
        self.identityIndex = identityIndex
    }

    /// What `publish` writes as the Kafka key: what the key field is joined by.
    public var key: [UInt8] { values[keyIndex].joinBytes }

    /// What the identity field is joined by; nil for a stream without one.
    public var identity: [UInt8]? { identityIndex.map { values[$0].joinBytes } }
}
