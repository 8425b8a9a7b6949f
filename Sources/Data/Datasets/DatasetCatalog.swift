public import Bytes
internal import Documents
internal import Events
internal import FoundationEssentials
public import Logs
public import Projections
public import Store

/// Every declared dataset and every sealed version, as the facts of `tributary.datasets` make it.
public struct DatasetCatalog: Projection {
    public static let family = Family("datasets")
    /// By name; a deleted dataset has none.
    public static let datasets = Table<String, Entry>("datasets", number: 16, keeps: .everyVersion)
    /// They outlive the dataset that they were sealed of.
    public static let versions = Table<VersionKey, DatasetVersion>(
        "versions",
        number: 17,
        keeps: .everyVersion
    )
    /// The number of the newest version, by dataset; a dataset that is declared again goes on counting.
    public static let newest = Table<String, Int64>("newest", number: 18, keeps: .everyVersion)

    public let name = "datasets"
    public let topic = DatasetEvent.topic.name
    public var family: Family { Self.family }
    /// It has no definition but the code itself.
    public let generation = Digest(of: Array("datasets".utf8))
    public let foldVersion: Int64 = 1

    public init() {}

    public func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) -> Reaction? {
        guard
            let (envelope, event) = try FoldStop.reading({ () throws(EventError) in
                try DatasetEvent.decode(record)
            }),
            let fact = event.fact, let revision = envelope.revision,
            let change = Change(fact, of: envelope.subject, in: &changes),
            Arbiter.admits(
                id: envelope.id,
                subject: envelope.subject,
                revision: revision,
                request: envelope.requestDigest,
                time: envelope.time,
                at: record.offset,
                in: &changes
            )
        else { return nil }
        switch change {
        case .declared(let text, let generation):
            changes[Self.datasets, envelope.subject] = Entry(
                name: envelope.subject,
                text: text,
                generation: generation,
                revision: revision,
                declaredAt: envelope.time,
                actor: envelope.actor
            )
        case .deleted: changes[Self.datasets, envelope.subject] = nil
        case .sealed(let number, let manifest):
            changes[Self.newest, envelope.subject] = number
            changes[Self.versions, VersionKey(envelope.subject, number)] = DatasetVersion(
                dataset: envelope.subject,
                number: number,
                manifest: manifest,
                sealedAt: envelope.time,
                actor: envelope.actor
            )
        }
        return nil
    }

    /// What a fact changes, if it takes effect.
    private enum Change {
        case declared(text: String, generation: Digest)
        case deleted
        case sealed(number: Int64, DatasetManifest)

        /// Nil for what no release writes, and for a version that is not the next one: void before it counts.
        init?(_ fact: DatasetEvent.OneOf_Fact, of subject: String, in changes: inout Changes) {
            switch fact {
            case .declared(let declared):
                guard DatasetDefinition(text: declared.definition)?.name == subject,
                    let generation = Digest(bytes: declared.generation)
                else { return nil }
                self = .declared(text: declared.definition, generation: generation)
            case .deleted: self = .deleted
            case .sealed(let sealed):
                guard let manifest = DatasetManifest(sealed),
                    sealed.version == (changes[DatasetCatalog.newest, subject] ?? 0) + 1
                else { return nil }
                self = .sealed(number: sealed.version, manifest)
            }
        }
    }
}
