internal import Bytes
public import Documents
public import JSON
internal import Statistics

extension ModelDefinition: ResourceDefinition {
    public static let kind = "Model"
    public static var schema: JSONValue { schema(spec: ModelKeys.all) }

    public var json: JSONValue {
        resource(spec: [
            ("task", .string(task.rawValue)), ("dataset", .string(dataset)),
            ("recipe", recipe.json),
            ("metrics", .array(metrics.map { .string($0.name) })),
            (
                "promotion",
                .object(
                    Stage.allCases.compactMap { stage in
                        promotion[stage].map { (stage.rawValue, $0.json) }
                    }
                )
            ),
        ])
    }

    public init(json: JSONValue) throws(DocumentProblems) {
        self = try Self.read(json, spec: ModelKeys.all) { head, spec in
            Self(
                name: head.name,
                description: head.description,
                owner: head.owner,
                task: spec.value(ModelKeys.task) ?? .binary,
                dataset: spec.value(ModelKeys.dataset) ?? "",
                recipe: spec.value(ModelKeys.recipe) ?? Recipe(),
                metrics: spec.value(ModelKeys.metrics) ?? Metric.usual,
                promotion: spec.value(ModelKeys.promotion) ?? [:]
            )
        }
    }
}

extension ModelDefinition.Recipe {
    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("engine", .string(engine.rawValue)), ("rounds", .integer(Int64(rounds))),
            ("seed", .integer(seed)),
            ("parameters", .object(parameters.map { ($0.name, $0.json) })),
        ]
        if let validate { members.append(("validate", .string(validate.description))) }
        return .object(members)
    }
}

extension ModelDefinition.Parameter {
    /// A number where it reads back as the text that was written, and else that text.
    var json: JSONValue {
        if let number = Int64(value), number.description == value { return .integer(number) }
        if let number = Double(value), number.isFinite, number.description == value {
            return .number(number)
        }
        return .string(value)
    }
}

extension ModelDefinition.Policy {
    var json: JSONValue {
        [
            "sealedDataset": .bool(sealedDataset), "approvals": .integer(Int64(approvals)),
            "fourEyes": .bool(fourEyes),
        ]
    }
}
