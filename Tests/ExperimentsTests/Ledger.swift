import Bytes
import Events
import Experiments
import Lab
import Store
import SwiftProtobuf

/// A ledger that is folded fact by fact.
typealias Ledger = FoldDriver<RunLedger>

// Each decides on what the ledger holds, and feeds the fact that follows.

extension FoldDriver<RunLedger> {
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
        try feed(try command.decide(given: try view.run(run)))
    }

    func log(_ run: String, _ metrics: Metric...) throws {
        let command = LogMetrics(run, metrics)
        if let fact = try command.decide(given: try view.run(run)) { try feed(fact) }
    }

    func finish(
        _ run: String,
        _ outcome: FinishRun.Outcome = .succeeded,
        artifacts: [Run.Artifact] = []
    ) throws {
        let command = FinishRun(run, outcome, artifacts: artifacts)
        try feed(try command.decide(given: try view.run(run)))
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
