public import Logs
internal import Projections
public import Store

extension DatasetCatalog {
    /// The catalog at one moment.
    public struct View: Sendable {
        public let tables: TableReader
        /// The last offset whose fact is seen; nil: everything.
        public let asOf: Offset?

        public init(_ reader: any StoreReader, asOf: Offset? = nil) {
            let catalog = DatasetCatalog()
            self.tables = TableReader(reader, family: catalog.family, shelf: catalog.shelf(of: 0))
            self.asOf = asOf
        }

        public func dataset(_ name: String) throws(StoreError) -> Entry? {
            try tables.get(DatasetCatalog.datasets, name, asOf: asOf)
        }

        /// Every dataset, by name.
        public func datasets() throws(StoreError) -> [Entry] {
            try tables.all(DatasetCatalog.datasets, asOf: asOf).map(\.row)
        }

        public func version(_ name: String, _ number: Int64) throws(StoreError) -> DatasetVersion? {
            try tables.get(DatasetCatalog.versions, VersionKey(name, number), asOf: asOf)
        }

        /// Every version of a dataset, the oldest first; also of one that was deleted.
        public func versions(_ name: String) throws(StoreError) -> [DatasetVersion] {
            var versions: [DatasetVersion] = []
            try tables.scan(
                DatasetCatalog.versions,
                from: VersionKey(name, 1),
                to: VersionKey(name, .max),
                asOf: asOf
            ) { (_, version) throws(StoreError) in
                versions.append(version)
                return true
            }
            return versions
        }

        public func newest(_ name: String) throws(StoreError) -> DatasetVersion? {
            guard let number = try tables.get(DatasetCatalog.newest, name, asOf: asOf) else {
                return nil
            }
            return try version(name, number)
        }
    }
}
