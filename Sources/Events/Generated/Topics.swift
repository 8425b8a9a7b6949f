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

    /// All of them, in the order of topics.yaml.
    public static let all: [TopicSpec] = [streams, deadletters, alerts, attestations]

    /// What their records hold, in the same order.
    public static let events: [any PlatformEvent.Type] = [
        StreamEvent.self,
        DeadLetterEvent.self,
        AlertEvent.self,
        AttestationEvent.self,
    ]
}

extension StreamEvent: PlatformEvent {
    public static let topic = PlatformTopics.streams
    public static let isControl = true
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
}

extension DeadLetterEvent: PlatformEvent {
    public static let topic = PlatformTopics.deadletters
    public static let isControl = false
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
    public static let isControl = false
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
    public static let isControl = false
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
