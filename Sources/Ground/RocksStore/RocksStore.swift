internal import CRocksDB
internal import Glibc
public import Store
internal import Synchronization

/// A store on disk: one RocksDB database with a column family for each family. Nothing is written
/// to a log of RocksDB's, so a kill loses what was written since the last flush, whole batches from
/// the end; the log of events brings it back.
public final class RocksStore: Store {
    public let path: String
    private let state: Mutex<State>
    /// Families are made one at a time. It happens a handful of times, when projections start.
    private let making = Mutex(())
    /// Taken by those who flush, verify and check-point, who may take a second; never by a read or
    /// a write.
    private let checksums: Mutex<FileChecksums>
    private let want = Mutex<String?>(nil)

    /// What calls need to begin with. They take it along, so that a close waits for them.
    private struct State {
        var database: Database?
        var families: [Family: ColumnFamily] = [:]
    }

    /// Opens the store at a path, or makes an empty one; the folder above must be there.
    ///
    /// Throws `corrupt` where the files are damaged, after which there is only `destroy` and a
    /// rebuild, and `refused` where they cannot be had now: they are open in another process, or
    /// the disk refuses.
    public static func open(
        _ path: String,
        _ settings: RocksSettings = RocksSettings()
    ) throws(StoreError) -> RocksStore {
        let checksums = try FileChecksums(of: path)
        try checksums.verifyBeforeOpening()
        let (database, families) = try Database.open(at: path, settings)
        let store = RocksStore(path, database, families, checksums)
        try store.recordChecksums(database)
        return store
    }

    /// Removes the store at a path with all it holds; nothing happens where there is none.
    public static func destroy(_ path: String) throws(StoreError) {
        guard try !Folder.files(in: path).isEmpty else { return }
        let options = Options(RocksSettings())
        var message: UnsafeMutablePointer<CChar>?
        unsafe rocksdb_destroy_db(options.pointer, path, &message)
        if let text = unsafe take(&message) {
            throw StoreError(saidByRocksDB: text, doing: "Removing the store at \(path)")
        }
        try Folder.remove("\(path)/\(FileChecksums.name)")
        try Folder.remove("\(path)/\(FileChecksums.name).new")
    }

    private init(
        _ path: String,
        _ database: Database,
        _ families: [ColumnFamily],
        _ checksums: FileChecksums
    ) {
        self.path = path
        self.checksums = Mutex(checksums)
        var state = State(database: database)
        for family in families where family.family != Database.ownFamily {
            state.families[family.family] = family
        }
        self.state = Mutex(state)
    }

    deinit { close() }

    public var families: [Family] { state.withLock { $0.families.keys.sorted() } }

    public func open(_ family: Family) throws(StoreError) {
        guard family != Database.ownFamily else {
            throw .refused("The family \(family) is RocksDB's own. Choose another name.")
        }
        try making.withLock { _ throws(StoreError) in
            let database = try database()
            guard state.withLock({ $0.families[family] }) == nil else { return }
            let made = try database.create(family)
            state.withLock { state in
                if state.database != nil { state.families[family] = made }
            }
        }
    }

    public func flush(_ family: Family) throws(StoreError) {
        let family = try open(family: family)
        try watchingRoom { () throws(StoreError) in
            try family.flush()
            try recordChecksums(family.database)
        }
    }

    public var fullness: String? { want.withLock { $0 } }

    /// Notes whether there was room for what is done. RocksDB keeps what it could not flush in memory, refuses to write
    /// more, and takes up its work again by itself some seconds after there is room (`ErrorHandler` and
    /// `SstFileManagerImpl`).
    private func watchingRoom(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        do throws(StoreError) {
            try body()
        } catch {
            if case .full(let why) = error { want.withLock { $0 = why } }
            throw error
        }
        want.withLock { if $0 != nil { $0 = nil } }
    }

    public func unflushedBytes(of family: Family) -> Int {
        state.withLock { $0.families[family] }?.unflushed.load(ordering: .relaxed) ?? 0
    }

