internal import Bytes
public import Documents
public import JSON

extension DatasetDefinition: ResourceDefinition {
    public static let kind = "Dataset"
    public static var schema: JSONValue { schema(spec: DatasetKeys.all) }

    public var json: JSONValue { resource(spec: spec) }

    public init(json: JSONValue) throws(DocumentProblems) {
        self = try Self.read(json, spec: DatasetKeys.all) { head, spec in
            Self(
                name: head.name,
                description: head.description,
                owner: head.owner,
                rows: spec.value(DatasetKeys.rows) ?? "",
                id: spec.value(DatasetKeys.id) ?? "",
                features: spec.value(DatasetKeys.features) ?? [],
                label: spec.value(DatasetKeys.label),
                filter: spec.value(DatasetKeys.filter)
            )
        }
    }

    /// The keys under `spec`.
    var spec: [(String, JSONValue)] {
        var spec: [(String, JSONValue)] = [
            ("rows", .string(rows)), ("id", .string(id)),
            ("features", .array(features.map(JSONValue.string))),
        ]
        if let label { spec.append(("label", label.json)) }
        if let filter { spec.append(("where", .string(filter))) }
        return spec
    }
}

extension DatasetDefinition.Label {
    var json: JSONValue {
        [
            "stream": .string(stream), "match": .string(match), "value": .string(value),
            "within": .string(within.description),
        ]
    }
}
