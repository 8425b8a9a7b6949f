public import Bytes

/// A version of a model: what made it, what was measured of it, where it stands and who approved it.
public struct ModelVersion: Sendable, Hashable {
    public var model: String
    /// Counted from 1; a number is never given twice, even when the model is deleted and declared again.
    public var version: Int64
    /// The run that made it.
    public var run: String
    public var artifact: Digest
    /// What the artifact is, and so what reads it: `xgboost-json`.
    public var format: String
    /// The baseline that was trained on the same rows.
    public var baseline: Digest?
    /// The dataset it was trained on, such as `late_arrivals@1`; empty where that is not sealed.
    public var dataset: String
    public var datasetContent: Digest?
    /// The columns that it takes, in their order.
    public var columns: [String]
    public var metrics: [Metric]
    public var registeredAt: Instant
    /// Who registered it.
    public var actor: String?
    public var stage = Stage.development
    /// In the order they were given; one a stage and actor.
    public var approvals: [Approval] = []

    /// `late-arrival@3`.
    public var name: String { "\(model)@\(version)" }

    /// What was measured of a version.
    public struct Metric: Sendable, Hashable {
        public var name: String
        public var value: Double

        public init(_ name: String, _ value: Double) {
            self.name = name
            self.value = value
        }
    }

    /// Somebody held that the version is fit for a stage.
    public struct Approval: Sendable, Hashable {
        public var stage: Stage
        public var actor: String
        public var reason: String
        public var at: Instant

        public init(stage: Stage, actor: String, reason: String, at: Instant) {
            self.stage = stage
            self.actor = actor
            self.reason = reason
            self.at = at
        }
    }

    public init(
        model: String,
        version: Int64,
        run: String,
        artifact: Digest,
        format: String,
        baseline: Digest?,
        dataset: String,
        datasetContent: Digest?,
        columns: [String],
        metrics: [Metric],
        registeredAt: Instant,
        actor: String?
    ) {
        self.model = model
        self.version = version
        self.run = run
        self.artifact = artifact
        self.format = format
        self.baseline = baseline
        self.dataset = dataset
        self.datasetContent = datasetContent
        self.columns = columns
        self.metrics = metrics
        self.registeredAt = registeredAt
        self.actor = actor
    }

    /// Whether somebody approved it for a stage already.
    public func isApproved(for stage: Stage, by actor: String) -> Bool {
        approvals.contains { $0.stage == stage && $0.actor == actor }
    }
}
