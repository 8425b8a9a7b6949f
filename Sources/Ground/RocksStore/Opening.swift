internal import CRocksDB
internal import Store

extension Database {
    /// RocksDB's own family, which every database has and we leave empty.
    static let ownFamily = Family("default")

    /// Opens the database with the families that stand in its files, or makes an empty one.
    static func open(
        at path: String,
        _ settings: RocksSettings
    ) throws(StoreError) -> (database: Database, families: [ColumnFamily]) {
        let options = Options(settings)
        let known = try families(at: path, options)
        let names = known ?? [ownFamily.name]
        var handles = unsafe [OpaquePointer?](repeating: nil, count: names.count)
        var message: UnsafeMutablePointer<CChar>?
        let opened = unsafe withCStrings(names) { names in
            let each = unsafe [OpaquePointer?](repeating: options.pointer, count: names.count)
            return unsafe rocksdb_open_column_families(
                options.pointer,
                path,
                Int32(names.count),
                names,
                each,
                &handles,
                &message
            )
        }
        if let text = unsafe take(&message) {
            throw StoreError(saidByRocksDB: text, opening: path, isNew: known == nil)
        }
        guard let opened = unsafe opened else {
            throw .refused("RocksDB opened \(path) and returned nothing.")
        }
        let database = unsafe Database(opened, options: options)
        var families: [ColumnFamily] = []
        for (index, name) in names.enumerated() {
            guard let handle = unsafe handles[index] else {
                throw .refused("RocksDB opened \(path) without the family \(name).")
            }
            families.append(unsafe ColumnFamily(handle, Family(name), in: database))
        }
        return (database, families)
    }

    func create(_ family: Family) throws(StoreError) -> ColumnFamily {
        let handle = try unsafe check("Making the family \(family)") {
            unsafe rocksdb_create_column_family(pointer, options.pointer, family.name, $0)
        }
        guard let handle = unsafe handle else {
            throw .refused("RocksDB made the family \(family) and returned nothing.")
        }
        return unsafe ColumnFamily(handle, family, in: self)
    }

    /// The families that stand in the files; nil where there is no database yet.
    private static func families(
        at path: String,
        _ options: borrowing Options
    ) throws(StoreError) -> [String]? {
        let files = try Folder.files(in: path)
        guard files.contains("CURRENT") else {
            // RocksDB would begin anew and throw the old files away.
            if let lost = files.first(where: { $0.hasSuffix(".sst") || $0.hasPrefix("MANIFEST-") })
            {
                throw .corrupt("The store at \(path) has \(lost) and no file CURRENT.")
            }
            return nil
        }
        var count = 0
        var message: UnsafeMutablePointer<CChar>?
        let list = unsafe rocksdb_list_column_families(options.pointer, path, &count, &message)
        if let text = unsafe take(&message) {
            throw StoreError(saidByRocksDB: text, opening: path, isNew: false)
        }
        guard let list = unsafe list else {
            throw .refused("RocksDB listed the families of \(path) and returned nothing.")
        }
        defer { unsafe rocksdb_list_column_families_destroy(list, count) }
        return unsafe UnsafeBufferPointer(start: list, count: count).compactMap {
            guard let name = unsafe $0 else { return nil }
            return unsafe String(cString: name)
        }
    }
}

/// Lends texts as C has them.
private func withCStrings<Result>(
    _ texts: [String],
    _ body: ([UnsafePointer<CChar>?]) -> Result
) -> Result {
    var joined: [CChar] = []
    var starts: [Int] = []
    for text in texts {
        starts.append(joined.count)
        joined += text.utf8CString
    }
    return unsafe joined.withUnsafeBufferPointer { buffer in
        unsafe body(starts.map { start in unsafe buffer.baseAddress.map { unsafe $0 + start } })
    }
}
