internal import CRocksDB
internal import Store

extension ColumnFamily {
    func value(
        of key: [UInt8],
        _ options: borrowing ReadOptions
    ) throws(StoreError) -> [UInt8]? {
        var message: UnsafeMutablePointer<CChar>?
        let found = unsafe key.withUnsafeBytes { key in
            unsafe rocksdb_get_pinned_cf(
                database.pointer,
                options.pointer,
                pointer,
                key.baseAddress,
                key.count,
                &message
            )
        }
        if let text = unsafe take(&message) {
            throw StoreError(saidByRocksDB: text, doing: "Reading a row of \(family)")
        }
        guard let found = unsafe found else { return nil }
        return unsafe PinnedValue(found).copy()
    }

    /// Many keys in one call, which sorts them and reads each block once.
    func values(
        of keys: [[UInt8]],
        _ options: borrowing ReadOptions
    ) throws(StoreError) -> [[UInt8]?] {
        guard !keys.isEmpty else { return [] }
        let counts = keys.map(\.count)
        var joined: [UInt8] = []
        joined.reserveCapacity(counts.reduce(1, +))
        for key in keys { joined += key }
        // One byte more, so that there is an address even where all keys are empty.
        joined.append(0)
        var found = unsafe [OpaquePointer?](repeating: nil, count: keys.count)
        var messages = unsafe [UnsafeMutablePointer<CChar>?](repeating: nil, count: keys.count)
        unsafe joined.withUnsafeBytes { bytes in
            var next = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            var starts: [UnsafePointer<CChar>?] = unsafe []
            for count in counts {
                unsafe starts.append(next)
                unsafe next = next.map { unsafe $0 + count }
            }
            unsafe rocksdb_batched_multi_get_cf(
                database.pointer,
                options.pointer,
                pointer,
                keys.count,
                starts,
                counts,
                &found,
                &messages,
                false
            )
        }
        var values: [[UInt8]?] = []
        values.reserveCapacity(keys.count)
        var failure: StoreError?
        for index in keys.indices {
            // Each is taken, whatever happened to the others, because each owns memory.
            values.append(unsafe found[index].map { unsafe PinnedValue($0).copy() })
            if let text = unsafe take(&messages[index]) {
                failure = StoreError(saidByRocksDB: text, doing: "Reading rows of \(family)")
            }
        }
        if let failure { throw failure }
        return values
    }

    /// Calls `body` with each row until it returns false. `isOnce` is for a read of everything,
    /// which would push what others need out of the cache.
    func scan(
        from lower: [UInt8],
        to upper: [UInt8]?,
        asOf snapshot: SnapshotPointer?,
        isOnce: Bool = false,
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let options = ReadOptions(asOf: snapshot)
        if isOnce { unsafe rocksdb_readoptions_set_fill_cache(options.pointer, 0) }
        // RocksDB looks at the bound as long as the iterator lives, so both live inside the
        // closure.
        let end = upper ?? []
        try unsafe end.span.bytes.withUnsafeBytes { (bound) throws(StoreError) in
            if upper != nil {
                unsafe rocksdb_readoptions_set_iterate_upper_bound(
                    options.pointer,
                    bound.baseAddress,
                    bound.count
                )
            }
            var rows = RowIterator(over: self, options)
            rows.seek(to: lower)
            while rows.isValid {
                guard try rows.lend(body) else { return }
                rows.advance()
            }
            try rows.throwFailure(of: family)
        }
    }

    /// The first key that can follow the last one, which is itself and a zero; nil where there are
    /// no rows.
    func firstKeyAfterAll() throws(StoreError) -> [UInt8]? {
        var rows = RowIterator(over: self, database.reading)
        rows.seekToLast()
        guard rows.isValid else {
            try rows.throwFailure(of: family)
            return nil
        }
        return try rows.lend { (key, _) throws(StoreError) in [UInt8](copying: key) + [0] }
    }
}

/// A value pinned in RocksDB's block cache.
@safe struct PinnedValue: ~Copyable {
    private let pointer: OpaquePointer
    init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }
    deinit { unsafe rocksdb_pinnableslice_destroy(pointer) }

    func copy() -> [UInt8] {
        var count = 0
        let start = unsafe rocksdb_pinnableslice_value(pointer, &count)
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
}

/// Goes through the rows of a family. What it lends is good until it moves.
@safe struct RowIterator: ~Copyable {
    private let pointer: OpaquePointer

    init(over family: ColumnFamily, _ options: borrowing ReadOptions) {
        unsafe self.pointer = rocksdb_create_iterator_cf(
            family.database.pointer,
            options.pointer,
            family.pointer
        )
    }

    deinit { unsafe rocksdb_iter_destroy(pointer) }

    mutating func seek(to key: [UInt8]) {
        unsafe key.withUnsafeBytes { unsafe rocksdb_iter_seek(pointer, $0.baseAddress, $0.count) }
    }

    mutating func seekToLast() { unsafe rocksdb_iter_seek_to_last(pointer) }
    mutating func advance() { unsafe rocksdb_iter_next(pointer) }
    var isValid: Bool { unsafe rocksdb_iter_valid(pointer) != 0 }

    /// Lends the row that the iterator stands at.
    func lend<Result>(
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        var (keyCount, valueCount) = (0, 0)
        let key = unsafe rocksdb_iter_key(pointer, &keyCount)
        let value = unsafe rocksdb_iter_value(pointer, &valueCount)
        return try unsafe body(
            RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: key, count: keyCount)),
            RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: value, count: valueCount))
        )
    }

    /// An iterator that met damage ends early; only this tells the end from the damage.
    func throwFailure(of family: Family) throws(StoreError) {
        try unsafe check("Reading rows of \(family)") { unsafe rocksdb_iter_get_error(pointer, $0) }
    }
}
