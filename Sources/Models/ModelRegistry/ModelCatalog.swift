public import Bytes
public import Events
internal import Projections
public import Store

/// Every declared model with its versions and who stands at which stage, as the facts of `tributary.models` make it.
public struct ModelCatalog: Catalog {
    public typealias Event = ModelEvent
    public typealias View = CatalogView<Self>
    /// A model that is declared.
    public typealias Entry = Declared<DefinitionText<ModelDefinition>>

    public static let name = "models"
    public static let family = Family("models")
    public static let generation = Digest(of: Array("models".utf8))
    public let foldVersion: Int64 = 3

    /// Definitions by name; a deleted model has none.
    public static let models = Table<String, Entry>(
        "models",
        number: 16,
        keeps: .everyVersion
    )
    public static let versions = Table<VersionKey, ModelVersion>(
        "versions",
        number: 17,
        keeps: .everyVersion
    )
    public static let standings = Table<StageKey, Standing>(
        "standings",
        number: 18,
        keeps: .everyVersion
    )
    /// The last number that a version got. It outlives the model, so that `late-arrival@3` means one thing for ever.
    public static let numbers = Table<String, Int64>("numbers", number: 19, keeps: .everyVersion)
    /// What happened; it outlives the model too.
    public static let history = Table<HistoryKey, HistoryItem>(
        "history",
        number: 20,
        keeps: .everyVersion
    )

    public init() {}

    public func fold(
        _ fact: ModelEvent.OneOf_Fact,
        _ moment: Moment,
        _ changes: inout Changes
    ) {
        let happened: HistoryItem? =
            switch fact {
            case .declared(let declared): declare(declared, moment, &changes)
            case .deleted(let deleted): delete(deleted, moment, &changes)
            case .versionRegistered(let registered): register(registered, moment, &changes)
            case .versionApproved(let approved): approve(approved, moment, &changes)
            case .versionPromoted(let promoted): promote(promoted, moment, &changes)
            case .rolledBack(let rolledBack): rollBack(rolledBack, moment, &changes)
            }
        if let happened {
            changes[Self.history, HistoryKey(moment.subject, moment.offset)] = happened
        }
    }
}
