import Bytes
import Datasets
import Events
import Logs
import Projections
import Store

/// A catalog that facts are fed into, one batch each.
struct Ledger {
    let store = MemoryStore()
    private let catalog = DatasetCatalog()
    private var offset: Offset = -1
    private var revisions: [String: Int64] = [:]

    init() throws { try store.open(DatasetCatalog.family) }

    func view(asOf offset: Offset? = nil) -> DatasetCatalog.View {
        DatasetCatalog.View(store, asOf: offset)
    }

    /// Feeds a fact, and returns its offset.
    ///
    /// `takesEffect`: Whether the next fact of the subject has a greater number.
    @discardableResult
    mutating func feed(
        _ event: DatasetEvent,
        subject: String = Flights.name,
        takesEffect: Bool = true
    ) throws -> Offset {
        offset += 1
        let revision = (revisions[subject] ?? 0) + 1
        if takesEffect { revisions[subject] = revision }
        let new = event.newRecord(
            Envelope(
                id: EventID(high: 7, low: UInt64(offset)),
                subject: subject,
                time: Flights.july + .seconds(offset),
                actor: "ada",
                revision: revision
            )
        )
        let record = Record(
            offset: offset,
            timestamp: Flights.july,
            key: new.key?[...],
            value: new.value?[...],
            headers: new.headers
        )
        var changes = Changes(
            over: store,
            family: catalog.family,
            shelf: catalog.shelf(of: 0),
            at: offset
        )
        _ = try catalog.apply(record, of: Partition(catalog.topic, 0), to: &changes)
        if let failure = changes.failure { throw failure }
        try store.write(changes.batch(), to: catalog.family)
        return offset
    }

    @discardableResult
    mutating func declare(
        _ text: String = Flights.text(),
        _ generation: Digest = Flights.generation
    ) throws -> Offset? {
        let command = DeclareDataset(Flights.name, text: text, generation: generation)
        guard let event = try command.decide(given: view().dataset(Flights.name)) else {
            return nil
        }
        return try feed(event)
    }

    /// What the command decides, with everything closed.
    func sealing(_ manifest: DatasetManifest) throws -> DatasetEvent? {
        try SealDataset(Flights.name, manifest).decide(
            given: view().dataset(Flights.name),
            versions: view().versions(Flights.name),
            latestClosed: manifest.to
        )
    }

    @discardableResult
    mutating func seal(_ manifest: DatasetManifest) throws -> Offset? {
        guard let event = try sealing(manifest) else { return nil }
        return try feed(event)
    }
}
