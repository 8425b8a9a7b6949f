internal import Documents
internal import JSON
internal import Statistics

/// The keys under `spec` of a Model.
enum ModelKeys {
    static let task = DocumentKey<ModelDefinition.Task>.choice(
        "task",
        "what is predicted",
        isRequired: true,
        "task",
        synonyms: ["classification": "binary", "boolean": "binary"]
    )
    static let dataset = DocumentKey.text(
        "dataset",
        "the dataset that its versions are trained on",
        isRequired: true,
        takes: "the name of a Dataset"
    )
    static let recipe = DocumentKey<ModelDefinition.Recipe>(
        "recipe",
        "how a version is trained",
        isRequired: true,
        schema: DocumentSchema.mapping(RecipeKeys.all)
    ) { element in
        DocumentReader(element, keys: RecipeKeys.all, of: "`recipe`").map {
            ModelDefinition.Recipe($0)
        }
    }
    static var metrics: DocumentKey<[Metric]> {
        DocumentKey(
            "metrics",
            "how versions are measured; "
                + Metric.usual.map { "`\($0.name)`" }.joined(separator: ", ")
                + " where it is left out",
            schema: DocumentSchema.list(of: Metric.registry.schema)
        ) { element in
            let names = Metric.registry.names.joined(separator: ", ")
            guard let elements = element.list(takes: "a list of \(names)") else { return nil }
            var metrics: [Metric] = []
            for element in elements {
                guard let metric = Metric.registry.entry(element) else { continue }
                if metrics.contains(metric) {
                    element.report("`\(metric.name)` stands in `metrics` twice.")
                } else {
                    metrics.append(metric)
                }
            }
            return metrics
        }
    }
    static let promotion = DocumentKey<[Stage: ModelDefinition.Policy]>(
        "promotion",
        "what a version needs for a stage",
        schema: DocumentSchema.mapping(PolicyKeys.stages.map(\.rule))
    ) { element in
        let rules = PolicyKeys.stages.map(\.rule)
        guard let stages = DocumentReader(element, keys: rules, of: "`promotion`") else {
            return nil
        }
        var promotion: [Stage: ModelDefinition.Policy] = [:]
        for (stage, key) in zip(Stage.governed, PolicyKeys.stages) {
            if let policy = stages.value(key) { promotion[stage] = policy }
        }
        return promotion
    }

    static var all: [DocumentRule] {
        [task.rule, dataset.rule, recipe.rule, metrics.rule, promotion.rule]
    }
}

/// The keys of what a stage asks of a version.
private enum PolicyKeys {
    static let sealedDataset = DocumentKey.bool(
        "sealedDataset",
        "it was trained on a sealed dataset; true where it is left out"
    )
    static let approvals = DocumentKey.integer(
        "approvals",
        "how many people must have approved it; 0 where it is left out",
        in: ModelDefinition.Policy.approvalRange
    )
    static let fourEyes = DocumentKey.bool(
        "fourEyes",
        "whoever promotes must not be the one who approved; false where it is left out"
    )

    static let all = [sealedDataset.rule, approvals.rule, fourEyes.rule]

    static let stages = Stage.governed.map { stage in
        DocumentKey<ModelDefinition.Policy>(
            stage.rawValue,
            "what a version needs for \(stage.rawValue)",
            schema: DocumentSchema.mapping(all)
        ) { element in
            guard let policy = DocumentReader(element, keys: all, of: "`\(stage.rawValue)`") else {
                return nil
            }
            // Unreadable approvals are some: that there are none must not be said as well.
            let fallback = policy.has(approvals.rule) ? 1 : 0
            return ModelDefinition.Policy(
                sealedDataset: policy.value(sealedDataset) ?? true,
                approvals: policy.value(approvals).map { Int($0) } ?? fallback,
                fourEyes: policy.value(fourEyes) ?? false
            )
        }
    }
}
