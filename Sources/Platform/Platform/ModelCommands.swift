internal import Bytes
internal import Datasets
public import Engine
internal import Events
public import ModelRegistry
internal import Projections
internal import Store

extension Platform {
    /// Somebody holds that a version is fit for a stage.
    public func approve(
        _ name: String,
        _ version: Int64,
        for stage: Stage,
        reason: String,
        caller: Caller
    ) async throws -> Effect {
        try await engine.execute(caller, on: name, of: ModelCatalog()) { reader, _ in
            let view = ModelCatalog.View(reader)
            let known = try view.version(name, version)
            return try declining { () throws(ModelRefusal) in
                try ApproveVersion(name, version, for: stage, reason: reason)
                    .decide(given: known, actor: caller.actor)
            }
        }
    }

    public func promote(
        _ name: String,
        _ version: Int64,
        to stage: Stage,
        reason: String,
        caller: Caller
    ) async throws -> Effect {
        let effect = try await engine.execute(caller, on: name, of: ModelCatalog()) { reader, _ in
            let view = ModelCatalog.View(reader)
            let candidate = try view.version(name, version)
            let isSealed = try candidate.map { try Platform.isSealed($0, in: reader) } ?? false
            let entry = try view.model(name)
            let standing = try view.standing(name, at: stage)
            return try declining { () throws(ModelRefusal) in
                try PromoteVersion(name, version, to: stage, reason: reason).decide(
                    given: entry,
                    candidate: candidate,
                    standing: standing,
                    actor: caller.actor,
                    datasetIsSealed: isSealed
                )
            }
        }
        await engine.fitSeats()
        return effect
    }

    public func rollBack(
        _ name: String,
        _ stage: Stage,
        reason: String,
        caller: Caller
    ) async throws -> Effect {
        let effect = try await engine.execute(caller, on: name, of: ModelCatalog()) { reader, _ in
            let view = ModelCatalog.View(reader)
            let entry = try view.model(name)
            let standing = try view.standing(name, at: stage)
            let production = try view.standing(name, at: .production).holder
            return try declining { () throws(ModelRefusal) in
                try RollBack(name, at: stage, reason: reason)
                    .decide(given: entry, standing: standing, production: production)
            }
        }
        await engine.fitSeats()
        return effect
    }

    /// Whether the dataset version that a model version was trained on is there, with the same rows.
    private static func isSealed(
        _ version: ModelVersion,
        in reader: any StoreReader
    ) throws -> Bool {
        guard let reference = DatasetReference(version.dataset) else { return false }
        let sealed = try DatasetCatalog.View(reader).version(reference.name, reference.version)
        return sealed?.manifest.contents.digest == version.datasetContent
    }
}
