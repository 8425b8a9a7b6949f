internal import Bytes
internal import Evaluators
public import Statistics

/// Makes a model. The same table and recipe give the same bytes on one machine, whatever the number
/// of threads.
///
/// The rows of the last time, as `validate` says, judge a fit on the earlier ones; then the model is
/// fitted once more, on all rows with as many rounds, and that is the artifact. Where the recipe has no `validate`, the
/// last fifth of the rows judges; where the rows are too few for that, or all labels before are alike, nothing does.
/// `metrics`: What the judged rows are measured by.
/// `isCancelled`: asked before each round.
public func train(
    _ table: TrainingTable,
    by recipe: Recipe,
    measuredBy metrics: [Metric] = Metric.usual,
    isCancelled: () -> Bool
) throws(TrainingError) -> TrainingResult {
    try recipe.check()
    try table.check()
    for metric in metrics where metric.reads != Metric.chance {
        throw .noOutput(metric.reads, metric: metric.name)
    }
    let settings = recipe.settings
    var judged: (rounds: [RoundMetrics], validation: Validation)?
    var split = table.splitLastFifth()
    if let span = recipe.validate { split = try table.split(last: span) }
    if let split {
        judged = try judge(split.earlier, split.later, recipe, settings, metrics, isCancelled)
    }
    let fit = try Fit(table, settings: settings)
    var rounds: [RoundMetrics] = []
    for round in 0 ..< recipe.rounds {
        guard !isCancelled() else { throw .cancelled }
        try fit.grow(round: round)
        guard judged == nil else { continue }
        rounds.append(.init(round: round + 1, trainLogLoss: try fit.logLoss()))
    }
    let artifact = try fit.artifact()
    return TrainingResult(
        artifact: artifact,
        artifactDigest: Digest(of: artifact),
        format: ModelFormat.trained,
        columns: table.columns,
        metricsByRound: judged?.rounds ?? rounds,
        validation: judged?.validation,
        baseline: try LogisticModel(fitting: table, isCancelled: isCancelled),
        parameters: settings
    )
}

/// Fits on the earlier rows and looks at the later ones after each round.
private func judge(
    _ earlier: TrainingTable,
    _ later: TrainingTable,
    _ recipe: Recipe,
    _ settings: [Recipe.Parameter],
    _ metrics: [Metric],
    _ isCancelled: () -> Bool
) throws(TrainingError) -> (rounds: [RoundMetrics], validation: Validation) {
    let fit = try Fit(earlier, settings: settings)
    let matrix = try Matrix(
        rows: later.rows,
        columnCount: later.columns.count,
        labels: later.labels
    )
    var rounds: [RoundMetrics] = []
    var probabilities: [Double] = []
    for round in 0 ..< recipe.rounds {
        guard !isCancelled() else { throw .cancelled }
        try fit.grow(round: round)
        probabilities = try fit.probabilities(of: matrix)
        rounds.append(
            RoundMetrics(
                round: round + 1,
                trainLogLoss: try fit.logLoss(),
                validationLogLoss: logLoss(probabilities: probabilities, labels: later.labels)
            )
        )
    }
    let baseline = try LogisticModel(fitting: earlier, isCancelled: isCancelled)
    let validation = Validation(
        rows: later.rowCount,
        model: Quality(by: metrics, later.labels) { _ in probabilities },
        baseline: Quality(by: metrics, later.labels) { _ in
            baseline.probabilities(rows: later.rows)
        }
    )
    return (rounds, validation)
}

extension TrainingTable {
    /// The rows of the last span, and those before. A row exactly one span older than the last one
    /// is an earlier row.
    func split(
        last span: TimeSpan
    ) throws(TrainingError) -> (
        earlier: TrainingTable, later: TrainingTable
    ) {
        guard let last = times.last else { throw .noRows }
        let start = last - span
        let count = times.firstIndex { $0 > start } ?? times.count
        guard count > 0 else { throw .nothingBeforeValidation(span) }
        let earlier = part(0 ..< count)
        try earlier.checkLabels(in: "the rows before `validate: \(span)`")
        return (earlier, part(count ..< rowCount))
    }
}

extension TrainingTable {
    /// The last fifth of the rows, and those before; rows of one instant stay together. Nil where nothing can be learned
    /// from those before.
    func splitLastFifth() -> (earlier: TrainingTable, later: TrainingTable)? {
        let fifth = rowCount - rowCount / 5
        guard fifth < rowCount, let count = times.firstIndex(of: times[fifth]) else { return nil }
        let earlier = part(0 ..< count)
        guard earlier.labels.contains(true), earlier.labels.contains(false) else { return nil }
        return (earlier, part(count ..< rowCount))
    }
}

extension Quality {
    /// `labels`: What happened, one a row.
    /// `predictions`: Of the output that a metric reads, in the order of the labels.
    public init(
        by metrics: [Metric],
        _ labels: [Bool],
        _ predictions: (String) -> [Double]
    ) {
        // Most judge the same output.
        var known: [String: [Double]] = [:]
        figures = metrics.map { metric in
            let values = known[metric.reads] ?? predictions(metric.reads)
            known[metric.reads] = values
            return Figure(name: metric.name, value: metric.value(values, labels))
        }
    }
}
