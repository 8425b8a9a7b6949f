internal import Bytes
internal import Documents
public import Events
internal import FoundationEssentials
internal import SwiftProtobuf

/// Asks that an endpoint be as defined: new, changed, or as it was.
public struct DeclareEndpoint: Sendable {
    public var definition: EndpointDefinition

    public init(_ definition: EndpointDefinition) { self.definition = definition }

    /// Returns: Nil where the endpoint is already as defined.
    public func decide(given entry: EndpointCatalog.Entry?) -> EndpointEvent? {
        let text = definition.canonicalText
        guard entry?.served.says(definition) != true else { return nil }
        return EndpointEvent.with {
            $0.declared = .with {
                $0.name = definition.name
                $0.definition = text
                $0.generation = .init(definition.generation.bytes)
            }
        }
    }
}

extension EndpointEvent {
    /// An endpoint is no more. Its predictions stay.
    public static func deleted(_ name: String) -> EndpointEvent {
        .with { $0.deleted = .with { $0.name = name } }
    }
}

/// Why a request to an endpoint came to nothing. Each says what to do next.
public enum ServingRefusal: DomainRefusal, Hashable {
    case unknownEndpoint(String)
    case unknownPrediction(String)
    /// With some of the predictions that begin so.
    case ambiguousPrediction(String, [String])
    case unreadablePrediction(at: String, String)
    case noVersion(model: String, stage: String)
    case missingFeatures(endpoint: String, [String])
}

extension ServingRefusal {
    /// Of the predictions that begin so.
    public static let namedAtMost = 5

    public var isUnknown: Bool {
        switch self {
        case .unknownEndpoint, .unknownPrediction: true
        default: false
        }
    }

    public var description: String {
        switch self {
        case .unknownEndpoint(let name):
            "there is no Endpoint \(name). `tributary get endpoint` lists those there are"
        case .unknownPrediction(let id):
            "there is no prediction \(id). `tributary events tributary.predictions` shows them"
        case .ambiguousPrediction(let text, let ids):
            "several predictions begin with \(text): \(ids.prefix(Self.namedAtMost).joined(separator: ", "))"
                + (ids.count > Self.namedAtMost ? " and more" : "") + ". Write more of it"
        case .unreadablePrediction(let position, let why):
            "the record at \(position) is no prediction that could be explained: \(why)"
        case .noVersion(let model, let stage):
            "\(model) has no version at \(stage). Promote one: tributary model promote \(model)@N --stage \(stage)"
        case .missingFeatures(let endpoint, let names):
            "the endpoint \(endpoint) refuses missing features, and these have no value: \(names.joined(separator: ", "))"
        }
    }
}
