// Made by `TopicTool write` from Topics/. Do not edit.
// swift-format-ignore-file

internal import Bytes
public import Logs

/// The topics of the platform.
public enum PlatformTopics {
    /// The data streams that were declared, how each is to be read, and how far it is complete.
    public static let streams = TopicSpec(
        "tributary.streams", partitions: 1, retention: .forever)
    /// Records of declared streams that could not be used, with the reason and the original bytes.
    public static let deadletters = TopicSpec(
        "tributary.deadletters", partitions: 4, retention: .span(.seconds(2592000)))
    /// What somebody should look at, raised by the platform itself.
    public static let alerts = TopicSpec(
        "tributary.alerts", partitions: 1, retention: .forever)
    /// What each projection held at a position of the log, as a digest that a replay must reach again.
    public static let attestations = TopicSpec(
        "tributary.attestations", partitions: 1, retention: .forever)
    /// The feature views that were declared, and which definition of each is served.
    public static let features = TopicSpec(
        "tributary.features", partitions: 1, retention: .forever)
    /// The datasets that were declared, and every version of them that was sealed.
    public static let datasets = TopicSpec(
        "tributary.datasets", partitions: 1, retention: .forever)
    /// Training runs with their parameters, metrics and artifacts.
    public static let experiments = TopicSpec(
        "tributary.experiments", partitions: 1, retention: .forever)
    /// The models that were declared, their versions, approvals and stages.
    public static let models = TopicSpec(
        "tributary.models", partitions: 1, retention: .forever)
    /// The endpoints that were declared.
    public static let endpoints = TopicSpec(
        "tributary.endpoints", partitions: 1, retention: .forever)
    /// Every prediction, with what it was made from.
    public static let predictions = TopicSpec(
        "tributary.predictions", partitions: 4, retention: .forever)

    /// All of them, in the order of topics.yaml.
    public static let all: [TopicSpec] = [streams, deadletters, alerts, attestations, features, datasets, experiments, models, endpoints, predictions]

    /// What their records hold, in the same order.
    public static let events: [any PlatformEvent.Type] = [
        StreamEvent.self,
        DeadLetterEvent.self,
        AlertEvent.self,
        AttestationEvent.self,
        FeatureEvent.self,
        DatasetEvent.self,
        ExperimentEvent.self,
        ModelEvent.self,
        EndpointEvent.self,
        PredictionEvent.self,
    ]
}

extension StreamEvent: ControlEvent {
    public static let topic = PlatformTopics.streams
    public static let plane = Plane.control
    public static let typeNames = [
        "tributary.streams.v1.Declared",
        "tributary.streams.v1.Deleted",
        "tributary.streams.v1.Advanced",
        "tributary.streams.v1.Switched",
    ]

    public var typeName: String? {
        switch fact {
        case .declared?: "tributary.streams.v1.Declared"
        case .deleted?: "tributary.streams.v1.Deleted"
        case .advanced?: "tributary.streams.v1.Advanced"
        case .switched?: "tributary.streams.v1.Switched"
        case nil: nil
        }
    }

    public var subject: String? {
        switch fact {
        case .declared(let fact)?: fact.name
        case .deleted(let fact)?: fact.name
        case .advanced(let fact)?: fact.name
        case .switched(let fact)?: fact.name
        case nil: nil
        }
    }
}

extension DeadLetterEvent: PlatformEvent {
    public static let topic = PlatformTopics.deadletters
    public static let plane = Plane.failure
    public static let typeNames = [
        "tributary.deadletters.v1.Refused",
        "tributary.deadletters.v1.Restarted",
    ]

    public var typeName: String? {
        switch fact {
        case .refused?: "tributary.deadletters.v1.Refused"
        case .restarted?: "tributary.deadletters.v1.Restarted"
        case nil: nil
        }
    }
}

extension AlertEvent: PlatformEvent {
    public static let topic = PlatformTopics.alerts
    public static let plane = Plane.data
    public static let typeNames = [
        "tributary.alerts.v1.Raised",
        "tributary.alerts.v1.Resolved",
    ]

    public var typeName: String? {
        switch fact {
        case .raised?: "tributary.alerts.v1.Raised"
        case .resolved?: "tributary.alerts.v1.Resolved"
        case nil: nil
        }
    }
}

extension AttestationEvent: PlatformEvent {
    public static let topic = PlatformTopics.attestations
    public static let plane = Plane.proof
    public static let typeNames = [
        "tributary.attestations.v1.Attested",
        "tributary.attestations.v1.Diverged",
    ]

    public var typeName: String? {
        switch fact {
        case .attested?: "tributary.attestations.v1.Attested"
        case .diverged?: "tributary.attestations.v1.Diverged"
        case nil: nil
        }
    }
}

