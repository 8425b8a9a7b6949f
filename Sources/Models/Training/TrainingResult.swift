public import Bytes
public import Evaluators

/// What a training gives: the model, and how good it is.
public struct TrainingResult: Sendable {
    /// The model, fitted on all rows.
    public var artifact: [UInt8]
    public var artifactDigest: Digest
    /// What the artifact is: the name of a `ModelFormat`.
    public var format: String
    /// The columns that were learned from, in the order in which the model reads them.
    public var columns: [String]
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

/// How well predictions fit what happened, by every metric that was asked for.
public struct Quality: Sendable, Hashable {
    public var figures: [Figure]

    /// What one metric says.
    public struct Figure: Sendable, Hashable {
        public var name: String
        /// Nil where the labels tell nothing, such as the area of a curve where all are alike.
        public var value: Double?
    }

    public subscript(metric: String) -> Double? {
        figures.first { $0.name == metric }.flatMap(\.value)
    }
}
