public import Bytes
internal import Documents
public import Events
internal import FoundationEssentials
internal import SwiftProtobuf

/// Asks that a dataset be as defined: new, changed, or as it was.
public struct DeclareDataset: Sendable {
    public var name: String
    /// The definition as canonical JSON.
    public var text: String
    /// Of that definition.
    public var generation: Digest

    public init(_ name: String, text: String, generation: Digest) {
        self.name = name
        self.text = text
        self.generation = generation
    }

    /// `entry`: The dataset of that name, if there is one.
    /// Returns: Nil where the dataset is already as defined.
    public func decide(
        given entry: DatasetCatalog.Entry?
    ) throws(DatasetRefusal) -> DatasetEvent? {
        guard DatasetDefinition(text: text)?.name == name else { throw .unreadable(name) }
        if let entry, entry.text == text, entry.generation == generation { return nil }
        return DatasetEvent.with {
            $0.declared = .with {
                $0.name = name
                $0.definition = text
                $0.generation = .init(generation.bytes)
            }
        }
    }
}

/// Asks that a dataset be no more. Its sealed versions and their rows stay.
public struct DeleteDataset: Sendable {
    public var name: String

    public init(_ name: String) { self.name = name }

    /// `users`: The models that are trained on it.
    public func decide(
        given entry: DatasetCatalog.Entry?,
        users: [String]
    ) throws(DatasetRefusal) -> DatasetEvent {
        guard entry != nil else { throw .unknownDataset(name) }
        guard users.isEmpty else { throw .inUse(dataset: name, models: users.sorted()) }
        return DatasetEvent.with { $0.deleted = .with { $0.name = name } }
    }
}
