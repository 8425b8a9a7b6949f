public import Bytes
internal import Events
public import Logs
public import Projections
public import Store

/// Every training run with what was measured in it, as the facts of `tributary.experiments` make it.
public struct RunLedger: Projection {
    public static let family = Family("experiments")
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

    public let name = "experiments"
    public let topic = ExperimentEvent.topic.name
    public var family: Family { Self.family }
    /// It has no definition but the code itself.
    public let generation = Digest(of: Array("experiments".utf8))
    public let foldVersion: Int64 = 1

    public init() {}

    public func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) -> Reaction? {
        guard
            let (envelope, event) = try FoldStop.reading({ () throws(EventError) in
                try ExperimentEvent.decode(record)
            }),
            let fact = event.fact, let revision = envelope.revision,
            Arbiter.admits(
                id: envelope.id,
                subject: envelope.subject,
                revision: revision,
                request: envelope.requestDigest,
                time: envelope.time,
                at: record.offset,
                in: &changes
            ),
            fact.run.utf8.elementsEqual(envelope.subject.utf8)
        else { return nil }
        // What makes no sense where it stands has used up its number, and does nothing else.
        switch fact {
        case .runStarted(let started):
            guard let run = Run(started, at: envelope.time, actor: envelope.actor),
                changes[Self.runs, run.id] == nil
            else { return nil }
            changes[Self.runs, run.id] = run
            changes[Self.runsByModel, ModelRunKey(run.given.model, record.offset)] = run.id
        case .metricsLogged(let logged):
            guard changes[Self.runs, logged.run]?.status == .running,
                logged.metrics.allSatisfy({ Metric($0).fault == nil })
            else { return nil }
            for metric in logged.metrics {
                changes[Self.metrics, MetricKey(logged.run, metric.name, metric.step)] =
                    LoggedValue(metric.value.canonical, at: envelope.time)
            }
        case .runFinished(let finished):
            guard var run = changes[Self.runs, finished.run], run.status == .running,
                run.finish(finished, at: envelope.time)
            else { return nil }
            changes[Self.runs, run.id] = run
        }
        return nil
    }
}
