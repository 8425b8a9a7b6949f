import Bytes
import Events
import Logs
import ModelRegistry
import Projections
import Store
import SwiftProtobuf

/// A catalog that is folded fact by fact.
final class Registry {
    static let partition = Partition(ModelCatalog().topic, 0)
    static let start = Instant(microseconds: 1_372_636_800_000_000)

    let store = MemoryStore()
    private(set) var records: [NewRecord] = []
    private var revisions: [String: Int64] = [:]

    init() throws { try store.open(ModelCatalog.family) }

    var view: ModelCatalog.View { ModelCatalog.View(store) }
    func view(asOf offset: Offset) -> ModelCatalog.View { ModelCatalog.View(store, asOf: offset) }

    /// Folds a fact with the next number of its model, and gives its offset.
    @discardableResult
    func feed(_ event: ModelEvent, by actor: String? = "ada") throws -> Offset {
        let model = event.model
        let revision = (revisions[model] ?? 0) + 1
        revisions[model] = revision
        return try feed(event, by: actor, about: model, revision: revision)
    }

    @discardableResult
    func feed(
        _ event: ModelEvent,
        by actor: String?,
        about subject: String,
        revision: Int64
    ) throws -> Offset {
        let number = Int64(records.count)
        let envelope = Envelope(
            id: EventID(of: number.orderedBytes),
            subject: subject,
            time: Self.start + .seconds(number),
            actor: actor,
            revision: revision
        )
        records.append(event.newRecord(envelope))
        var changes = Changes(
            over: store,
            family: ModelCatalog.family,
            shelf: ModelCatalog().shelf(of: 0),
            at: number
        )
        _ = try ModelCatalog().apply(records[records.count - 1].at(number), to: &changes)
        if let failure = changes.failure { throw failure }
        try store.write(changes.batch(), to: ModelCatalog.family)
        return number
    }

    /// The same facts in a log.
    func log(first count: Int? = nil) async throws -> MemoryLog {
        let log = MemoryLog(clock: { Self.start })
        try log.create(ModelEvent.topic)
        for record in records.prefix(count ?? records.count) {
            _ = try await log.append(record, to: Self.partition.topic, partition: 0)
        }
        return log
    }
}

extension ModelCatalog {
    func apply(_ record: Record, to changes: inout Changes) throws(FoldStop) -> Reaction? {
        try apply(record, of: Registry.partition, to: &changes)
    }
}

extension NewRecord {
    fileprivate func at(_ offset: Offset) -> Record {
        Record(
            offset: offset,
            timestamp: Registry.start,
            key: key.map { $0[...] },
            value: value.map { $0[...] },
            headers: headers
        )
    }
}

extension ModelEvent {
    var model: String {
        switch fact {
        case .declared(let fact): fact.name
        case .deleted(let fact): fact.name
        case .versionRegistered(let fact): fact.name
        case .versionApproved(let fact): fact.name
        case .versionPromoted(let fact): fact.name
        case .rolledBack(let fact): fact.name
        case nil: ""
        }
    }
}
