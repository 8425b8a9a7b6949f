public import Bytes
public import Events
internal import Projections
public import Store

/// Every training run with what was measured in it, as the facts of `tributary.experiments` make it.
public struct RunLedger: Catalog {
    public typealias Event = ExperimentEvent
    public typealias View = CatalogView<Self>

    public static let name = "experiments"
    public static let family = Family("experiments")
    public static let generation = Digest(of: Array("experiments".utf8))
    public let foldVersion: Int64 = 1

    public static let runs = Table<String, Run>("runs", number: 16, keeps: .everyVersion)
    public static let metrics = Table<MetricKey, LoggedValue>(
        "metrics",
        number: 17,
        keeps: .everyVersion
    )
    /// Which runs a model has.
    public static let runsByModel = Table<ModelRunKey, String>(
        "runs by model",
        number: 18,
        keeps: .everyVersion
    )

    public init() {}

    public func fold(
        _ fact: ExperimentEvent.OneOf_Fact,
        _ moment: Moment,
        _ changes: inout Changes
    ) {
        switch fact {
        case .runStarted(let started):
            guard let run = Run(started, at: moment.time, actor: moment.actor),
                changes[Self.runs, run.id] == nil
            else { return }
            changes[Self.runs, run.id] = run
            changes[Self.runsByModel, ModelRunKey(run.given.model, moment.offset)] = run.id
        case .metricsLogged(let logged):
            guard changes[Self.runs, logged.run]?.status == .running,
                logged.metrics.allSatisfy({ Metric($0).fault == nil })
            else { return }
            for metric in logged.metrics {
                changes[Self.metrics, MetricKey(logged.run, metric.name, metric.step)] =
                    LoggedValue(metric.value.canonical, at: moment.time)
            }
        case .runFinished(let finished):
            guard var run = changes[Self.runs, finished.run], run.status == .running,
                run.finish(finished, at: moment.time)
            else { return }
            changes[Self.runs, run.id] = run
        }
    }
}
