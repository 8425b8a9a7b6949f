public import Events
internal import SwiftProtobuf

/// Asks that a version stand at a stage, and whoever stood there be archived.
public struct PromoteVersion: Sendable {
    public var model: String
    public var version: Int64
    public var stage: Stage
    /// In the promoter's own words.
    public var reason: String

    public init(
        _ model: String,
        _ version: Int64,
        to stage: Stage,
        reason: String = ""
    ) {
        self.model = model
        self.version = version
        self.stage = stage
        self.reason = reason
    }

    /// `candidate`: The version, if there is one.
    /// `standing`: Who stands at the stage.
    /// `actor`: Who promotes.
    /// `datasetIsSealed`: Whether the dataset version behind the candidate is there, sealed, with the same content.
    /// Returns: Nil where the version stands there already.
    public func decide(
        given entry: ModelCatalog.Entry?,
        candidate: ModelVersion?,
        standing: Standing,
        actor: String,
        datasetIsSealed: Bool
    ) throws(ModelRefusal) -> ModelEvent? {
        guard let entry else { throw .unknownModel(model) }
        guard let candidate else { throw .unknownVersion(model: model, version: version) }
        guard stage.isDecided else { throw .stageIsNotDecided(stage) }
        guard standing.holder != version else { return nil }
        guard stage == .production || candidate.stage != .production else {
            throw .standsAtProduction(model: model, version: version)
        }
        let definition = try entry.served.read(else: ModelRefusal.unusable)
        let policy = definition.policy(of: stage)
        if policy.sealedDataset, candidate.dataset.isEmpty || !datasetIsSealed {
            throw .datasetIsNotSealed(
                model: model,
                version: version,
                stage: stage,
                dataset: definition.dataset
            )
        }
        if let missing = policy.missingApprovals(of: candidate, for: stage, promoter: actor) {
            throw .needsApproval(missing)
        }
        return ModelEvent.with {
            $0.versionPromoted = .with {
                $0.name = model
                $0.version = version
                $0.stage = stage.inFacts
                $0.replacing = standing.holder ?? 0
                $0.reason = reason
            }
        }
    }
}
