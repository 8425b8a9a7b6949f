import Bytes
import Events
import Experiments
import Logs
import Projections
import Store
import SwiftProtobuf

/// A ledger that is folded fact by fact.
final class Ledger {
    static let partition = Partition(RunLedger().topic, 0)
    static let start = Instant(microseconds: 1_372_636_800_000_000)

    let store = MemoryStore()
    private(set) var records: [NewRecord] = []

    init() throws { try store.open(RunLedger.family) }

    var view: RunLedger.View { RunLedger.View(store) }
    func view(asOf offset: Offset) -> RunLedger.View { RunLedger.View(store, asOf: offset) }

    /// Folds a fact with the next number of its run, or with one that is not, and gives its offset.
    @discardableResult
    func feed(
        _ event: ExperimentEvent,
        about run: String,
        by actor: String? = "ada",
        skipping gap: Int64 = 0
    ) throws -> Offset {
        let number = Int64(records.count)
        let envelope = Envelope(
            id: EventID(of: number.orderedBytes),
            subject: run,
            time: Self.start + .seconds(number),
            actor: actor,
            revision: (try view.tables.get(Arbiter.subjects, run) ?? 0) + 1 + gap
        )
        let new = event.newRecord(envelope)
        records.append(new)
        let record = Record(
            offset: number,
            timestamp: Self.start,
            key: new.key.map { $0[...] },
            value: new.value.map { $0[...] },
            headers: new.headers
        )
        let ledger = RunLedger()
        var changes = Changes(
            over: store,
            family: RunLedger.family,
            shelf: ledger.shelf(of: 0),
            at: number
        )
        _ = try ledger.apply(record, of: Self.partition, to: &changes)
        if let failure = changes.failure { throw failure }
        try store.write(changes.batch(), to: RunLedger.family)
        return number
    }

    /// The same facts in a log.
    func log() async throws -> MemoryLog {
        let log = MemoryLog(clock: { Self.start })
        try log.create(ExperimentEvent.topic)
        for record in records {
            _ = try await log.append(record, to: Self.partition.topic, partition: 0)
        }
        return log
    }
}

// Each decides on what the ledger holds, and feeds the fact that follows.

extension Ledger {
    static func given(_ model: String) -> Run.Given {
        Run.Given(
            model: model,
            definition: #"{"kind":"Model"}"#,
            dataset: "late_arrivals@1",
            datasetContent: Digest(of: [1]),
            parameters: [.init("eta", "0.05"), .init("max_depth", "4")],
            codeRevision: "9504921",
            engine: "libxgboost 1.7.4",
            environment: "x86_64 linux"
        )
    }

    func start(_ run: String, model: String = "late-arrival") throws {
        let command = StartRun(run, given: Self.given(model))
        try feed(try command.decide(given: try view.run(run)), about: run)
    }

    func log(_ run: String, _ metrics: Metric...) throws {
        let command = LogMetrics(run, metrics)
        if let fact = try command.decide(given: try view.run(run)) { try feed(fact, about: run) }
    }

    func finish(
        _ run: String,
        _ outcome: FinishRun.Outcome = .succeeded,
        artifacts: [Run.Artifact] = []
    ) throws {
        let command = FinishRun(run, outcome, artifacts: artifacts)
        try feed(try command.decide(given: try view.run(run)), about: run)
    }
}

/// Everything that a reader of the ledger sees.
struct Seen: Equatable {
    var runs: [Run]
    var byModel: [[Run]]
    var metrics: [[MetricSeries]]

    init(_ view: RunLedger.View, models: [String], runs ids: [String]) throws {
        runs = try view.runs()
        byModel = try models.map { try view.runs(model: $0) }
        metrics = try ids.map { try view.metrics($0) }
    }
}

/// The text of a refusal; nil where there is none.
func refusal(_ body: () throws -> Void) throws -> String? {
    do {
        try body()
        return nil
    } catch let refusal as RunRefusal {
        return refusal.description
    }
}
