import Bytes
import Chance
import Logs
import Projections
import Store

/// The simplest projection there is: how often each key came, and with which value last.
struct Totals: Projection {
    static let family = Family("totals")
    static let counts = Table<String, Int64>("counts", number: 1, keeps: .newest)
    static let values = Table<String, String>("values", number: 2, keeps: .everyVersion)

    let name = "totals"
    let topic = "birds"
    var family: Family { Self.family }
    var generation = Digest(of: Array("totals".utf8))
    var foldVersion: Int64 = 1
    /// Keys that came less often do not count.
    var leastCount: Int64 = 0

    func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) {
        let key = record.key.map { String(decoding: $0, as: UTF8.self) } ?? ""
        if key == "later" { throw .unknownFact(type: "birds.v9.Flew") }
        // A stranger's record, which is void.
        if key == "void" { return }
        guard let value = record.value else { return }
        changes[Self.counts, key, default: 0] += 1
        changes[Self.values, key] = String(decoding: value, as: UTF8.self)
    }

    func liveness(in view: TableReader) throws(StoreError) -> Liveness? {
        guard leastCount > 0 else { return nil }
        let least = leastCount
        return { table, _, value in
            guard table == Totals.counts.number else { return true }
            do throws(ByteError) { return try Int64(stored: value) >= least } catch { return true }
        }
    }
}

/// A log with a topic of two partitions, and how it is filled.
struct Birds {
    static let partition = Partition("birds", 0)
    let log: MemoryLog

    init() throws {
        log = MemoryLog(clock: { Instant(microseconds: 1_372_636_800_000_000) })
        try log.create(TopicSpec("birds", partitions: 2))
    }

    @discardableResult
    func append(_ key: String, _ value: String?, partition: Int32 = 0) async throws -> Position {
        let record = NewRecord(key: Array(key.utf8), value: value.map { Array($0.utf8) })
        return try await log.append(record, to: "birds", partition: partition)
    }

    /// Records of a few keys, by chance.
    func fill(_ count: Int, _ random: inout SeededRandom, partition: Int32 = 0) async throws {
        for _ in 0 ..< count {
            let key = "bird \(Int.random(in: 0 ..< 20, using: &random))"
            try await append(
                key,
                "\(UInt16.random(in: .min ... .max, using: &random))",
                partition: partition
            )
        }
    }
}

/// A store with the family of `Totals`.
func totalsStore() throws -> MemoryStore {
    let store = MemoryStore()
    try store.open(Totals.family)
    return store
}
