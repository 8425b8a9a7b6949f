import Bytes
import Documents
import Events
import FoundationEssentials
import Logs
import Projections
import Serving
import Store
import SwiftProtobuf
import Testing

@Suite struct `The catalog of endpoints` {
    private static let name = "late-arrival"

    private static func definition(
        model: String = "late-arrival",
        missing: EndpointDefinition.Missing = .keep
    ) -> EndpointDefinition {
        EndpointDefinition(
            name: name,
            model: .init(model, .stage("production")),
            answer: .init(stream: "scheduled", from: nil, wait: .unlimited),
            durability: .acked,
            missing: missing
        )
    }

    /// A catalog that facts are fed into.
    private struct Ledger {
        var folded: FoldedRecords<EndpointCatalog>
        var count: UInt64 = 0
        var revision: Int64 = 0

        init() throws { folded = try FoldedRecords(EndpointCatalog()) }

        func entry(asOf offset: Offset? = nil) throws -> EndpointCatalog.Entry? {
            try EndpointCatalog.View(folded.store, asOf: offset).endpoint(name)
        }

        @discardableResult
        mutating func feed(
            _ event: EndpointEvent,
            revision given: Int64? = nil,
            id: UInt64? = nil,
            takesEffect: Bool = true
        ) throws -> Offset {
            count += 1
            let next = given ?? revision + 1
            if takesEffect { revision = next }
            let envelope = Envelope(
                id: EventID(high: 7, low: id ?? count),
                subject: name,
                time: FoldedRecords<EndpointCatalog>.july,
                actor: "ada",
                revision: next
            )
            return try folded.feed(event.newRecord(envelope))
        }

        @discardableResult
        mutating func declare(_ definition: EndpointDefinition) throws -> Offset? {
            guard let event = DeclareEndpoint(definition).decide(given: try entry()) else {
                return nil
            }
            return try feed(event)
        }
    }

    @Test func `has an endpoint as it was declared last`() throws {
        var ledger = try Ledger()
        #expect(try ledger.entry() == nil)
        #expect(try ledger.declare(Self.definition()) != nil)
        #expect(try ledger.declare(Self.definition()) == nil, "It is as it was.")
        let entry = try #require(try ledger.entry())
        #expect(entry.definition == Self.definition())
        #expect(entry.generation == Self.definition().generation)
        #expect(entry.revision == 1)
        #expect(entry.actor == "ada")
        #expect(try EndpointCatalog.Entry(stored: entry.storedBytes) == entry)
        #expect(try ledger.declare(Self.definition(missing: .refuse)) != nil)
        #expect(try ledger.entry()?.definition?.missing == .refuse)
        #expect(
            try EndpointCatalog.View(ledger.folded.store).endpoints().map(\.name) == [Self.name]
        )
    }

    @Test func `shows an endpoint as it stood after any fact`() throws {
        var ledger = try Ledger()
        let first = try #require(try ledger.declare(Self.definition()))
        let second = try #require(try ledger.declare(Self.definition(model: "other")))
        let deleting = try DeleteEndpoint(Self.name).decide(given: ledger.entry())
        let third = try ledger.feed(deleting)
        #expect(try ledger.entry(asOf: first - 1) == nil)
        #expect(try ledger.entry(asOf: first)?.definition == Self.definition())
        #expect(try ledger.entry(asOf: second)?.definition == Self.definition(model: "other"))
        #expect(try ledger.entry(asOf: third) == nil)
        #expect(try EndpointCatalog.View(ledger.folded.store).endpoints().isEmpty)
        try ledger.declare(Self.definition())
        #expect(try ledger.entry()?.revision == 4, "It goes on counting.")
    }

    @Test func `takes facts that cannot be read, or do not have the next number, for void`() throws
    {
        var ledger = try Ledger()
        let good = try #require(DeclareEndpoint(Self.definition()).decide(given: nil))
        var renamed = Self.definition()
        renamed.name = "another"
        let another = try #require(DeclareEndpoint(renamed).decide(given: nil))
        let breaks: [(inout EndpointEvent.Declared) -> Void] = [
            { $0.generation.removeLast() }, { $0.definition = "" }, { $0.definition = "{}" },
            { $0.definition += "x" },
            { $0.definition = $0.definition.replacing("production", with: "nowhere") },
            { $0.generation = .init(Digest(of: []).bytes) },
            { $0 = another.declared },
        ]
        for damage in breaks {
            var bad = good
            damage(&bad.declared)
            try ledger.feed(bad, takesEffect: false)
            #expect(try ledger.entry() == nil)
        }
        for revision: Int64 in [0, 2, -1, .max] {
            try ledger.feed(good, revision: revision, takesEffect: false)
            #expect(try ledger.entry() == nil)
        }
        try ledger.feed(good, id: 99)
        let other = try #require(
            DeclareEndpoint(Self.definition(model: "other")).decide(given: ledger.entry())
        )
        try ledger.feed(other, revision: 1, takesEffect: false)
        try ledger.feed(other, id: 99, takesEffect: false)
        #expect(try ledger.entry()?.definition == Self.definition())
        try ledger.feed(other)
        #expect(try ledger.entry()?.definition == Self.definition(model: "other"))
    }

    @Test func `stops at a fact of a later release`() throws {
        var ledger = try Ledger()
        var event = try #require(DeclareEndpoint(Self.definition()).decide(given: nil))
        event.unknownFields = try EndpointEvent(serializedBytes: [0xFA, 0x01, 0x00]).unknownFields
        #expect(event.isOfLaterRelease)
        #expect(throws: FoldStop.self) { try ledger.feed(event, takesEffect: false) }
    }

    @Test func `has one digest whatever the size of the batches`() throws {
        var ledger = try Ledger()
        for round in 0 ..< 20 {
            try ledger.declare(Self.definition(model: "m\(round % 3)"))
            if round % 7 == 6 {
                try ledger.feed(DeleteEndpoint(Self.name).decide(given: ledger.entry()))
            }
        }
        let digests = try [1, 2, 5, 100].map { try ledger.folded.digests(batchLimit: $0) }
        #expect(Set(digests).count == 1)
        #expect(digests[0].allSatisfy { $0 != nil })
    }

    @Test func `refuses to delete what is not there`() {
        #expect(throws: ServingRefusal.unknownEndpoint("x")) {
            try DeleteEndpoint("x").decide(given: nil)
        }
        let refusals: [ServingRefusal] = [
            .unknownEndpoint("e"), .unknownPrediction("p"), .ambiguousPrediction("p"),
            .noVersion(model: "m", stage: "production"),
            .missingFeatures(endpoint: "e", ["a", "b"]),
        ]
        for refusal in refusals { #expect(refusal.description.count > 30) }
        #expect(Set(refusals.map(\.description)).count == refusals.count)
    }
}
