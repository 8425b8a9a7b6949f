public import Events
internal import SwiftProtobuf

/// Says that a version is fit for a stage.
public struct ApproveVersion: Sendable {
    public var model: String
    public var version: Int64
    public var stage: Stage
    /// In the approver's own words.
    public var reason: String

    public init(
        _ model: String,
        _ version: Int64,
        for stage: Stage,
        reason: String = ""
    ) {
        self.model = model
        self.version = version
        self.stage = stage
        self.reason = reason
    }

    /// `given`: The version, if there is one.
    /// `actor`: Who approves.
    /// Returns: Nil where the same actor has approved it for the stage already.
    public func decide(
        given entry: ModelVersion?,
        actor: String
    ) throws(ModelRefusal) -> ModelEvent? {
        guard let entry else { throw .unknownVersion(model: model, version: version) }
        guard stage.isDecided else { throw .stageIsNotDecided(stage) }
        guard !entry.isApproved(for: stage, by: actor) else { return nil }
        return ModelEvent.with {
            $0.versionApproved = .with {
                $0.name = model
                $0.version = version
                $0.stage = stage.inFacts
                $0.reason = reason
            }
        }
    }
}
