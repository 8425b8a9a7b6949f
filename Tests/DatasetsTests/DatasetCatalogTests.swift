import Bytes
import Datasets
import Events
import Projections
import SwiftProtobuf
import Testing

@Suite struct `The catalog of datasets` {
    @Test func `knows a declared dataset until it is deleted`() throws {
        var ledger = try Ledger()
        #expect(try ledger.view().dataset(Flights.name) == nil)
        let declared = try ledger.declare(Flights.text("first"))
        let entry = try #require(try ledger.view().dataset(Flights.name))
        #expect(entry.text == Flights.text("first"))
        #expect(entry.generation == Flights.generation)
        #expect(entry.definition.label?.within.description == "2d")
        #expect(entry.actor == "ada")
        try ledger.declare(Flights.text("second"))
        #expect(try ledger.view().datasets().map(\.definition.description) == ["second"])
        #expect(try ledger.view(asOf: declared).datasets() == [entry])

        let entryNow = try ledger.view().dataset(Flights.name)
        try ledger.feed(DeleteDataset(Flights.name).decide(given: entryNow, users: []))
        #expect(try ledger.view().datasets() == [])
    }

    @Test func `numbers versions from 1 and keeps all that was sealed`() throws {
        var ledger = try Ledger()
        try ledger.declare()
        let manifests = try (1 ... 3).map { try Flights.manifest(rows: $0 * 3, seed: UInt64($0)) }
        var offsets: [Int64] = []
        for manifest in manifests { offsets.append(try #require(try ledger.seal(manifest))) }
        let versions = try ledger.view().versions(Flights.name)
        #expect(versions.map(\.number) == [1, 2, 3])
        #expect(versions.map(\.manifest) == manifests)
        #expect(versions[1].description == "late_arrivals@2")
        #expect(versions[1].sealedAt == Flights.july + .seconds(offsets[1]))
        #expect(try ledger.view().version(Flights.name, 2) == versions[1])
        #expect(try ledger.view().version(Flights.name, 4) == nil)
        #expect(try ledger.view().newest(Flights.name) == versions[2])
        for (index, offset) in offsets.enumerated() {
            let then = ledger.view(asOf: offset)
            #expect(try then.newest(Flights.name) == versions[index])
            #expect(try then.versions(Flights.name) == Array(versions[...index]))
        }
        #expect(try ledger.view(asOf: offsets[0] - 1).newest(Flights.name) == nil)
    }

    @Test func `keeps versions of a deleted dataset, and goes on counting behind them`() throws {
        var ledger = try Ledger()
        try ledger.declare()
        try ledger.seal(Flights.manifest(seed: 1))
        let entry = try ledger.view().dataset(Flights.name)
        try ledger.feed(DeleteDataset(Flights.name).decide(given: entry, users: []))
        #expect(try ledger.view().version(Flights.name, 1) != nil)
        try ledger.declare()
        try ledger.seal(Flights.manifest(seed: 2))
        #expect(try ledger.view().versions(Flights.name).map(\.number) == [1, 2])
    }

    @Test func `takes a version that is not the next one for void`() throws {
        var ledger = try Ledger()
        try ledger.declare()
        var event = try #require(try ledger.sealing(Flights.manifest()))
        for number: Int64 in [0, 2, -1, .max] {
            event.sealed.version = number
            try ledger.feed(event, takesEffect: false)
        }
        #expect(try ledger.view().versions(Flights.name) == [])
        // A void fact takes no number, so the next one has it.
        event.sealed.version = 1
        try ledger.feed(event)
        #expect(try ledger.view().versions(Flights.name).map(\.number) == [1])
    }

    @Test func `takes facts that do not hold together for void`() throws {
        var ledger = try Ledger()
        try ledger.declare()
        let good = try #require(try ledger.sealing(Flights.manifest()))
        let breaks: [(inout DatasetEvent.Sealed) -> Void] = [
            { $0.generation.removeLast() },
            { $0.content.removeLast() },
            { $0.rows += 1 },
            { $0.definition = "{}" },
            { $0.columns[2].type = "int32" },
            { $0.columns.swapAt(0, 1) },
            { $0.chunks[0].digest.removeLast() },
            { $0.chunks[0].rows = -3 },
            { $0.views[0].generation.removeLast() },
        ]
        for damage in breaks {
            var bad = good
            damage(&bad.sealed)
            try ledger.feed(bad, takesEffect: false)
        }
        #expect(try ledger.view().versions(Flights.name) == [])
        var declared = try #require(
            try DeclareDataset(Flights.name, text: Flights.text("x"), generation: Digest(of: []))
                .decide(given: nil)
        )
        declared.declared.definition = "not JSON"
        try ledger.feed(declared, takesEffect: false)
        #expect(try ledger.view().dataset(Flights.name)?.text == Flights.text())
        try ledger.feed(good)
        #expect(try ledger.view().versions(Flights.name).count == 1)
    }

    @Test func `stops at a fact of a later release`() throws {
        var ledger = try Ledger()
        try ledger.declare()
        let unknown = try DatasetEvent(serializedBytes: [0xFA, 0x01, 0x00])
        #expect(unknown.isOfLaterRelease)
        var event = try #require(try ledger.sealing(Flights.manifest()))
        event.unknownFields = unknown.unknownFields
        #expect(throws: FoldStop.self) { try ledger.feed(event, takesEffect: false) }
    }
}
