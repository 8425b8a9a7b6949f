internal import Bytes
public import Documents
public import JSON
internal import Records

extension FeatureViewDefinition: ResourceDefinition {
    public static let kind = "FeatureView"
    public static var schema: JSONValue { schema(spec: FeatureKeys.all) }

    public var json: JSONValue { resource(spec: source.json) }

    public init(json: JSONValue) throws(DocumentProblems) {
        self = try Self.read(json, spec: FeatureKeys.all) { head, spec in
            Self(
                name: head.name,
                description: head.description,
                owner: head.owner,
                source: Source(spec)
            )
        }
    }
}

extension FeatureViewDefinition.Source {
    /// The keys under `spec`.
    var json: [(String, JSONValue)] {
        switch self {
        case .stream(let source):
            var spec: [(String, JSONValue)] = [
                ("stream", .string(source.stream)), ("entity", .string(source.entity)),
            ]
            if let filter = source.filter { spec.append(("where", .string(filter))) }
            spec.append(("ttl", .string(source.ttl?.description ?? "forever")))
            spec.append(("features", .object(source.features.map { ($0.name, $0.json) })))
            return spec
        case .request(let source):
            return [
                ("request", .object(source.fields.map { ($0.name, $0.json) })),
                (
                    "features",
                    .object(source.features.map { ($0.name, .string($0.expression)) })
                ),
            ]
        }
    }
}

extension FeatureViewDefinition.Aggregate {
    /// `{"mean": "arr_delay", "over": ["3h", "24h"]}`
    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            (aggregation.name, field.map(JSONValue.string) ?? true)
        ]
        if !over.isEmpty {
            members.append(("over", .array(over.map { .string($0.description) })))
        }
        return .object(members)
    }
}
