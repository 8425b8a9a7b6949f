import Bytes
import Events
import Features
import Logs
import Projections
import Records
import Store

/// A catalog of views that facts are fed into, one batch each.
struct FeatureLedger {
    static let name = "seen"
    let store = MemoryStore()
    private let catalog = FeatureCatalog()
    private var offset: Offset = -1
    private var revisions: [String: Int64] = [:]

    init() throws { try store.open(FeatureCatalog.family) }

    func view(asOf offset: Offset? = nil) -> FeatureCatalog.View {
        FeatureCatalog.View(store, asOf: offset)
    }

    func entry(asOf offset: Offset? = nil) throws -> FeatureCatalog.Entry? {
        try view(asOf: offset).view(Self.name)
    }

    /// Feeds a fact, and returns its offset.
    ///
    /// `revision`: The next one of the subject where it is nil.
    @discardableResult
    mutating func feed(
        _ event: FeatureEvent,
        subject: String = Self.name,
        revision given: Int64? = nil,
        id: UInt64? = nil,
        takesEffect: Bool = true
    ) throws -> Offset {
        offset += 1
        let revision = given ?? (revisions[subject] ?? 0) + 1
        if takesEffect { revisions[subject] = revision }
        let new = event.newRecord(
            Envelope(
                id: EventID(high: 7, low: id ?? UInt64(offset)),
                subject: subject,
                time: Sightings.start + .seconds(offset),
                actor: "ada",
                revision: revision
            )
        )
        let record = Record(
            offset: offset,
            timestamp: Sightings.start,
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

    /// A view of sightings with one window of some seconds.
    static func definition(
        seconds: Int64 = 60,
        words: String = "",
        name: String = Self.name
    ) -> FeatureViewDefinition {
        let feature = FeatureViewDefinition.Aggregate(
            "sightings",
            .count,
            of: nil,
            over: [.seconds(seconds)]
        )
        return FeatureViewDefinition(
            name: name,
            description: words,
            source: .stream(
                .init(
                    stream: "sightings",
                    entity: "who",
                    filter: nil,
                    ttl: nil,
                    features: [feature]
                )
            )
        )
    }

    func declaring(
        _ definition: FeatureViewDefinition,
        over stream: StreamDefinition = Sightings.stream()
    ) throws -> FeatureEvent? {
        try DeclareView(definition, over: stream).decide(given: entry())
    }

    @discardableResult
    mutating func declare(
        _ definition: FeatureViewDefinition = Self.definition(),
        over stream: StreamDefinition = Sightings.stream()
    ) throws -> Offset? {
        guard let event = try declaring(definition, over: stream) else { return nil }
        return try feed(event)
    }
}
