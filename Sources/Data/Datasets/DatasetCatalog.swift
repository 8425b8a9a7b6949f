public import Bytes
public import Events
internal import Projections
public import Store

/// Every declared dataset and every sealed version, as the facts of `tributary.datasets` make it.
public struct DatasetCatalog: Catalog {
    public typealias Event = DatasetEvent
    public typealias View = CatalogView<Self>
    /// A dataset that is declared.
    public typealias Entry = Declared<DefinitionText<DatasetDefinition>>

    public static let name = "datasets"
    public static let family = Family("datasets")
    public static let generation = Digest(of: Array("datasets".utf8))
    public let foldVersion: Int64 = 2

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

    public init() {}

    public func fold(
        _ fact: DatasetEvent.OneOf_Fact,
        _ moment: Moment,
        _ changes: inout Changes
    ) {
        let name = moment.subject
        switch fact {
        case .declared(let declared):
            changes[Self.datasets, name] = Declared(
                DefinitionText(name, declared.definition, generation: declared.generation),
                moment
            )
        case .deleted: changes[Self.datasets, name] = nil
        case .sealed(let sealed):
            guard let manifest = DatasetManifest(sealed),
                sealed.version == (changes[Self.newest, name] ?? 0) + 1
            else { return }
            changes[Self.newest, name] = sealed.version
            changes[Self.versions, VersionKey(name, sealed.version)] = DatasetVersion(
                dataset: name,
                number: sealed.version,
                manifest: manifest,
                sealedAt: moment.time,
                actor: moment.actor
            )
        }
    }

    /// A dataset and the number of one of its versions.
    public struct VersionKey: Ordered, Hashable {
        public var dataset: String
        public var number: Int64

        public init(_ dataset: String, _ number: Int64) {
            self.dataset = dataset
            self.number = number
        }

        public func writeOrdered(to writer: inout ByteWriter) {
            dataset.writeOrdered(to: &writer)
            number.writeOrdered(to: &writer)
        }

        public init(ordered reader: inout ByteReader) throws(ByteError) {
            dataset = try String(ordered: &reader)
            number = try Int64(ordered: &reader)
        }
    }
}
