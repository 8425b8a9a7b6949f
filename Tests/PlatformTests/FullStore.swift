import Store
import Synchronization

/// Another store, on a disk that a test fills up, or in part of which it lets nobody look.
final class FullStore: Store {
    private let store: any Store
    private let state = Mutex(State())

    private struct State {
        var isFull = false
        var refusals = 0
        var fullness: String?
        var unread: Family?
    }

    init(_ store: any Store = MemoryStore()) { self.store = store }

    func fill(_ isFull: Bool) { state.withLock { $0.isFull = isFull } }

    func reads(allBut family: Family?) { state.withLock { $0.unread = family } }

    /// How often something could not be written.
    var refusals: Int { state.withLock(\.refusals) }
    var fullness: String? { state.withLock(\.fullness) }

    private func needRoom() throws(StoreError) {
        try state.withLock { (state) throws(StoreError) in
            guard state.isFull else { return state.fullness = nil }
            state.refusals += 1
            state.fullness = "No space left on the test's device."
            throw .full("No space left on the test's device.")
        }
    }

    func open(_ family: Family) throws(StoreError) { try store.open(family) }
    var families: [Family] { store.families }
    func write(_ batch: WriteBatch, to family: Family) throws(StoreError) {
        try needRoom()
        try store.write(batch, to: family)
    }
    func snapshot() throws(StoreError) -> any StoreReader { try store.snapshot() }
    func flush(_ family: Family) throws(StoreError) {
        try needRoom()
        try store.flush(family)
    }
    func unflushedBytes(of family: Family) -> Int { store.unflushedBytes(of: family) }
    func removeAll(from lower: [UInt8], to upper: [UInt8]?, in family: Family) throws(StoreError) {
        try needRoom()
        try store.removeAll(from: lower, to: upper, in: family)
    }
    func checkpoint(at path: String) throws(StoreError) { try store.checkpoint(at: path) }
    func close() { store.close() }
    func value(of key: [UInt8], in family: Family) throws(StoreError) -> [UInt8]? {
        try store.value(of: key, in: family)
    }
    func values(of keys: [[UInt8]], in family: Family) throws(StoreError) -> [[UInt8]?] {
        try store.values(of: keys, in: family)
    }
    func scan(
        _ family: Family,
        from lower: [UInt8],
        to upper: [UInt8]?,
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StoreError) -> Bool
    ) throws(StoreError) {
        guard state.withLock({ $0.unread }) != family else {
            throw .refused("The reading was refused on purpose.")
        }
        try store.scan(family, from: lower, to: upper, body)
    }
}
