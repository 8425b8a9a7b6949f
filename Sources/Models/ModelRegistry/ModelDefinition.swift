public import Bytes
public import Statistics

/// What a model is for, how it is trained, and what its versions need to be promoted.
public struct ModelDefinition: Sendable, Hashable {
    public var name: String
    public var description: String
    public var owner: String
    public var task: Task
    /// The dataset that its versions are trained on.
    public var dataset: String
    public var recipe: Recipe
    /// What its versions are measured by.
    public var metrics: [Metric]
    /// What a version needs for test and production. `init` gives a stage that is left out the usual
    /// policy: a sealed dataset.
    public var promotion: [Stage: Policy]

    /// What is predicted. This release knows one kind.
    public enum Task: String, Sendable, Hashable, CaseIterable { case binary }

    /// How a version is trained.
    public struct Recipe: Sendable, Hashable {
        public var engine: Engine
        public var rounds: Int
        public var seed: Int64
        /// The engine's own names with their values as text, sorted by name.
        public var parameters: [Parameter]
        /// How much of the end of the rows gives the metrics; nil: none of it.
        public var validate: TimeSpan?

        public init(
            engine: Engine,
            rounds: Int,
            seed: Int64,
            parameters: [Parameter],
            validate: TimeSpan?
        ) {
            self.engine = engine
            self.rounds = rounds
            self.seed = seed
            self.parameters = parameters
            self.validate = validate
        }
    }

    /// One setting of an engine.
    public struct Parameter: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public enum Engine: String, Sendable, Hashable, CaseIterable { case xgboost }
    public typealias Metric = Statistics.Metric

    /// What a stage asks of a version.
    public struct Policy: Sendable, Hashable {
        public var sealedDataset: Bool
        /// How many people must have approved it.
        public var approvals: Int
        /// Whoever promotes must not be the one who approved.
        public var fourEyes: Bool

        public init(sealedDataset: Bool = true, approvals: Int = 0, fourEyes: Bool = false) {
            self.sealedDataset = sealedDataset
            self.approvals = approvals
            self.fourEyes = fourEyes
        }
    }

    public init(
        name: String,
        description: String = "",
        owner: String = "",
        task: Task,
        dataset: String,
        recipe: Recipe,
        metrics: [Metric],
        promotion: [Stage: Policy]
    ) {
        self.name = name
        self.description = description
        self.owner = owner
        self.task = task
        self.dataset = dataset
        self.recipe = recipe
        self.metrics = metrics
        let usual = Dictionary(uniqueKeysWithValues: Stage.governed.map { ($0, Policy()) })
        self.promotion = promotion.merging(usual) { given, _ in given }
    }
}

/// Where a model version stands, in ascending order.
public enum Stage: String, Sendable, Hashable, CaseIterable {
    case development, test, production, archived
}