    /// Reads everything there is and compares it with its checksums: each table as a whole, and
    /// each row of each family. It may run beside reads and writes, and ends early with `refused`
    /// when the store is closed.
    public func verify() throws(StoreError) {
        let database = try database()
        // Of a copy, because flushes need not wait: what is listed of a file stays true.
        let list = checksums.withLock { $0 }
        for name in database.tables() + [try list.manifest()].compactMap(\.self) {
            try checkOpen()
            try list.verify(name)
        }
        for family in families {
            let rows = try open(family: family)
            try rows.scan(from: [], to: nil, asOf: nil, isOnce: true) { (_, _) throws(StoreError) in
                try checkOpen()
                return true
            }
        }
        try recordChecksums(database)
    }

    /// Hard links to all tables, in a new folder on the same disk, which can be opened as a store.
    /// The folder must not be there yet; the one above it must.
    public func checkpoint(at path: String) throws(StoreError) {
        let database = try database()
        for family in families { try flush(family) }
        try database.checkpoint(at: path)
        var copied = checksums.withLock { $0.tables(copiedTo: path) }
        try copied.record(Folder.files(in: path).filter { $0.hasSuffix(".sst") })
    }

    /// Flushes, waits for the calls that are under way, and gives the folder free. Snapshots that
    /// are still held refuse from now on. To be called from outside of a scan.
    public func close() {
        var database = state.withLock { state in
            defer { state = State() }
            return state.database
        }
        // Each call under way holds the database. When nobody else does, it ends here.
        while database != nil, !isKnownUniquelyReferenced(&database) { usleep(500) }
        guard let last = database else { return }
        last.stop()
        do {
            try recordChecksums(last)
        } catch {
            // Files without a checksum are listed at the next start.
            return
        }
    }

    func database() throws(StoreError) -> Database {
        guard let database = state.withLock({ $0.database }) else { throw .closed }
        return database
    }

    private func checkOpen() throws(StoreError) {
        if state.withLock({ $0.database == nil }) { throw .closed }
    }

    func open(family: Family) throws(StoreError) -> ColumnFamily {
        try state.withLock { (state) throws(StoreError) in
            guard state.database != nil else { throw .closed }
            guard let open = state.families[family] else { throw .notOpen(family) }
            return open
        }
    }

    private func recordChecksums(_ database: Database) throws(StoreError) {
        try checksums.withLock { (checksums) throws(StoreError) in
            try checksums.record(database.tables())
        }
    }
}

extension RocksStore {
    public func value(of key: [UInt8], in family: Family) throws(StoreError) -> [UInt8]? {
        let family = try open(family: family)
        return try family.value(of: key, family.database.reading)
    }

    public func values(of keys: [[UInt8]], in family: Family) throws(StoreError) -> [[UInt8]?] {
        let family = try open(family: family)
        return try family.values(of: keys, family.database.reading)
    }

    public func scan(
        _ family: Family,
        from lower: [UInt8],
        to upper: [UInt8]?,
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StoreError) -> Bool
    ) throws(StoreError) {
        try open(family: family).scan(from: lower, to: upper, asOf: nil, body)
    }

    public func write(_ batch: WriteBatch, to family: Family) throws(StoreError) {
        let family = try open(family: family)
        try watchingRoom { () throws(StoreError) in try family.write(batch) }
    }

    public func removeAll(
        from lower: [UInt8],
        to upper: [UInt8]?,
        in family: Family
    ) throws(StoreError) {
        let family = try open(family: family)
        try watchingRoom { () throws(StoreError) in try family.removeAll(from: lower, to: upper) }
    }

    public func snapshot() throws(StoreError) -> any StoreReader {
        let database = try database()
        return RocksSnapshot(of: self, try database.takeSnapshot())
    }

    func release(_ snapshot: SnapshotPointer) {
        state.withLock { $0.database }?.release(snapshot)
    }
}
