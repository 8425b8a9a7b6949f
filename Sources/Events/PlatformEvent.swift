public import Logs
public import SwiftProtobuf

/// The message of one of the platform's own topics: exactly one fact.
public protocol PlatformEvent: Message, Hashable {
    static var topic: TopicSpec { get }
    /// What the topic is for.
    static var plane: Plane { get }
    /// Every `ce_type` that this release knows on the topic: `tributary.streams.v1.Declared` …
    static var typeNames: [String] { get }
    /// The `ce_type` of the fact; nil where the message holds none that this release knows.
    var typeName: String? { get }
    /// Whether a field at any depth, or a value of an enumeration, is unknown here. A fold that
    /// went on would lack what it says.
    var isOfLaterRelease: Bool { get }
}

/// What a topic of the platform is for; it says which rules its records follow (Docs/Topics.md).
public enum Plane: Sendable {
    /// Facts take effect by their `ce_revision`.
    case control
    case data, proof, failure
}

/// A message of a control topic: its facts take effect by their number among those of one subject.
public protocol ControlEvent: PlatformEvent {
    associatedtype Fact: Sendable & Equatable
    var fact: Fact? { get }
    /// What the fact says that it is about. It counts only where the envelope says the same.
    var subject: String? { get }
}

extension PlatformEvent {
    static var isControl: Bool { plane == .control }
}

/// Why a record of a platform topic is no event.
public enum EventError: Error, Hashable, Sendable {
    /// It was written by a later release. Whoever folds must stop here: to skip it would give
    /// another state than the release that wrote it has.
    case unknownFact(type: String)
    /// No release of the platform writes this. It is void, for every reader and for ever.
    case malformed(String)
}

extension EventError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownFact(let type): "a fact that this release does not know: \(type)"
        case .malformed(let reason): reason
        }
    }
}
