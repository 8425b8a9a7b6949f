internal import CRocksDB
internal import Store
internal import Synchronization

extension ColumnFamily {
    func write(_ batch: WriteBatch) throws(StoreError) {
        guard !batch.isEmpty else { return }
        let writes = Writes()
        for row in batch.rows { writes.put(row.value, at: row.key, in: self) }
        try unsafe check("Writing \(batch.rows.count) rows to \(family)") {
            unsafe rocksdb_write(database.pointer, database.writing.pointer, writes.pointer, $0)
        }
        unflushed.add(batch.byteCount, ordering: .relaxed)
    }

    func removeAll(from lower: [UInt8], to upper: [UInt8]?) throws(StoreError) {
        // RocksDB has no range without an end.
        let end: [UInt8]? = if let upper { upper } else { try firstKeyAfterAll() }
        guard let end, lower.lexicographicallyPrecedes(end) else { return }
        try unsafe lower.span.bytes.withUnsafeBytes { (lower) throws(StoreError) in
            try unsafe end.span.bytes.withUnsafeBytes { (end) throws(StoreError) in
                try unsafe check("Removing a range of \(family)") {
                    unsafe rocksdb_delete_range_cf(
                        database.pointer,
                        database.writing.pointer,
                        pointer,
                        lower.baseAddress,
                        lower.count,
                        end.baseAddress,
                        end.count,
                        $0
                    )
                }
            }
        }
        unflushed.add(lower.count + end.count, ordering: .relaxed)
    }

    func flush() throws(StoreError) {
        let options = unsafe rocksdb_flushoptions_create()
        defer { unsafe rocksdb_flushoptions_destroy(options) }
        unsafe rocksdb_flushoptions_set_wait(options, 1)
        let before = unflushed.load(ordering: .relaxed)
        try unsafe check("Flushing \(family)") {
            unsafe rocksdb_flush_cf(database.pointer, options, pointer, $0)
        }
        unflushed.subtract(before, ordering: .relaxed)
    }
}

extension Database {
    /// Flushes all families and ends what goes on in the background, after which no file changes.
    /// What cannot be flushed is read again from the log, as after a kill.
    func stop() { unsafe rocksdb_cancel_all_background_work(pointer, 1) }

    /// The names of the tables that count now.
    func tables() -> [String] {
        guard let files = unsafe rocksdb_livefiles(pointer) else { return [] }
        defer { unsafe rocksdb_livefiles_destroy(files) }
        return unsafe (0 ..< rocksdb_livefiles_count(files)).compactMap { index in
            guard let name = unsafe rocksdb_livefiles_name(files, index) else { return nil }
            return unsafe String(String(cString: name).drop { $0 == "/" })
        }
    }

    func checkpoint(at path: String) throws(StoreError) {
        let doing = "Making a checkpoint at \(path)"
        let maker = try unsafe check(doing) {
            unsafe rocksdb_checkpoint_object_create(pointer, $0)
        }
        defer { unsafe rocksdb_checkpoint_object_destroy(maker) }
        // Zero flushes first: without a log of RocksDB's, nothing else would bring what waits in
        // memory along.
        try unsafe check(doing) { unsafe rocksdb_checkpoint_create(maker, path, 0, $0) }
    }
}

/// Rows on their way into RocksDB.
@safe private struct Writes: ~Copyable {
    let pointer: OpaquePointer
    init() { unsafe self.pointer = rocksdb_writebatch_create() }
    deinit { unsafe rocksdb_writebatch_destroy(pointer) }

    func put(_ value: [UInt8]?, at key: [UInt8], in family: ColumnFamily) {
        unsafe key.withUnsafeBytes { key in
            guard let value else {
                unsafe rocksdb_writebatch_delete_cf(
                    pointer,
                    family.pointer,
                    key.baseAddress,
                    key.count
                )
                return
            }
            unsafe value.withUnsafeBytes { value in
                unsafe rocksdb_writebatch_put_cf(
                    pointer,
                    family.pointer,
                    key.baseAddress,
                    key.count,
                    value.baseAddress,
                    value.count
                )
            }
        }
    }
}
