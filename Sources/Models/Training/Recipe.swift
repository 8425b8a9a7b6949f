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
    /// The last rows, which judge a first fit; the artifact is then fitted on all rows.
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
        guard engine == "xgboost" else { throw .unknownEngine(engine) }
        guard (1 ... Self.maximumRounds).contains(rounds) else { throw .rounds(rounds) }
        if let validate, validate.microseconds <= 0 { throw .emptyValidation(validate) }
        var given: [String: String] = [:]
        for parameter in parameters {
            guard let rule = ParameterRule.all.first(where: { $0.names.contains(parameter.name) })
            else {
                throw .unknownParameter(parameter.name, known: ParameterRule.knownNames)
            }
            if let other = given.updateValue(parameter.name, forKey: rule.names[0]) {
                throw .sameParameter(other, parameter.name)
            }
            guard rule.range.contains(parameter.value) else {
                throw .parameterOutOfRange(
                    parameter.name,
                    value: parameter.value,
                    allowed: rule.range.description
                )
            }
        }
    }

    /// All that the library is told, by name. What is given here wins over what is usual.
    var settings: [Parameter] {
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
