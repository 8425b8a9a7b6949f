import Bytes
import Events
import FoundationEssentials
import Lab
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

    private typealias Ledger = FoldDriver<EndpointCatalog>

    @Test func `has an endpoint as it was declared last`() throws {
        let ledger = try Ledger()
        #expect(try ledger.entry() == nil)
        #expect(try ledger.declare(Self.definition()) != nil)
        #expect(try ledger.declare(Self.definition()) == nil, "It is as it was.")
        let entry = try #require(try ledger.entry())
        #expect(entry.served.definition == Self.definition())
        #expect(entry.served.generation == Self.definition().generation)
        #expect(entry.revision == 1)
        #expect(entry.actor == "ada")
        #expect(try EndpointCatalog.Entry(stored: entry.storedBytes) == entry)
        #expect(try ledger.declare(Self.definition(missing: .refuse)) != nil)
        #expect(try ledger.entry()?.served.definition?.missing == .refuse)
        #expect(
            try EndpointCatalog.View(ledger.store).endpoints().map(\.served.name) == [
                Self.name
            ]
        )
    }

    @Test func `shows an endpoint as it stood after any fact`() throws {
        let ledger = try Ledger()
        let first = try #require(try ledger.declare(Self.definition()))
        let second = try #require(try ledger.declare(Self.definition(model: "other")))
        let third = try ledger.feed(.deleted(Self.name))
        #expect(try ledger.entry(asOf: first - 1) == nil)
        #expect(try ledger.entry(asOf: first)?.served.definition == Self.definition())
        #expect(
            try ledger.entry(asOf: second)?.served.definition == Self.definition(model: "other")
        )
        #expect(try ledger.entry(asOf: third) == nil)
        #expect(try EndpointCatalog.View(ledger.store).endpoints().isEmpty)
        try ledger.declare(Self.definition())
        #expect(try ledger.entry()?.revision == 4, "It goes on counting.")
    }

    @Test func `counts what this release does not take, says why, and goes on`() throws {
        let good = try #require(DeclareEndpoint(Self.definition()).decide(given: nil))
        let breaks: [(String, (inout EndpointEvent.Declared) -> Void)] = [
            ("it is not JSON", { $0.definition = "" }),
            ("`kind` is missing", { $0.definition = "{}" }),
            ("it is not JSON", { $0.definition += "x" }),
            (
                "nowhere",
                { $0.definition = $0.definition.replacing("production", with: "nowhere") }
            ),
            (
                "name: it is `another` here.",
                {
                    let name = "\"name\":\"\(Self.name)\""
                    $0.definition = $0.definition.replacing(name, with: "\"name\":\"another\"")
                }
            ),
        ]
        for (reason, damage) in breaks {
            let ledger = try Ledger()
            var bad = good
            damage(&bad.declared)
            let first = try ledger.feed(bad)
            let entry = try #require(try ledger.entry())
            #expect(entry.revision == 1)
            #expect(entry.served.text == bad.declared.definition)
            #expect(entry.served.definition == nil)
            #expect(entry.served.fault?.description.contains(reason) == true, "\(entry)")
            #expect(try ledger.declare(Self.definition()) != nil)
            #expect(try ledger.entry()?.served.definition == Self.definition())
            #expect(try ledger.entry()?.revision == 2)
            #expect(try ledger.entry(asOf: first)?.served.fault != nil)
        }
    }

    @Test func `keeps the generation that the fact names, whatever this release would call it`()
        throws
    {
        for bytes in [Digest(of: [7]).bytes, [1, 2, 3], []] {
            let ledger = try Ledger()
            var event = try #require(DeclareEndpoint(Self.definition()).decide(given: nil))
            event.declared.generation = .init(bytes)
            try ledger.feed(event)
            let entry = try #require(try ledger.entry())
            #expect(entry.served.definition == Self.definition())
            var hasher = DigestHasher()
            for part in ["Endpoint", Self.name, entry.served.text] { hasher.updateCounted(part) }
            #expect(entry.served.generation == Digest(bytes: bytes) ?? hasher.finish())
        }
    }

    @Test func `takes facts of another subject, or without the next number, for void`() throws {
        var ledger = try Ledger()
        let good = try #require(DeclareEndpoint(Self.definition()).decide(given: nil))
        var renamed = Self.definition()
        renamed.name = "another"
        try ledger.feed(
            try #require(DeclareEndpoint(renamed).decide(given: nil)),
            about: Self.name
        )
        #expect(try ledger.entry() == nil, "It has used up a number.")
        ledger = try Ledger()
        for revision: Int64 in [0, 2, -1, .max] {
            try ledger.feed(good, revision: revision)
            #expect(try ledger.entry() == nil)
        }
        try ledger.feed(good, id: EventID(high: 7, low: 99))
        let other = try #require(
            DeclareEndpoint(Self.definition(model: "other")).decide(given: ledger.entry())
        )
        try ledger.feed(other, revision: 1)
        try ledger.feed(other, id: EventID(high: 7, low: 99))
        #expect(try ledger.entry()?.served.definition == Self.definition())
        try ledger.feed(other)
        #expect(try ledger.entry()?.served.definition == Self.definition(model: "other"))
    }

    @Test func `stops at a fact of a later release`() throws {
        let ledger = try Ledger()
        var event = try #require(DeclareEndpoint(Self.definition()).decide(given: nil))
        event.unknownFields = try EndpointEvent(serializedBytes: [0xFA, 0x01, 0x00]).unknownFields
        #expect(event.isOfLaterRelease)
        #expect(throws: FoldStop.self) { try ledger.feed(event) }
    }

    @Test func `has one digest whatever the size of the batches`() throws {
        let ledger = try Ledger()
        for round in 0 ..< 20 {
            try ledger.declare(Self.definition(model: "m\(round % 3)"))
            if round % 7 == 6 {
                try ledger.feed(.deleted(Self.name))
            }
        }
        let digests = try [1, 2, 5, 100].map { try ledger.digests(batchLimit: $0) }
        #expect(Set(digests).count == 1)
        #expect(digests[0].allSatisfy { $0 != nil })
    }

    @Test func `says in each refusal what to do next`() {
        let refusals: [ServingRefusal] = [
            .unknownEndpoint("e"), .unknownPrediction("p"),
            .ambiguousPrediction("p", ["p1", "p2"]),
            .noVersion(model: "m", stage: "production"),
            .missingFeatures(endpoint: "e", ["a", "b"]),
        ]
        for refusal in refusals { #expect(refusal.description.count > 30) }
        #expect(Set(refusals.map(\.description)).count == refusals.count)
    }
}

extension FoldDriver<EndpointCatalog> {
    fileprivate func entry(asOf offset: Offset? = nil) throws -> EndpointCatalog.Entry? {
        try view(asOf: offset).endpoint("late-arrival")
    }

    @discardableResult
    fileprivate func declare(_ definition: EndpointDefinition) throws -> Offset? {
        guard let event = DeclareEndpoint(definition).decide(given: try entry()) else {
            return nil
        }
        return try feed(event)
    }
}
