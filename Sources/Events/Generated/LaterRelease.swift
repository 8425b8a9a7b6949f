// Made by `TopicTool write` from Topics/. Do not edit.
// swift-format-ignore-file

internal import FoundationEssentials
internal import SwiftProtobuf

extension StreamEvent {
    public var isOfLaterRelease: Bool {
        guard unknownFields.data.isEmpty else { return true }
        return switch fact {
        case .declared(let fact)?: fact.isOfLaterRelease
        case .deleted(let fact)?: fact.isOfLaterRelease
        case .advanced(let fact)?: fact.isOfLaterRelease
        case .switched(let fact)?: fact.isOfLaterRelease
        case nil: false
        }
    }
}

extension StreamEvent.Format {
    var isOfLaterRelease: Bool {
        if case .UNRECOGNIZED = self { true } else { false }
    }
}

extension StreamEvent.FieldType {
    var isOfLaterRelease: Bool {
        if case .UNRECOGNIZED = self { true } else { false }
    }
}

extension StreamEvent.Cause {
    var isOfLaterRelease: Bool {
        if case .UNRECOGNIZED = self { true } else { false }
    }
}

extension StreamEvent.Declared {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || format.isOfLaterRelease || fields.contains { $0.isOfLaterRelease }
    }
}

extension StreamEvent.Field {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || type.isOfLaterRelease
    }
}

extension StreamEvent.Deleted {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension StreamEvent.Advanced {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || cause.isOfLaterRelease
    }
}

extension StreamEvent.Switched {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension DeadLetterEvent {
    public var isOfLaterRelease: Bool {
        guard unknownFields.data.isEmpty else { return true }
        return switch fact {
        case .refused(let fact)?: fact.isOfLaterRelease
        case .restarted(let fact)?: fact.isOfLaterRelease
        case nil: false
        }
    }
}

extension DeadLetterEvent.Refused {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || headers.contains { $0.isOfLaterRelease }
    }
}

extension DeadLetterEvent.Restarted {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension DeadLetterEvent.Header {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension AlertEvent {
    public var isOfLaterRelease: Bool {
        guard unknownFields.data.isEmpty else { return true }
        return switch fact {
        case .raised(let fact)?: fact.isOfLaterRelease
        case .resolved(let fact)?: fact.isOfLaterRelease
        case nil: false
        }
    }
}

extension AlertEvent.Raised {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension AlertEvent.Resolved {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension AttestationEvent {
    public var isOfLaterRelease: Bool {
        guard unknownFields.data.isEmpty else { return true }
        return switch fact {
        case .attested(let fact)?: fact.isOfLaterRelease
        case .diverged(let fact)?: fact.isOfLaterRelease
        case nil: false
        }
    }
}

extension AttestationEvent.Attested {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension AttestationEvent.Diverged {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension FeatureEvent {
    public var isOfLaterRelease: Bool {
        guard unknownFields.data.isEmpty else { return true }
        return switch fact {
        case .declared(let fact)?: fact.isOfLaterRelease
        case .deleted(let fact)?: fact.isOfLaterRelease
        case .switched(let fact)?: fact.isOfLaterRelease
        case nil: false
        }
    }
}

extension FeatureEvent.Declared {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension FeatureEvent.Deleted {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension FeatureEvent.Switched {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension DatasetEvent {
    public var isOfLaterRelease: Bool {
        guard unknownFields.data.isEmpty else { return true }
        return switch fact {
        case .declared(let fact)?: fact.isOfLaterRelease
        case .deleted(let fact)?: fact.isOfLaterRelease
        case .sealed(let fact)?: fact.isOfLaterRelease
        case nil: false
        }
    }
}

extension DatasetEvent.Declared {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension DatasetEvent.Deleted {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension DatasetEvent.Sealed {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || views.contains { $0.isOfLaterRelease } || cut.contains { $0.isOfLaterRelease } || columns.contains { $0.isOfLaterRelease } || chunks.contains { $0.isOfLaterRelease }
    }
}

extension DatasetEvent.ViewGeneration {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension DatasetEvent.InputCut {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension DatasetEvent.Column {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension DatasetEvent.Chunk {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension ExperimentEvent {
    public var isOfLaterRelease: Bool {
        guard unknownFields.data.isEmpty else { return true }
        return switch fact {
        case .runStarted(let fact)?: fact.isOfLaterRelease
        case .metricsLogged(let fact)?: fact.isOfLaterRelease
        case .runFinished(let fact)?: fact.isOfLaterRelease
        case nil: false
        }
    }
}

extension ExperimentEvent.Status {
    var isOfLaterRelease: Bool {
        if case .UNRECOGNIZED = self { true } else { false }
    }
}

extension ExperimentEvent.RunStarted {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || parameters.contains { $0.isOfLaterRelease }
    }
}

extension ExperimentEvent.Parameter {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension ExperimentEvent.MetricsLogged {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || metrics.contains { $0.isOfLaterRelease }
    }
}

extension ExperimentEvent.Metric {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension ExperimentEvent.RunFinished {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || status.isOfLaterRelease || artifacts.contains { $0.isOfLaterRelease }
    }
}

extension ExperimentEvent.Artifact {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension ModelEvent {
    public var isOfLaterRelease: Bool {
        guard unknownFields.data.isEmpty else { return true }
        return switch fact {
        case .declared(let fact)?: fact.isOfLaterRelease
        case .deleted(let fact)?: fact.isOfLaterRelease
        case .versionRegistered(let fact)?: fact.isOfLaterRelease
        case .versionApproved(let fact)?: fact.isOfLaterRelease
        case .versionPromoted(let fact)?: fact.isOfLaterRelease
        case .rolledBack(let fact)?: fact.isOfLaterRelease
        case nil: false
        }
    }
}

extension ModelEvent.Stage {
    var isOfLaterRelease: Bool {
        if case .UNRECOGNIZED = self { true } else { false }
    }
}

extension ModelEvent.Declared {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension ModelEvent.Deleted {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension ModelEvent.VersionRegistered {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || metrics.contains { $0.isOfLaterRelease }
    }
}

extension ModelEvent.Metric {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension ModelEvent.VersionApproved {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || stage.isOfLaterRelease
    }
}

extension ModelEvent.VersionPromoted {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || stage.isOfLaterRelease
    }
}

extension ModelEvent.RolledBack {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || stage.isOfLaterRelease
    }
}

extension EndpointEvent {
    public var isOfLaterRelease: Bool {
        guard unknownFields.data.isEmpty else { return true }
        return switch fact {
        case .declared(let fact)?: fact.isOfLaterRelease
        case .deleted(let fact)?: fact.isOfLaterRelease
        case nil: false
        }
    }
}

extension EndpointEvent.Declared {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension EndpointEvent.Deleted {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension PredictionEvent {
    public var isOfLaterRelease: Bool {
        guard unknownFields.data.isEmpty else { return true }
        return switch fact {
        case .predicted(let fact)?: fact.isOfLaterRelease
        case nil: false
        }
    }
}

extension PredictionEvent.Predicted {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || input.isOfLaterRelease || cut.contains { $0.isOfLaterRelease } || outputs.contains { $0.isOfLaterRelease }
    }
}

extension PredictionEvent.Output {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension PredictionEvent.Input {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension PredictionEvent.InputCut {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}
