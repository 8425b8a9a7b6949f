import Bytes
import Events
import Logs
import Projections
import Store

/// Records that are folded into a store of their own, one batch each or several together.
struct FoldedRecords<Fold: Projection> {
    let fold: Fold
    let store = MemoryStore()
    private(set) var records: [Int32: [Record]] = [:]

    init(_ fold: Fold) throws {
        self.fold = fold
        try store.open(fold.family)
    }

    static var july: Instant { Instant(microseconds: 1_372_636_800_000_000) }
    /// When the log got them: after all that they tell of.
    private static var arrival: Instant { july + .seconds(3_600) }

    /// Appends a record and folds it; returns its offset.
    @discardableResult
    mutating func feed(_ new: NewRecord, partition: Int32 = 0) throws -> Offset {
        let offset = Offset(records[partition]?.count ?? 0)
        let record = Record(
            offset: offset,
            timestamp: new.timestamp ?? Self.arrival,
            key: new.key?[...],
            value: new.value?[...],
            headers: new.headers
        )
        try Self.fold([record][...], with: fold, partition, into: store)
        records[partition, default: []].append(record)
        return offset
    }

    private static func fold(
        _ records: ArraySlice<Record>,
        with fold: Fold,
        _ partition: Int32,
        into store: MemoryStore
    ) throws {
        guard let first = records.first else { return }
        var changes = Changes(
            over: store,
            family: fold.family,
            shelf: fold.shelf(of: partition),
            at: first.offset
        )
        for record in records {
            changes.offset = record.offset
            _ = try fold.apply(record, of: Partition(fold.topic, partition), to: &changes)
        }
        if let failure = changes.failure { throw failure }
        try store.write(changes.batch(), to: fold.family)
    }

    /// Digests of the same records as a replay gives them, in batches of one size.
    func digests(batchLimit: Int) throws -> [StateDigest?] {
        let log = MemoryLog(clock: { Self.arrival })
        let count = (records.keys.max() ?? 0) + 1
        try log.create(TopicSpec(fold.topic, partitions: count, stamp: .log))
        let store = MemoryStore()
        try store.open(fold.family)
        return try (0 ..< count).map { partition in
            for record in records[partition] ?? [] {
                let new = NewRecord(
                    key: record.key.map { Array($0) },
                    value: record.value.map { Array($0) },
                    headers: record.headers,
                    timestamp: record.timestamp
                )
                log.append(new, to: fold.topic, partition: partition) { _ in }
            }
            let end = Offset(records[partition]?.count ?? 0)
            try Replay(fold, of: Partition(fold.topic, partition), batchLimit: batchLimit)
                .fold(from: 0, to: end, log: log, into: store)
            return try fold.digest(of: partition, in: store)
        }
    }
}
