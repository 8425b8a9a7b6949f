internal import Store

/// The rows of all families as they stood at one moment. It refuses once its store is closed.
final class RocksSnapshot: StoreReader {
    private let store: RocksStore
    private let snapshot: SnapshotPointer
    private let reading: ReadOptions

    init(of store: RocksStore, _ snapshot: SnapshotPointer) {
        self.store = store
        self.snapshot = snapshot
        self.reading = ReadOptions(asOf: snapshot)
    }

    deinit { store.release(snapshot) }

    func value(of key: [UInt8], in family: Family) throws(StoreError) -> [UInt8]? {
        try store.open(family: family).value(of: key, reading)
    }

    func values(of keys: [[UInt8]], in family: Family) throws(StoreError) -> [[UInt8]?] {
        try store.open(family: family).values(of: keys, reading)
    }

    func scan(
        _ family: Family,
        from lower: [UInt8],
        to upper: [UInt8]?,
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StoreError) -> Bool
    ) throws(StoreError) {
        try store.open(family: family).scan(from: lower, to: upper, asOf: snapshot, body)
    }
}
