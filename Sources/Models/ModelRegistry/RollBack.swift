public import Events
internal import SwiftProtobuf

/// Asks that a stage go back to the version that stood there before. It was approved then, and needs nothing new.
public struct RollBack: Sendable {
    public var model: String
    public var stage: Stage
    /// In the own words of whoever asks.
    public var reason: String

    public init(_ model: String, at stage: Stage, reason: String = "") {
        self.model = model
        self.stage = stage
        self.reason = reason
    }

    /// `standing`: Who stands at the stage, and who stood there before.
    /// `production`: Who stands at production. That one is not taken away from there.
    public func decide(
        given entry: ModelCatalog.Entry?,
        standing: Standing,
        production: Int64?
    ) throws(ModelRefusal) -> ModelEvent {
        guard entry != nil else { throw .unknownModel(model) }
        guard stage.isDecided else { throw .stageIsNotDecided(stage) }
        guard let holder = standing.holder else {
            throw .nobodyStands(model: model, stage: stage)
        }
        guard let former = standing.wayBack(at: stage, production: production) else {
            throw .nobodyStoodBefore(model: model, version: holder, stage: stage)
        }
        return ModelEvent.with {
            $0.rolledBack = .with {
                $0.name = model
                $0.stage = stage.inFacts
                $0.from = holder
                $0.to = former
                $0.reason = reason
            }
        }
    }
}
