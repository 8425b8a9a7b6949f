import Bytes
import Datasets
import Documents
import Events
import Lab
import Projections
import SwiftProtobuf
import Testing

@Suite struct `The catalog of datasets` {
    @Test func `knows a declared dataset until it is deleted`() throws {
        let ledger = try Ledger()
        #expect(try ledger.view.dataset(Flights.name) == nil)
        let declared = try ledger.declare(Flights.text("first"))
        let entry = try #require(try ledger.view.dataset(Flights.name))
        let canonical = try DatasetDefinition(canonical: Flights.text("first"))
        #expect(entry.served.text == canonical.canonicalText)
        #expect(entry.served.generation == Flights.generation)
        #expect(entry.served.definition?.label?.within.description == "2d")
        #expect(entry.actor == "ada")
        try ledger.declare(Flights.text("second"))
        #expect(try ledger.view.datasets().map(\.served.definition?.description) == ["second"])
        #expect(try ledger.view(asOf: declared).datasets() == [entry])

        try ledger.feed(.deleted(Flights.name))
        #expect(try ledger.view.datasets() == [])
    }

    @Test func `numbers versions from 1 and keeps all that was sealed`() throws {
        let ledger = try Ledger()
        try ledger.declare()
        let manifests = try (1 ... 3).map { try Flights.manifest(rows: $0 * 3, seed: UInt64($0)) }
        var offsets: [Int64] = []
        for manifest in manifests { offsets.append(try #require(try ledger.seal(manifest))) }
        let versions = try ledger.view.versions(Flights.name)
        #expect(versions.map(\.number) == [1, 2, 3])
        #expect(versions.map(\.manifest) == manifests)
        #expect(versions[1].description == "late_arrivals@2")
        #expect(versions[1].sealedAt == Flights.july + .seconds(offsets[1]))
        #expect(try ledger.view.version(Flights.name, 2) == versions[1])
        #expect(try ledger.view.version(Flights.name, 4) == nil)
        #expect(try ledger.view.newest(Flights.name) == versions[2])
        for (index, offset) in offsets.enumerated() {
            let then = ledger.view(asOf: offset)
            #expect(try then.newest(Flights.name) == versions[index])
            #expect(try then.versions(Flights.name) == Array(versions[...index]))
        }
        #expect(try ledger.view(asOf: offsets[0] - 1).newest(Flights.name) == nil)
    }

    @Test func `keeps versions of a deleted dataset, and goes on counting behind them`() throws {
        let ledger = try Ledger()
        try ledger.declare()
        try ledger.seal(Flights.manifest(seed: 1))
        try ledger.feed(.deleted(Flights.name))
        #expect(try ledger.view.version(Flights.name, 1) != nil)
        try ledger.declare()
        try ledger.seal(Flights.manifest(seed: 2))
        #expect(try ledger.view.versions(Flights.name).map(\.number) == [1, 2])
    }

    @Test func `takes a version that is not the next one for void`() throws {
        let ledger = try Ledger()
        try ledger.declare()
        var event = try #require(try ledger.sealing(Flights.manifest()))
        for number: Int64 in [0, 2, -1, .max] {
            event.sealed.version = number
            try ledger.feed(event)
        }
        #expect(try ledger.view.versions(Flights.name) == [])
        event.sealed.version = 1
        try ledger.feed(event)
        #expect(try ledger.view.versions(Flights.name).map(\.number) == [1])
    }

    @Test func `takes facts that do not hold together for void`() throws {
        let ledger = try Ledger()
        try ledger.declare()
        let good = try #require(try ledger.sealing(Flights.manifest()))
        let breaks: [(inout DatasetEvent.Sealed) -> Void] = [
            { $0.generation.removeLast() },
            { $0.content.removeLast() },
            { $0.rows += 1 },
            { $0.columns[2].type = "int32" },
            { $0.columns.swapAt(0, 1) },
            { $0.chunks[0].digest.removeLast() },
            { $0.chunks[0].rows = -3 },
            { $0.views[0].generation.removeLast() },
        ]
        for damage in breaks {
            var bad = good
            damage(&bad.sealed)
            try ledger.feed(bad)
        }
        #expect(try ledger.view.versions(Flights.name) == [])
        try ledger.feed(good)
        #expect(try ledger.view.versions(Flights.name).count == 1)
    }

    @Test func `counts what cannot be read, says why, and goes on`() throws {
        let ledger = try Ledger()
        var declared = try #require(
            DeclareDataset(try DatasetDefinition(canonical: Flights.text("x"))).decide(given: nil)
        )
        declared.declared.definition = "not JSON"
        try ledger.feed(declared)
        let entry = try #require(try ledger.view.dataset(Flights.name))
        #expect(entry.served.text == "not JSON")
        #expect(entry.served.fault != nil)
        #expect(throws: DatasetRefusal.unusable(try #require(entry.served.fault))) {
            _ = try ledger.sealing(Flights.manifest())
        }
        try ledger.declare()
        #expect(try ledger.view.dataset(Flights.name)?.revision == 2)
        #expect(try ledger.view.dataset(Flights.name)?.served.fault == nil)
    }

    @Test func `keeps a version though its definition cannot be read any more`() throws {
        let ledger = try Ledger()
        try ledger.declare()
        var event = try #require(try ledger.sealing(Flights.manifest()))
        event.sealed.definition = event.sealed.definition.replacing(
            "\"rows\"",
            with: "\"lines\""
        )
        try ledger.feed(event)
        let version = try #require(try ledger.view.versions(Flights.name).first)
        #expect(version.manifest.columns.label?.name == event.sealed.columns.last?.name)
        #expect(version.manifest.definition == event.sealed.definition)
    }

    @Test func `stops at a fact of a later release`() throws {
        let ledger = try Ledger()
        try ledger.declare()
        let unknown = try DatasetEvent(serializedBytes: [0xFA, 0x01, 0x00])
        #expect(unknown.isOfLaterRelease)
        var event = try #require(try ledger.sealing(Flights.manifest()))
        event.unknownFields = unknown.unknownFields
        #expect(throws: FoldStop.self) { try ledger.feed(event) }
    }
}
