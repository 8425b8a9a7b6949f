internal import CRocksDB

/// How a database is opened and its families are kept.
@safe struct Options: ~Copyable, @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ settings: RocksSettings) {
        unsafe self.pointer = rocksdb_options_create()
        unsafe rocksdb_options_set_create_if_missing(pointer, 1)
        // A write that would land on damage stops all writing.
        unsafe rocksdb_options_set_paranoid_checks(pointer, 1)
        // All files are opened at the start, which reads and checks their footers and properties.
        unsafe rocksdb_options_set_max_open_files(pointer, -1)
        unsafe rocksdb_options_set_max_background_jobs(pointer, settings.backgroundJobs)
        unsafe rocksdb_options_set_write_buffer_size(pointer, settings.familyBufferBytes)
        unsafe rocksdb_options_set_db_write_buffer_size(pointer, settings.bufferBytes)
        // The size that each level has follows from the last one's, so that little space is wasted.
        unsafe rocksdb_options_set_level_compaction_dynamic_level_bytes(pointer, 1)
        // Nine tenths of the rows lie in the last level: there compression pays, above it costs
        // time at each flush.
        unsafe rocksdb_options_set_compression(pointer, Int32(rocksdb_no_compression))
        unsafe rocksdb_options_set_bottommost_compression(pointer, Int32(rocksdb_zstd_compression))
        setTables(settings)
        keepNoDiary()
    }

    deinit { unsafe rocksdb_options_destroy(pointer) }

    private func setTables(_ settings: RocksSettings) {
        let tables = unsafe rocksdb_block_based_options_create()
        defer { unsafe rocksdb_block_based_options_destroy(tables) }
        let cache = unsafe rocksdb_cache_create_lru(settings.blockCacheBytes)
        defer { unsafe rocksdb_cache_destroy(cache) }
        unsafe rocksdb_block_based_options_set_block_cache(tables, cache)
        unsafe rocksdb_block_based_options_set_cache_index_and_filter_blocks(tables, 1)
        unsafe rocksdb_block_based_options_set_cache_index_and_filter_blocks_with_high_priority(
            tables,
            1
        )
        unsafe rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(tables, 1)
        // Bloom in level 0, which is written at each flush, and Ribbon below: a third smaller,
        // slower to build.
        unsafe rocksdb_block_based_options_set_filter_policy(
            tables,
            rocksdb_filterpolicy_create_ribbon_hybrid(10, 1)
        )
        unsafe rocksdb_block_based_options_set_format_version(tables, 5)
        // XXH3 over every block, ChecksumType::kXXH3 in rocksdb/table.h.
        unsafe rocksdb_block_based_options_set_checksum(tables, 4)
        unsafe rocksdb_options_set_block_based_table_factory(pointer, tables)
    }

    /// RocksDB keeps no diary: what matters of it is in the errors that calls give. On a full disk a line of the diary
    /// cannot be written, and the line after it ends the process (7.8.3: "Assertion `sync_without_flush_called_' failed",
    /// `EnvLogger` over `WritableFileWriter`). A level above all there are (`NUM_INFO_LOG_LEVELS` in rocksdb/env.h)
    /// writes none, if the file has no limit, with which headers would be written at any level.
    private func keepNoDiary() {
        unsafe rocksdb_options_set_info_log_level(pointer, 6)
        unsafe rocksdb_options_set_keep_log_file_num(pointer, 1)
        unsafe rocksdb_options_set_max_log_file_size(pointer, 0)
        unsafe rocksdb_options_set_stats_dump_period_sec(pointer, 0)
        unsafe rocksdb_options_set_stats_persist_period_sec(pointer, 0)
        unsafe rocksdb_options_set_max_manifest_file_size(pointer, 16 << 20)
    }
}

/// How a read is done: with every block's checksum, and as of a snapshot where there is one.
@safe struct ReadOptions: ~Copyable, @unchecked Sendable {
    let pointer: OpaquePointer

    init(asOf snapshot: SnapshotPointer? = nil) {
        unsafe self.pointer = rocksdb_readoptions_create()
        unsafe rocksdb_readoptions_set_verify_checksums(pointer, 1)
        if let snapshot { unsafe rocksdb_readoptions_set_snapshot(pointer, snapshot.pointer) }
    }

    deinit { unsafe rocksdb_readoptions_destroy(pointer) }
}

/// A write without RocksDB's own log: ours comes first, and is read again after a crash.
@safe struct WriteOptions: ~Copyable, @unchecked Sendable {
    let pointer: OpaquePointer

    init() {
        unsafe self.pointer = rocksdb_writeoptions_create()
        unsafe rocksdb_writeoptions_disable_WAL(pointer, 1)
    }

    deinit { unsafe rocksdb_writeoptions_destroy(pointer) }
}
