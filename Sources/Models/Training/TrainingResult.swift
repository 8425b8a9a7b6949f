public import Bytes

/// What a training gives: the model, and how good it is.
public struct TrainingResult: Sendable {
    /// The model in XGBoost's JSON format, fitted on all rows.
    public var artifact: [UInt8]
    public var artifactDigest: Digest
    /// From the fit on the earlier rows if there was one, else from that on all rows.
    public var metricsByRound: [RoundMetrics]
    /// Nil where too few rows, or labels of one kind only, were left to learn from.
    public var validation: Validation?
    /// The plain model on the same rows, to compare with.
    public var baseline: LogisticModel
    /// All that the library was told, by name.
    public var parameters: [Recipe.Parameter]
}

/// How well the trees so far fit. Rounds are counted from 1.
public struct RoundMetrics: Sendable, Hashable {
    public var round: Int
    public var trainLogLoss: Double
    /// Nil where no rows judge.
    public var validationLogLoss: Double?
}

/// How well models that have seen the earlier rows only predict the later ones.
public struct Validation: Sendable, Hashable {
    public var rows: Int
    public var model: Quality
    /// Of the logistic regression.
    public var baseline: Quality
}

/// How well chances fit what happened.
public struct Quality: Sendable, Hashable {
    public var logLoss: Double
    /// Nil where all labels are alike.
    public var auc: Double?
    public var calibrationGap: Double
}
