public import Events
public import Store

extension CatalogView<DatasetCatalog> {
    public func dataset(_ name: String) throws(StoreError) -> DatasetCatalog.Entry? {
        try tables.get(DatasetCatalog.datasets, name, asOf: asOf)
    }

    /// Every dataset, by name.
    public func datasets() throws(StoreError) -> [DatasetCatalog.Entry] {
        try tables.all(DatasetCatalog.datasets, asOf: asOf).map(\.row)
    }

    public func version(_ name: String, _ number: Int64) throws(StoreError) -> DatasetVersion? {
        try tables.get(DatasetCatalog.versions, DatasetCatalog.VersionKey(name, number), asOf: asOf)
    }

    /// Every version of a dataset, the oldest first; also of one that was deleted.
    public func versions(_ name: String) throws(StoreError) -> [DatasetVersion] {
        var versions: [DatasetVersion] = []
        try tables.scan(
            DatasetCatalog.versions,
            from: DatasetCatalog.VersionKey(name, 1),
            to: DatasetCatalog.VersionKey(name, .max),
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
