import Bytes
import Documents
import Events
import Lab
import ModelRegistry
import Store

let lateArrival = "late-arrival"
let artifact = Digest(of: Array("an artifact".utf8))

/// The canonical JSON of a model.
func definition(
    _ name: String = lateArrival,
    rounds: Int = 120,
    promotion: String = #"{"production":{"sealedDataset":true,"approvals":1,"fourEyes":true}}"#
) -> String {
    #"{"kind":"Model","name":"\#(name)","description":"","owner":"demo","spec":{"task":"binary","#
        + #""dataset":"late_arrivals","recipe":{"engine":"xgboost","rounds":\#(rounds),"seed":7,"#
        + #""parameters":{"max_depth":"4","eta":"0.05"},"validate":"28d"},"#
        + #""metrics":["log_loss","auc"],"promotion":\#(promotion)}}"#
}

// Each decides on what the registry holds, and feeds the fact that follows.

extension FoldDriver<ModelCatalog> {
    @discardableResult
    func declare(_ text: String = definition(), name: String = lateArrival) throws -> Bool {
        let command = DeclareModel(try ModelDefinition(canonical: text))
        guard let fact = command.decide(given: try view.model(name)) else { return false }
        try feed(fact)
        return true
    }

    func delete(_ name: String = lateArrival) throws { try feed(.deleted(name)) }

    @discardableResult
    func register(
        _ model: String = lateArrival,
        dataset: String = "late_arrivals@1",
        metrics: [ModelVersion.Metric] = [.init("auc", 0.75)]
    ) throws -> Int64 {
        let command = RegisterVersion(
            of: model,
            run: "0193596c-2f1a-7c3e-9d55-2f3c1b7a9e10",
            artifact: artifact,
            format: "xgboost-json",
            baseline: Digest(of: [1]),
            dataset: dataset,
            datasetContent: dataset.isEmpty ? nil : Digest(of: [2]),
            columns: ["origin", "weather__wind"],
            metrics: metrics
        )
        let last = try view.lastNumber(model)
        try feed(try command.decide(given: try view.model(model), lastNumber: last))
        return last + 1
    }

    @discardableResult
    func approve(
        _ version: Int64,
        for stage: Stage = .production,
        by actor: String
    ) throws -> Bool {
        let command = ApproveVersion(lateArrival, version, for: stage, reason: "it is good")
        let entry = try view.version(lateArrival, version)
        guard let fact = try command.decide(given: entry, actor: actor) else { return false }
        try feed(fact, by: actor)
        return true
    }

    func decidePromotion(
        _ version: Int64,
        to stage: Stage = .production,
        by actor: String = "ada",
        datasetIsSealed: Bool = true
    ) throws -> ModelEvent? {
        try PromoteVersion(lateArrival, version, to: stage, reason: "it is better")
            .decide(
                given: try view.model(lateArrival),
                candidate: try view.version(lateArrival, version),
                standing: try view.standing(lateArrival, at: stage),
                actor: actor,
                datasetIsSealed: datasetIsSealed
            )
    }

    @discardableResult
    func promote(
        _ version: Int64,
        to stage: Stage = .production,
        by actor: String = "ada",
        datasetIsSealed: Bool = true
    ) throws -> Bool {
        let fact = try decidePromotion(
            version,
            to: stage,
            by: actor,
            datasetIsSealed: datasetIsSealed
        )
        guard let fact else { return false }
        try feed(fact, by: actor)
        return true
    }

    func rollBack(at stage: Stage = .production) throws {
        let fact = try RollBack(lateArrival, at: stage, reason: "it was better")
            .decide(
                given: try view.model(lateArrival),
                standing: try view.standing(lateArrival, at: stage),
                production: try view.standing(lateArrival, at: .production).holder
            )
        try feed(fact, by: "eve")
    }

    /// The versions with the stage that each stands at.
    func stages() throws -> [Stage] { try view.versions(lateArrival).map(\.stage) }
}

/// The text of a refusal; nil where there is none.
func refusal(_ body: () throws -> Void) throws -> String? {
    do {
        try body()
        return nil
    } catch let refusal as ModelRefusal {
        return refusal.description
    }
}
