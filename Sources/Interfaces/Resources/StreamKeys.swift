internal import Bytes
internal import JSON
internal import Records

/// The keys under `spec` of a Stream.
enum StreamKeys {
    private static let counts = StreamDefinition.partitionRange

    static let topic = Key(
        "topic",
        "the Kafka topic; the stream's own name where it is left out",
        takes: "the name of a topic",
        schema: HeadKeys.name.rule.schema
    ) { $0.isEmpty ? nil : $0 }

    static let partitions = Key(
        "partitions",
        "how many the topic is created with; 1 where it is left out",
        takes:
            "a whole number from \(counts.lowerBound) to \(counts.upperBound)",
        schema: [
            "type": "integer",
            "minimum": .integer(Int64(counts.lowerBound)),
            "maximum": .integer(Int64(counts.upperBound)),
        ]
    ) { text in Int32(text).flatMap { counts.contains($0) ? $0 : nil } }

    static let retention = Key(
        "retention",
        "how long the topic keeps records; forever where it is left out",
        takes: "`forever` or a length of time such as `30d`",
        schema: ["type": "string", "pattern": "^(forever|[0-9]+(us|ms|s|m|h|d))$"]
    ) { StreamDefinition.retention($0) }

    static let format = Key(
        "format",
        "how records are written",
        takes: "`json`, the one format of this release",
        schema: ["enum": .array(StreamDefinition.Format.allCases.map { .string($0.rawValue) })]
    ) { StreamDefinition.Format(rawValue: $0) }

    static let key = fieldName("key", "the field whose text is the Kafka key", isRequired: true)
    static let time = fieldName("time", "the field that holds the event time", isRequired: true)
    static let identity = fieldName("identity", "the field that tells whether a record came before")
    static let lateness = span(
        "lateness",
        "how far behind the newest a record may come; 0s where it is left out"
    )
    static let idle = span(
        "idle",
        "how long a partition may be silent until its watermark is advanced"
    )
    static let notBefore = instant("notBefore", "the earliest event time")
    static let notAfter = instant("notAfter", "the latest event time")

    static let fields = KeyRule(
        name: "fields",
        about: "the fields of each record with their types",
        isRequired: true,
        schema: [
            "type": "object", "minProperties": 1,
            "propertyNames": ["pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$"],
            "additionalProperties": [
                "anyOf": [
                    FieldKeys.type.rule.schema,
                    schema(of: FieldKeys.all),
                ]
            ],
        ]
    )

    static let all = [
        topic.rule, partitions.rule, retention.rule, format.rule, key.rule, time.rule,
        identity.rule, lateness.rule,
        idle.rule, notBefore.rule, notAfter.rule, fields,
    ]

    private static func fieldName(
        _ name: String,
        _ about: String,
        isRequired: Bool = false
    ) -> Key<String> {
        Key(
            name,
            about,
            isRequired: isRequired,
            takes: "the name of a field",
            schema: ["type": "string", "minLength": 1]
        ) { $0.isEmpty ? nil : $0 }
    }

    private static func span(_ name: String, _ about: String) -> Key<TimeSpan> {
        Key(
            name,
            about,
            takes: "a length of time such as `0s`, `15m`, `1h` or `30d`",
            schema: ["type": "string", "pattern": "^[0-9]+(us|ms|s|m|h|d)$"]
        ) { TimeSpan($0) }
    }

    private static func instant(_ name: String, _ about: String) -> Key<Instant> {
        Key(
            name,
            about,
            takes: "an RFC 3339 time with an offset such as `2013-01-01T00:00:00Z`",
            schema: ["type": "string", "format": "date-time"]
        ) { Instant(rfc3339: $0) }
    }
}

/// The keys of a field that is written as a mapping.
enum FieldKeys {
    private static let types = FieldType.allCases.map(\.rawValue)
    static let typeList = types.joined(separator: ", ")

    static let type = Key(
        "type",
        "what the field holds; `?` behind it allows null",
        isRequired: true,
        takes: "a type: \(typeList)",
        schema: ["enum": .array((types + types.map { $0 + "?" }).map { .string($0) })]
    ) { $0 }

    static let oneOf = KeyRule(
        name: "oneOf",
        about: "the only texts allowed",
        isRequired: false,
        schema: ["type": "array", "minItems": 1, "uniqueItems": true, "items": ["type": "string"]]
    )

    static let all = [type.rule, oneOf]
    static let typeNames = types
}
