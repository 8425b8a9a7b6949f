public import Bytes

/// How a model is made from a table.
public struct Recipe: Sendable, Hashable {
    /// A setting of the engine, as it is written.
    public struct Parameter: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// `xgboost`.
    public var engine: String
    /// How many trees follow one another.
    public var rounds: Int
    public var seed: Int64
    /// By name.
    public let parameters: [Parameter]
    /// The last rows, which judge a first fit; the artifact is then fitted on all rows. Nil: the last fifth of them.
    public var validate: TimeSpan?

    public init(
        engine: String = "xgboost",
        rounds: Int,
        seed: Int64,
        parameters: [Parameter] = [],
        validate: TimeSpan? = nil
    ) {
        self.engine = engine
        self.rounds = rounds
        self.seed = seed
        self.parameters = parameters.sorted { $0.name < $1.name }
        self.validate = validate
    }
}

extension Recipe {
    static let maximumRounds = 100_000

    /// Whether the engine and its settings are known and within their ranges.
    func check() throws(TrainingError) {
        if let fault = faults.first { throw fault }
    }

    /// Everything about the engine and its settings that is unknown or out of its range.
    public var faults: [TrainingError] {
        guard engine == "xgboost" else { return [.unknownEngine(engine)] }
        var faults: [TrainingError] = []
        if !(1 ... Self.maximumRounds).contains(rounds) { faults.append(.rounds(rounds)) }
        if let validate, validate.microseconds <= 0 { faults.append(.emptyValidation(validate)) }
        var given: [String: String] = [:]
        for parameter in parameters {
            guard let rule = ParameterRule.all.first(where: { $0.names.contains(parameter.name) })
            else {
                faults.append(.unknownParameter(parameter.name, known: ParameterRule.knownNames))
                continue
            }
            if let other = given.updateValue(parameter.name, forKey: rule.names[0]) {
                faults.append(.sameParameter(other, parameter.name))
            }
            if !rule.range.contains(parameter.value) {
                faults.append(
                    .parameterOutOfRange(
                        parameter.name,
                        value: parameter.value,
                        allowed: rule.range.description
                    )
                )
            }
        }
        return faults
    }

    /// Which rows judge, in words: what a run keeps of it where the recipe itself does not say.
    public static let usualValidation = Parameter("validate", "the last fifth of the rows")

    /// All that the library is told, by name. What is given here wins over what is usual.
    public var settings: [Parameter] {
        // One thread, because the other cores serve meanwhile, and a waiting libgomp thread spins.
        var settings = [
            Parameter("booster", "gbtree"), Parameter("nthread", "1"),
            Parameter("objective", "binary:logistic"), Parameter("seed", String(seed)),
            Parameter("tree_method", "hist"), Parameter("verbosity", "0"),
        ]
        settings.removeAll { usual in parameters.contains { $0.name == usual.name } }
        return (settings + parameters).sorted { $0.name < $1.name }
    }
}
