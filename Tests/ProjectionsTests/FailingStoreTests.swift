import Bytes
import Logs
import Projections
import Store
import Synchronization
import Testing

/// A store that fails where a test wants it, and shows what it holds after each write.
final class FailingStore: Store {
    private let store: MemoryStore
    private let state = Mutex(State())

    private struct State {
        var writes = 0
        /// The writes that fail, counted from 1.
        var failingWrites: Set<Int> = []
        var failingReads = 0
        var written: @Sendable (any StoreReader) throws -> Void = { _ in }
        var breach: (any Error)?
    }

    init(_ store: MemoryStore) { self.store = store }

    var writes: Int { state.withLock { $0.writes } }
    /// What `written` threw first.
    var breach: (any Error)? { state.withLock { $0.breach } }

    func fail(writes: Set<Int>) { state.withLock { $0.failingWrites = writes } }
    func failNextRead() { state.withLock { $0.failingReads = 1 } }
    var hasFailed: Bool { state.withLock { $0.failingReads == 0 } }
    /// `body`: Called after each write, with the store as a kill at that moment would leave it.
    func afterEachWrite(_ body: @escaping @Sendable (any StoreReader) throws -> Void) {
        state.withLock { $0.written = body }
    }

    func write(_ batch: WriteBatch, to family: Family) throws(StoreError) {
        let isFailing = state.withLock { state in
            state.writes += 1
            return state.failingWrites.contains(state.writes)
        }
        if isFailing { throw .refused("Writing failed on purpose.") }
        try store.write(batch, to: family)
        let body = state.withLock { $0.written }
        do { try body(store) } catch { state.withLock { $0.breach = $0.breach ?? error } }
    }

    private func mayRead() throws(StoreError) {
        let isFailing = state.withLock { state in
            guard state.failingReads > 0 else { return false }
            state.failingReads -= 1
            return true
        }
        if isFailing { throw .refused("Reading failed on purpose.") }
    }

    func value(of key: [UInt8], in family: Family) throws(StoreError) -> [UInt8]? {
        try mayRead()
        return try store.value(of: key, in: family)
    }
    func values(of keys: [[UInt8]], in family: Family) throws(StoreError) -> [[UInt8]?] {
        try mayRead()
        return try store.values(of: keys, in: family)
    }
    func scan(
        _ family: Family,
        from lower: [UInt8],
        to upper: [UInt8]?,
        _ body: (RawSpan, RawSpan) throws(StoreError) -> Bool
    ) throws(StoreError) {
        try store.scan(family, from: lower, to: upper, body)
    }
    func open(_ family: Family) throws(StoreError) { try store.open(family) }
    var families: [Family] { store.families }
    func snapshot() throws(StoreError) -> any StoreReader { try store.snapshot() }
    func flush(_ family: Family) throws(StoreError) { try store.flush(family) }
    func unflushedBytes(of family: Family) -> Int { store.unflushedBytes(of: family) }
    func removeAll(
        from lower: [UInt8],
        to upper: [UInt8]?,
        in family: Family
    ) throws(StoreError) {
        try store.removeAll(from: lower, to: upper, in: family)
    }
    func checkpoint(at path: String) throws(StoreError) { try store.checkpoint(at: path) }
    func close() { store.close() }
}

@Suite struct `A fold over a store that fails` {
    /// Rows and position are of one offset: as many were counted as were folded.
    private static func expectWhole(_ reader: any StoreReader) throws {
        let tables = TableReader(reader, family: Totals.family, shelf: Totals().shelf(of: 0))
        let next = try tables.get(Progress.table, "progress")?.next ?? 0
        let count = try tables.get(Totals.counts, "owl") ?? 0
        guard count == next else { throw Torn(count: count, next: next) }
    }

    private struct Torn: Error {
        var count: Int64
        var next: Offset
    }

    @Test func `has rows and position of one offset after every write, failed or not`()
        async throws
    {
        let birds = try Birds()
        for _ in 0 ..< 60 { try await birds.append("owl", "1") }
        let store = FailingStore(try totalsStore())
        store.afterEachWrite(Self.expectWhole)
        store.fail(writes: [2, 4, 5])
        let stage = try ProjectorStage(birds.log, store, batchLimit: 7)
        stage.projector.add(Totals(), to: Birds.partition)
        for _ in 0 ..< 3 {
            try await stage.eventually("a batch was tried") {
                try Self.expectWhole(store.snapshot())
                return store.writes > 0
            }
        }
        try await stage.reach(60)
        stage.projector.stop()
        #expect(store.breach == nil, "Rows and position were apart.")
        #expect(try stage.count("owl") == 60)
        #expect(stage.told.reports.map(\.word).contains("storeFailed"))
    }

    @Test func `writes nothing of a batch of which a row could not be read`() async throws {
        let birds = try Birds()
        for _ in 0 ..< 3 { try await birds.append("owl", "1") }
        let store = FailingStore(try totalsStore())
        let stage = try ProjectorStage(birds.log, store)
        stage.projector.add(Totals(), to: Birds.partition)
        try await stage.reach(3)
        store.afterEachWrite(Self.expectWhole)
        let writes = store.writes
        store.failNextRead()
        for _ in 0 ..< 2 { try await birds.append("owl", "1") }
        try await stage.eventually("the read has failed") { store.hasFailed }
        try await stage.eventually("it is said") {
            stage.told.reports.map(\.word) == ["storeFailed"]
        }
        try await stage.reach(5)
        stage.projector.stop()
        #expect(store.writes > writes)
        #expect(store.breach == nil, "What was counted from nothing was written.")
        #expect(try stage.count("owl") == 5)
    }
}
