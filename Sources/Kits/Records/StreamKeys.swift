internal import Bytes
internal import Documents
internal import JSON
internal import Logs

/// The keys under `spec` of a Stream.
enum StreamKeys {
    private static let counts = StreamDefinition.partitionRange

    static let topic = DocumentKey<String>(
        "topic",
        "the Kafka topic; the stream's own name where it is left out",
        schema: ["type": "string", "pattern": .string(Names.pattern)]
    ) { $0.scalar(takes: "the name of a topic") { $0.isEmpty ? nil : $0 } }

    static let partitions = DocumentKey<Int32>(
        "partitions",
        "how many the topic is created with; 1 where it is left out",
        schema: [
            "type": "integer",
            "minimum": .integer(Int64(counts.lowerBound)),
            "maximum": .integer(Int64(counts.upperBound)),
        ]
    ) { element in
        let takes = "a whole number from \(counts.lowerBound) to \(counts.upperBound)"
        return element.scalar(takes: takes) { text in
            Int32(text).flatMap { counts.contains($0) ? $0 : nil }
        }
    }

    static let retention = DocumentKey<Retention>(
        "retention",
        "how long the topic keeps records; forever where it is left out",
        schema: ["type": "string", "pattern": "^(forever|[0-9]+(us|ms|s|m|h|d))$"]
    ) { element in
        element.scalar(takes: "`forever` or a length of time such as `30d`") {
            StreamDefinition.retention($0)
        }
    }

    static let format = DocumentKey<StreamDefinition.Format>(
        "format",
        "how records are written",
        schema: ["enum": .array(StreamDefinition.Format.allCases.map { .string($0.rawValue) })]
    ) { element in
        element.scalar(takes: "`json`, the one format of this release") {
            StreamDefinition.Format(rawValue: $0)
        }
    }

    static let key = fieldName("key", "the field whose text is the Kafka key", isRequired: true)
    static let time = fieldName("time", "the field that holds the event time", isRequired: true)
    static let identity = fieldName("identity", "the field that tells whether a record came before")
    static let lateness = DocumentKey.span(
        "lateness",
        "how far behind the newest a record may come; 0s where it is left out"
    )
    static let idle = DocumentKey.span(
        "idle",
        "how long a partition may be silent until its watermark is advanced"
    )
    static let notBefore = DocumentKey.instant("notBefore", "the earliest event time")
    static let notAfter = DocumentKey.instant("notAfter", "the latest event time")

    static let fields = DocumentKey<FieldList>(
        "fields",
        "the fields of each record with their types",
        isRequired: true,
        schema: StreamDefinition.Field.listSchema
    ) { FieldList($0) }

    static let all = [
        topic.rule, partitions.rule, retention.rule, format.rule, key.rule, time.rule,
        identity.rule, lateness.rule, idle.rule, notBefore.rule, notAfter.rule, fields.rule,
    ]

    private static func fieldName(
        _ name: String,
        _ about: String,
        isRequired: Bool = false
    ) -> DocumentKey<String> {
        DocumentKey(
            name,
            about,
            isRequired: isRequired,
            schema: DocumentSchema.text
        ) { $0.scalar(takes: "the name of a field") { $0.isEmpty ? nil : $0 } }
    }
}

/// The fields of a stream, as far as they could be read.
struct FieldList {
    let list: [StreamDefinition.Field]
    /// Those that are written, as bytes.
    private let written: Set<[UInt8]>

    /// Nil where there is no list at all, or nothing of it can be read.
    init?(_ element: DocumentElement) {
        guard let list = StreamDefinition.Field.list(in: element) else { return nil }
        let names = element.json.object?.map { Array($0.0.utf8) } ?? []
        if list.isEmpty, !names.isEmpty { return nil }
        self.list = list
        written = Set(names)
    }

    /// Whether something can be said of a field: it was read, or there is none of that name.
    func isRead(_ name: String?) -> Bool {
        guard let name else { return true }
        return list.contains { $0.name.utf8.elementsEqual(name.utf8) }
            || !written.contains(Array(name.utf8))
    }
}
