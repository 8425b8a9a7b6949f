public import Bytes
public import Logs

/// What a stream is: where its records are, what they look like, and which field tells when each
/// happened.
public struct StreamDefinition: Sendable, Hashable {
    public var name: String
    public var description: String
    public var owner: String
    public var topic: String
    /// Used once, to create the topic.
    public var partitions: Int32
    public var retention: Retention
    public var format: Format
    /// The field whose text is the Kafka key of what `publish` writes.
    public var key: String
    /// The field that holds the event time.
    public var time: String
    /// The field that tells whether a record came before.
    public var identity: String?
    /// How far behind the greatest event time of its partition a record may come.
    public var lateness: TimeSpan
    /// How long a partition may be silent until the server advances its watermark; nil: for ever.
    public var idle: TimeSpan?
    public var notBefore: Instant?
    public var notAfter: Instant?
    /// In the order they were declared; the values of a row stand in the same.
    public var fields: [Field]
    /// What the fact that declared it calls its generation, where that is not what this release would call it.
    var declaredGeneration: Digest?

    public init(
        name: String,
        description: String = "",
        owner: String = "",
        topic: String? = nil,
        partitions: Int32 = 1,
        retention: Retention = .forever,
        format: Format = .json,
        key: String,
        time: String,
        identity: String? = nil,
        lateness: TimeSpan = .seconds(0),
        idle: TimeSpan? = nil,
        notBefore: Instant? = nil,
        notAfter: Instant? = nil,
        fields: [Field]
    ) {
        self.name = name
        self.description = description
        self.owner = owner
        self.topic = topic ?? name
        self.partitions = partitions
        self.retention = retention
        self.format = format
        self.key = key
        self.time = time
        self.identity = identity
        self.lateness = lateness
        self.idle = idle
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.fields = fields
    }

    /// How the records of a topic are written.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        case json
    }

    /// One named value of each record.
    public struct Field: Sendable, Hashable {
        public var name: String
        public var type: FieldType
        /// It may be null or absent.
        public var isOptional: Bool
        /// The only texts allowed, in their order; empty: any.
        public var oneOf: [String]

        public init(
            _ name: String,
            _ type: FieldType,
            isOptional: Bool = false,
            oneOf: [String] = []
        ) {
            self.name = name
            self.type = type
            self.isOptional = isOptional
            self.oneOf = oneOf
        }
    }

    public func field(_ name: String) -> Field? { fields.first { $0.name == name } }
}

/// What a field holds.
public enum FieldType: String, Sendable, Hashable, CaseIterable {
    case bool, int32, int64
    /// A finite double.
    case float
    case string
    /// RFC 3339 with an offset.
    case timestamp

    /// `an int32`
    public var phrase: String {
        switch self {
        case .int32, .int64: "an \(rawValue)"
        case .bool, .float, .string, .timestamp: "a \(rawValue)"
        }
    }
}

extension StreamDefinition {
    /// The encoding of all that decides which rows a fold sees, and in what form. Words for people,
    /// the partition count, retention and idleness are not in it: changing those rebuilds nothing.
    public var canonicalBytes: [UInt8] {
        var writer = ByteWriter(reserving: 256)
        "stream 1".write(to: &writer)
        name.write(to: &writer)
        topic.write(to: &writer)
        format.rawValue.write(to: &writer)
        key.write(to: &writer)
        time.write(to: &writer)
        identity.write(to: &writer)
        lateness.microseconds.write(to: &writer)
        notBefore.write(to: &writer)
        notAfter.write(to: &writer)
        writer.appendVarint(UInt64(fields.count))
        for field in fields {
            field.name.write(to: &writer)
            field.type.rawValue.write(to: &writer)
            field.isOptional.write(to: &writer)
            writer.appendVarint(UInt64(field.oneOf.count))
            for text in field.oneOf { text.write(to: &writer) }
        }
        return writer.bytes
    }

    public var generation: Digest { declaredGeneration ?? Digest(of: canonicalBytes) }
}
