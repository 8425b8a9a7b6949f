internal import CRocksDB
internal import Store
internal import Synchronization

/// The open database. RocksDB locks inside, so threads share it; it closes when the last call that
/// uses it is over.
@safe final class Database: @unchecked Sendable {
    let pointer: OpaquePointer
    let options: Options
    let reading = ReadOptions()
    let writing = WriteOptions()
    /// Snapshots that nobody has let go of. RocksDB does not give them back by itself when it
    /// closes.
    private let snapshots = Mutex<Set<SnapshotPointer>>([])

    init(_ pointer: OpaquePointer, options: consuming Options) {
        unsafe self.pointer = pointer
        self.options = options
    }

    deinit {
        snapshots.withLock { snapshots in
            for snapshot in snapshots { unsafe rocksdb_release_snapshot(pointer, snapshot.pointer) }
        }
        unsafe rocksdb_close(pointer)
    }

    func takeSnapshot() throws(StoreError) -> SnapshotPointer {
        guard let taken = unsafe rocksdb_create_snapshot(pointer) else {
            throw .refused("RocksDB took no snapshot.")
        }
        let snapshot = unsafe SnapshotPointer(pointer: taken)
        snapshots.withLock { _ = $0.insert(snapshot) }
        return snapshot
    }

    func release(_ snapshot: SnapshotPointer) {
        guard snapshots.withLock({ $0.remove(snapshot) }) != nil else { return }
        unsafe rocksdb_release_snapshot(pointer, snapshot.pointer)
    }
}

/// RocksDB's name for a moment. It is only as good as the database it came from.
@safe struct SnapshotPointer: @unchecked Sendable, Hashable {
    let pointer: OpaquePointer

    static func == (one: SnapshotPointer, other: SnapshotPointer) -> Bool {
        unsafe one.pointer == other.pointer
    }

    func hash(into hasher: inout Hasher) { hasher.combine(unsafe UInt(bitPattern: pointer)) }
}

/// One open column family. It keeps its database open, so a call that holds the one needs not hold
/// the other.
@safe final class ColumnFamily: @unchecked Sendable {
    let pointer: OpaquePointer
    let database: Database
    let family: Family
    /// Bytes written since the last flush that we asked for.
    let unflushed = Atomic<Int>(0)

    init(_ pointer: OpaquePointer, _ family: Family, in database: Database) {
        unsafe self.pointer = pointer
        self.family = family
        self.database = database
    }

    deinit { unsafe rocksdb_column_family_handle_destroy(pointer) }
}
