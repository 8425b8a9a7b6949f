public import Events

/// Why a request about a model came to nothing. Each says what to do next.
public enum ModelRefusal: DomainRefusal, Hashable {
    case unknownModel(String)
    case unknownVersion(model: String, version: Int64)
    case unusable(UnreadableDefinition)
    case notFinite(model: String, metric: String)
    /// It is not one that versions are approved for, promoted to, or rolled back at.
    case stageIsNotDecided(Stage)
    case standsAtProduction(model: String, version: Int64)
    case datasetIsNotSealed(model: String, version: Int64, stage: Stage, dataset: String)
    case needsApproval(MissingApprovals)
    case nobodyStands(model: String, stage: Stage)
    case nobodyStoodBefore(model: String, version: Int64, stage: Stage)
}

extension ModelRefusal {
    public var isUnknown: Bool {
        switch self {
        case .unknownModel, .unknownVersion: true
        default: false
        }
    }

    public var description: String {
        switch self {
        case .unknownModel(let name):
            "there is no Model \(name). `tributary get model` lists those there are"
        case .unknownVersion(let model, let version):
            "there is no version \(model)@\(version). `tributary describe model \(model)` lists those there are"
        case .unusable(let definition): definition.description
        case .notFinite(let model, let metric):
            "the metric \(metric) of a new version of \(model) is no finite number. "
                + "Leave it out, or find out in the run why it is not"
        case .stageIsNotDecided(let stage):
            "nobody decides about \(stage.rawValue): versions begin at development, and are archived when "
                + "another takes their place. Say `--stage test` or `--stage production`"
        case .standsAtProduction(let model, let version):
            "\(model)@\(version) stands at production, and would be missing there. Promote another version to "
                + "production first, or go back to the one before: tributary model rollback \(model) --stage production"
        case .datasetIsNotSealed(let model, let version, let stage, let dataset):
            "\(model)@\(version) has no sealed dataset version behind it, which \(stage.rawValue) asks for. "
                + "Seal it with `tributary dataset seal \(dataset) --from INSTANT --to INSTANT`, and train again: "
                + "`tributary train \(model) --dataset \(dataset)@N`"
        case .needsApproval(let missing): missing.description
        case .nobodyStands(let model, let stage):
            "no version of \(model) stands at \(stage.rawValue). Promote one: "
                + "tributary model promote \(model)@N --stage \(stage.rawValue)"
        case .nobodyStoodBefore(let model, let version, let stage):
            "before \(model)@\(version) no other version stood at \(stage.rawValue) that could come back. "
                + "Promote one: tributary model promote \(model)@N --stage \(stage.rawValue)"
        }
    }
}