extension FeatureEvent: ControlEvent {
    public static let topic = PlatformTopics.features
    public static let plane = Plane.control
    public static let typeNames = [
        "tributary.features.v1.Declared",
        "tributary.features.v1.Deleted",
        "tributary.features.v1.Switched",
    ]

    public var typeName: String? {
        switch fact {
        case .declared?: "tributary.features.v1.Declared"
        case .deleted?: "tributary.features.v1.Deleted"
        case .switched?: "tributary.features.v1.Switched"
        case nil: nil
        }
    }

    public var subject: String? {
        switch fact {
        case .declared(let fact)?: fact.name
        case .deleted(let fact)?: fact.name
        case .switched(let fact)?: fact.name
        case nil: nil
        }
    }
}

extension DatasetEvent: ControlEvent {
    public static let topic = PlatformTopics.datasets
    public static let plane = Plane.control
    public static let typeNames = [
        "tributary.datasets.v1.Declared",
        "tributary.datasets.v1.Deleted",
        "tributary.datasets.v1.Sealed",
    ]

    public var typeName: String? {
        switch fact {
        case .declared?: "tributary.datasets.v1.Declared"
        case .deleted?: "tributary.datasets.v1.Deleted"
        case .sealed?: "tributary.datasets.v1.Sealed"
        case nil: nil
        }
    }

    public var subject: String? {
        switch fact {
        case .declared(let fact)?: fact.name
        case .deleted(let fact)?: fact.name
        case .sealed(let fact)?: fact.name
        case nil: nil
        }
    }
}

extension ExperimentEvent: ControlEvent {
    public static let topic = PlatformTopics.experiments
    public static let plane = Plane.control
    public static let typeNames = [
        "tributary.experiments.v1.RunStarted",
        "tributary.experiments.v1.MetricsLogged",
        "tributary.experiments.v1.RunFinished",
    ]

    public var typeName: String? {
        switch fact {
        case .runStarted?: "tributary.experiments.v1.RunStarted"
        case .metricsLogged?: "tributary.experiments.v1.MetricsLogged"
        case .runFinished?: "tributary.experiments.v1.RunFinished"
        case nil: nil
        }
    }

    public var subject: String? {
        switch fact {
        case .runStarted(let fact)?: fact.run
        case .metricsLogged(let fact)?: fact.run
        case .runFinished(let fact)?: fact.run
        case nil: nil
        }
    }
}

extension ModelEvent: ControlEvent {
    public static let topic = PlatformTopics.models
    public static let plane = Plane.control
    public static let typeNames = [
        "tributary.models.v1.Declared",
        "tributary.models.v1.Deleted",
        "tributary.models.v1.VersionRegistered",
        "tributary.models.v1.VersionApproved",
        "tributary.models.v1.VersionPromoted",
        "tributary.models.v1.RolledBack",
    ]

    public var typeName: String? {
        switch fact {
        case .declared?: "tributary.models.v1.Declared"
        case .deleted?: "tributary.models.v1.Deleted"
        case .versionRegistered?: "tributary.models.v1.VersionRegistered"
        case .versionApproved?: "tributary.models.v1.VersionApproved"
        case .versionPromoted?: "tributary.models.v1.VersionPromoted"
        case .rolledBack?: "tributary.models.v1.RolledBack"
        case nil: nil
        }
    }

    public var subject: String? {
        switch fact {
        case .declared(let fact)?: fact.name
        case .deleted(let fact)?: fact.name
        case .versionRegistered(let fact)?: fact.name
        case .versionApproved(let fact)?: fact.name
        case .versionPromoted(let fact)?: fact.name
        case .rolledBack(let fact)?: fact.name
        case nil: nil
        }
    }
}

extension EndpointEvent: ControlEvent {
    public static let topic = PlatformTopics.endpoints
    public static let plane = Plane.control
    public static let typeNames = [
        "tributary.endpoints.v1.Declared",
        "tributary.endpoints.v1.Deleted",
    ]

    public var typeName: String? {
        switch fact {
        case .declared?: "tributary.endpoints.v1.Declared"
        case .deleted?: "tributary.endpoints.v1.Deleted"
        case nil: nil
        }
    }

    public var subject: String? {
        switch fact {
        case .declared(let fact)?: fact.name
        case .deleted(let fact)?: fact.name
        case nil: nil
        }
    }
}

extension PredictionEvent: PlatformEvent {
    public static let topic = PlatformTopics.predictions
    public static let plane = Plane.data
    public static let typeNames = [
        "tributary.predictions.v1.Predicted",
    ]

    public var typeName: String? {
        switch fact {
        case .predicted?: "tributary.predictions.v1.Predicted"
        case nil: nil
        }
    }
}
