internal import Bytes
internal import Documents
internal import JSON
internal import Records

/// The keys under `spec` of a FeatureView.
enum FeatureKeys {
    static let stream = DocumentKey.text(
        "stream",
        "the stream whose records are aggregated; `request` stands instead of it where a view is "
            + "computed from a request",
        takes: "the name of a Stream"
    )
    static let entity = DocumentKey.text(
        "entity",
        "the field of the stream that names the entity",
        takes: "the name of a field"
    )
    static let filter = DocumentKey.text(
        "where",
        "which records count; all where it is left out",
        takes: "an expression over the fields of the stream"
    )
    static let ttl = DocumentKey<TTL>(
        "ttl",
        "how old the last record may be, by event time; forever where it is left out",
        schema: ["type": "string", "pattern": "^(forever|[0-9]+(us|ms|s|m|h|d))$"]
    ) { element in
        element.scalar(takes: "`forever` or a length of time such as `30d`") { text in
            text == "forever" ? TTL(span: nil) : TimeSpan(text).map { TTL(span: $0) }
        }
    }
    static let request = DocumentKey<[StreamDefinition.Field]>(
        "request",
        "the fields of a request, with their types",
        schema: StreamDefinition.Field.listSchema
    ) { StreamDefinition.Field.list(in: $0) }

    static var features: DocumentRule {
        DocumentRule(
            "features",
            "names with what each is: an aggregation, or an expression over the request",
            isRequired: true,
            schema: DocumentSchema.members(
                of: ["anyOf": [DocumentSchema.text, AggregateKeys.schema]]
            )
        )
    }

    static var all: [DocumentRule] {
        [stream.rule, entity.rule, filter.rule, ttl.rule, request.rule, features]
    }

    /// A life that may be endless.
    struct TTL {
        let span: TimeSpan?
    }
}

extension FeatureViewDefinition.Source {
    /// What cannot be read is said, and replaced by something harmless.
    init(_ spec: DocumentReader) {
        guard let request = spec.entry(FeatureKeys.request.rule) else {
            if !spec.has(FeatureKeys.stream.rule) { spec.reportMissing(FeatureKeys.stream.rule) }
            if !spec.has(FeatureKeys.entity.rule) { spec.reportMissing(FeatureKeys.entity.rule) }
            let features = spec.entry(FeatureKeys.features)
            self = .stream(
                FeatureViewDefinition.StreamSource(
                    stream: spec.value(FeatureKeys.stream) ?? "",
                    entity: spec.value(FeatureKeys.entity) ?? "",
                    filter: spec.value(FeatureKeys.filter),
                    ttl: spec.value(FeatureKeys.ttl)?.span,
                    features: features.map { FeatureViewDefinition.Aggregate.list(in: $0) } ?? []
                )
            )
            return
        }
        if spec.has(FeatureKeys.stream.rule) {
            request.reportKey("a view has either `stream` or `request`, not both.")
        } else {
            for rule in [FeatureKeys.entity.rule, FeatureKeys.filter.rule, FeatureKeys.ttl.rule] {
                spec.entry(rule)?.reportKey(
                    "`\(rule.name)` goes with `stream`, not with `request`."
                )
            }
        }
        let features = spec.entry(FeatureKeys.features)
        self = .request(
            FeatureViewDefinition.RequestSource(
                fields: spec.value(FeatureKeys.request) ?? [],
                features: features.map { FeatureViewDefinition.Computed.list(in: $0) } ?? []
            )
        )
    }
}
