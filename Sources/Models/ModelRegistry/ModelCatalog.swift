public import Bytes
internal import Events
public import Logs
public import Projections
public import Store

/// Every declared model with its versions and who stands at which stage, as the facts of `tributary.models` make it.
public struct ModelCatalog: Projection {
    public static let family = Family("models")
    /// Definitions by name; a deleted model has none.
    public static let models = Table<String, ModelEntry>(
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

    public let name = "models"
    public let topic = ModelEvent.topic.name
    public var family: Family { Self.family }
    /// It has no definition but the code itself.
    public let generation = Digest(of: Array("models".utf8))
    public let foldVersion: Int64 = 2

    public init() {}

    public func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) -> Reaction? {
        guard
            let (envelope, event) = try FoldStop.reading({ () throws(EventError) in
                try ModelEvent.decode(record)
            }),
            let fact = event.fact, let revision = envelope.revision
        else { return nil }
        let moment = Moment(
            actor: envelope.actor,
            time: envelope.time,
            position: record.offset,
            revision: revision
        )
        // A definition that cannot be read is written by no release; it is void before it counts.
        var declared: ModelEntry?
        if case .declared(let message) = fact {
            declared = ModelEntry(message, moment)
            if declared == nil { return nil }
        }
        guard
            Arbiter.admits(
                id: envelope.id,
                subject: envelope.subject,
                revision: revision,
                request: envelope.requestDigest,
                time: envelope.time,
                at: record.offset,
                in: &changes
            ),
            fact.model.utf8.elementsEqual(envelope.subject.utf8)
        else { return nil }
        // What makes no sense where it stands has used up its number, and does nothing else.
        let happened: HistoryItem? =
            switch fact {
            case .declared: declare(declared, moment, &changes)
            case .deleted(let deleted): delete(deleted, moment, &changes)
            case .versionRegistered(let registered): register(registered, moment, &changes)
            case .versionApproved(let approved): approve(approved, moment, &changes)
            case .versionPromoted(let promoted): promote(promoted, moment, &changes)
            case .rolledBack(let rolledBack): rollBack(rolledBack, moment, &changes)
            }
        if let happened {
            changes[Self.history, HistoryKey(envelope.subject, record.offset)] = happened
        }
        return nil
    }
}
