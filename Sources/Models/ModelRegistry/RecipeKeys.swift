internal import Bytes
internal import Documents
internal import JSON

/// The keys of a model's recipe.
enum RecipeKeys {
    static let engine = DocumentKey<ModelDefinition.Engine>.choice(
        "engine",
        "what trains it",
        isRequired: true,
        "engine",
        synonyms: ["xgb": "xgboost", "gbt": "xgboost"]
    )
    static let rounds = DocumentKey.integer(
        "rounds",
        "how many rounds it is trained for; 100 where it is left out",
        in: ModelDefinition.Recipe.roundRange
    )
    static let seed = DocumentKey.integer(
        "seed",
        "what the engine's chance begins with; 0 where it is left out",
        in: .min ... .max
    )
    static let parameters = DocumentKey<[ModelDefinition.Parameter]>(
        "parameters",
        "the engine's own settings by name",
        schema: [
            "type": "object", "propertyNames": DocumentSchema.text,
            "additionalProperties": ["type": ["number", "string", "boolean"]],
        ]
    ) { element in
        element.members(takes: "names with numbers or texts, such as {max_depth: 4}")?
            .compactMap { element in
                let value = element.scalar(takes: "a number or a text") { $0.isBlank ? nil : $0 }
                return value.map { ModelDefinition.Parameter(element.key, $0) }
            }
    }
    static let validate = DocumentKey.span(
        "validate",
        "how much of the end of the rows gives the metrics; none where it is left out"
    )

    static let all = [engine.rule, rounds.rule, seed.rule, parameters.rule, validate.rule]
}

extension ModelDefinition.Recipe {
    /// What is used where nothing else is said, or nothing could be read.
    init() {
        self.init(engine: .xgboost, rounds: 100, seed: 0, parameters: [], validate: nil)
    }

    init(_ recipe: DocumentReader) {
        let usual = Self()
        let parameters = recipe.value(RecipeKeys.parameters) ?? []
        self.init(
            engine: recipe.value(RecipeKeys.engine) ?? usual.engine,
            rounds: recipe.value(RecipeKeys.rounds).map { Int($0) } ?? usual.rounds,
            seed: recipe.value(RecipeKeys.seed) ?? usual.seed,
            parameters: parameters.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) },
            validate: recipe.value(RecipeKeys.validate)
        )
    }
}
