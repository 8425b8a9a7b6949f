public import Bytes
public import Events
public import Logs
public import Projections
public import Store

/// A fold with rows of its own, fed record by record, one batch each.
public final class FoldDriver<Fold: Projection> {
    public let fold: Fold
    public let store = MemoryStore()
    public private(set) var records: [Int32: [Record]] = [:]

    public init(_ fold: Fold) throws {
        self.fold = fold
        try store.open(fold.family)
    }

    /// When the first fact is decided: 2013-07-01T00:00:00Z.
    public static var start: Instant { Instant(microseconds: 1_372_636_800_000_000) }
    /// When the log got the records: after all that they tell of.
    private static var arrival: Instant { start + .seconds(3_600) }

    /// Appends a record and folds it; returns its offset.
    @discardableResult
    public func feed(_ new: NewRecord, partition: Int32 = 0) throws -> Offset {
        let offset = Offset(records[partition]?.count ?? 0)
        let record = Record(
            offset: offset,
            timestamp: new.timestamp ?? Self.arrival,
            key: new.key?[...],
            value: new.value?[...],
            headers: new.headers
        )
        var changes = Changes(
            over: store,
            family: fold.family,
            shelf: fold.shelf(of: partition),
            at: offset
        )
        _ = try fold.apply(record, of: Partition(fold.topic, partition), to: &changes)
        if let failure = changes.failure { throw failure }
        try store.write(changes.batch(), to: fold.family)
        records[partition, default: []].append(record)
        return offset
    }

    /// The same records in a log.
    public func log() throws -> MemoryLog {
        let log = MemoryLog(clock: { Self.arrival })
        let count = (records.keys.max() ?? 0) + 1
        try log.create(TopicSpec(fold.topic, partitions: count, stamp: .log))
        for partition in 0 ..< count {
            for record in records[partition] ?? [] {
                let new = NewRecord(
                    key: record.key.map { Array($0) },
                    value: record.value.map { Array($0) },
                    headers: record.headers,
                    timestamp: record.timestamp
                )
                log.append(new, to: fold.topic, partition: partition) { _ in }
            }
        }
        return log
    }

    /// Digests of the same records as a replay gives them, in batches of one size.
    public func digests(batchLimit: Int) throws -> [StateDigest?] {
        let log = try log()
        let store = MemoryStore()
        try store.open(fold.family)
        return try (0 ... (records.keys.max() ?? 0)).map { partition in
            let end = Offset(records[partition]?.count ?? 0)
            try Replay(fold, of: Partition(fold.topic, partition), batchLimit: batchLimit)
                .fold(from: 0, to: end, log: log, into: store)
            return try fold.digest(of: partition, in: store)
        }
    }
}

extension FoldDriver where Fold: Catalog {
    public convenience init() throws { try self.init(Fold()) }

    public var view: CatalogView<Fold> { CatalogView(store) }
    public func view(asOf offset: Offset?) -> CatalogView<Fold> {
        CatalogView(store, asOf: offset)
    }

    /// The number of the last fact of a subject that counted; 0: none did.
    public func revision(of subject: String) throws -> Int64 {
        try view.tables.get(Arbiter.subjects, subject) ?? 0
    }

    /// Folds a fact, and returns its offset.
    ///
    /// `about`: What the envelope says; nil: as the fact does.
    /// `revision`: Nil: the next one of its subject.
    @discardableResult
    public func feed(
        _ event: Fold.Event,
        about given: String? = nil,
        by actor: String? = "ada",
        revision: Int64? = nil,
        id: EventID? = nil
    ) throws -> Offset {
        let subject = given ?? event.subject ?? ""
        let number = Int64(records[0]?.count ?? 0)
        let envelope = Envelope(
            id: id ?? EventID(of: number.orderedBytes),
            subject: subject,
            time: Self.start + .seconds(number),
            actor: actor,
            revision: try revision ?? self.revision(of: subject) + 1
        )
        return try feed(event.newRecord(envelope))
    }
}
