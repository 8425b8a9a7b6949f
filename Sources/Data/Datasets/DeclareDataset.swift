internal import Bytes
internal import Documents
public import Events
internal import FoundationEssentials
internal import SwiftProtobuf

/// Asks that a dataset be as defined: new, changed, or as it was.
public struct DeclareDataset: Sendable {
    public var definition: DatasetDefinition

    public init(_ definition: DatasetDefinition) { self.definition = definition }

    /// `entry`: The dataset of that name, if there is one.
    /// Returns: Nil where the dataset is already as defined.
    public func decide(given entry: DatasetCatalog.Entry?) -> DatasetEvent? {
        guard entry?.served.says(definition) != true else { return nil }
        return DatasetEvent.with {
            $0.declared = .with {
                $0.name = definition.name
                $0.definition = definition.canonicalText
                $0.generation = .init(definition.generation.bytes)
            }
        }
    }
}

extension DatasetEvent {
    /// A dataset is no more. Its sealed versions and their rows stay.
    public static func deleted(_ name: String) -> DatasetEvent {
        .with { $0.deleted = .with { $0.name = name } }
    }
}
