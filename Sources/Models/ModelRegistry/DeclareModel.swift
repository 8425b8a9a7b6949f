internal import Bytes
internal import Documents
public import Events
internal import FoundationEssentials
internal import SwiftProtobuf

/// Asks that a model be as defined: new, changed, or as it was.
public struct DeclareModel: Sendable {
    public var definition: ModelDefinition

    public init(_ definition: ModelDefinition) { self.definition = definition }

    /// `entry`: The model of that name, if there is one.
    /// Returns: Nil where the model is already as defined.
    public func decide(given entry: ModelCatalog.Entry?) -> ModelEvent? {
        guard entry?.served.says(definition) != true else { return nil }
        return ModelEvent.with {
            $0.declared = .with {
                $0.name = definition.name
                $0.definition = definition.canonicalText
                $0.generation = .init(definition.generation.bytes)
            }
        }
    }
}

extension ModelEvent {
    /// A model is no more. Its artifacts stay in the archive, and its history stays readable.
    public static func deleted(_ name: String) -> ModelEvent {
        .with { $0.deleted = .with { $0.name = name } }
    }
}
