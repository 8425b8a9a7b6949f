public import Bytes
internal import Documents
public import Events
internal import FoundationEssentials
internal import SwiftProtobuf

/// Asks that a model be as defined: new, changed, or as it was.
public struct DeclareModel: Sendable {
    /// The resource as canonical JSON, with every default written out.
    public var definitionText: String
    /// SHA-256 over the recipe and the dataset.
    public var generation: Digest

    public init(_ definitionText: String, generation: Digest) {
        self.definitionText = definitionText
        self.generation = generation
    }

    /// `entry`: The model of that name, if there is one.
    /// Returns: Nil where the model is already as defined.
    public func decide(given entry: ModelEntry?) throws(ModelRefusal) -> ModelEvent? {
        guard let definition = ModelDefinition(text: definitionText) else {
            throw .unreadableDefinition
        }
        if let entry, entry.definitionText == definitionText, entry.generation == generation {
            return nil
        }
        return ModelEvent.with {
            $0.declared = .with {
                $0.name = definition.name
                $0.definition = definitionText
                $0.generation = .init(generation.bytes)
            }
        }
    }
}

/// Asks that a model be no more. Its artifacts stay in the archive, and its history stays readable.
public struct DeleteModel: Sendable {
    public var name: String

    public init(_ name: String) { self.name = name }

    /// `users`: The endpoints that answer with the model.
    public func decide(
        given entry: ModelEntry?,
        users: [String]
    ) throws(ModelRefusal) -> ModelEvent {
        guard entry != nil else { throw .unknownModel(name) }
        guard users.isEmpty else { throw .inUse(model: name, endpoints: users.sorted()) }
        return ModelEvent.with { $0.deleted = .with { $0.name = name } }
    }
}
