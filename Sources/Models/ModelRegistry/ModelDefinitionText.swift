internal import Bytes
internal import JSON

/// Reads a definition from the canonical JSON that facts hold; nil where it is none.
func modelDefinition(_ text: String) -> ModelDefinition? {
    do throws(JSONError) {
        return ModelDefinition(json: try JSONValue(parsing: text))
    } catch {
        return nil
    }
}

extension ModelDefinition {
    fileprivate init?(json: JSONValue) {
        guard json["kind"] == "Model", let name = json["name"]?.string, !name.isEmpty,
            let spec = json["spec"],
            let task = spec["task"]?.string.flatMap(Task.init(rawValue:)),
            let dataset = spec["dataset"]?.string,
            let recipe = spec["recipe"].flatMap(Recipe.init(json:)),
            let metricNames = spec["metrics"]?.array
        else { return nil }
        var metrics: [Metric] = []
        for name in metricNames {
            guard let metric = name.string.flatMap(Metric.init(rawValue:)) else { return nil }
            metrics.append(metric)
        }
        var promotion: [Stage: Policy] = [:]
        for (name, value) in spec["promotion"]?.object ?? [] {
            guard let stage = Stage(rawValue: name), let policy = Policy(json: value) else {
                return nil
            }
            promotion[stage] = policy
        }
        self.init(
            name: name,
            description: json["description"]?.string ?? "",
            owner: json["owner"]?.string ?? "",
            task: task,
            dataset: dataset,
            recipe: recipe,
            metrics: metrics,
            promotion: promotion
        )
    }
}

extension ModelDefinition.Recipe {
    fileprivate init?(json: JSONValue) {
        guard let engine = json["engine"]?.string.flatMap(ModelDefinition.Engine.init(rawValue:)),
            let rounds = json["rounds"]?.integer.flatMap({ Int(exactly: $0) }),
            let seed = json["seed"]?.integer
        else { return nil }
        var parameters: [ModelDefinition.Parameter] = []
        for (name, value) in json["parameters"]?.object ?? [] {
            guard let text = value.asText else { return nil }
            parameters.append(.init(name, text))
        }
        var validate: TimeSpan?
        if let text = json["validate"], !text.isNull {
            guard let span = text.string.flatMap({ TimeSpan($0) }) else { return nil }
            validate = span
        }
        self.init(
            engine: engine,
            rounds: rounds,
            seed: seed,
            parameters: parameters.sorted { $0.name < $1.name },
            validate: validate
        )
    }
}

extension ModelDefinition.Policy {
    fileprivate init?(json: JSONValue) {
        guard json.object != nil else { return nil }
        self.init()
        if let value = json["sealedDataset"] {
            guard let isAsked = value.bool else { return nil }
            sealedDataset = isAsked
        }
        if let value = json["approvals"] {
            guard let count = value.integer.flatMap({ Int(exactly: $0) }), count >= 0 else {
                return nil
            }
            approvals = count
        }
        if let value = json["fourEyes"] {
            guard let isAsked = value.bool else { return nil }
            fourEyes = isAsked
        }
    }
}

extension JSONValue {
    /// A setting as the engine gets it.
    fileprivate var asText: String? {
        switch self {
        case .string(let text): text
        case .integer(let value): String(value)
        case .number(let value): String(value)
        case .bool(let value): String(value)
        case .null, .array, .object: nil
        }
    }
}
