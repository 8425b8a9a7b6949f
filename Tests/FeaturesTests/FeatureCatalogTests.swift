import Bytes
import Events
import Features
import FoundationEssentials
import Projections
import Records
import SwiftProtobuf
import Testing

@Suite struct `The catalog of feature views` {
    private let minute = FeatureLedger.definition()
    private let hour = FeatureLedger.definition(seconds: 3_600)
    private let stream = Sightings.stream()

    @Test func `serves a new view at once, as it was declared`() throws {
        var ledger = try FeatureLedger()
        #expect(try ledger.entry() == nil)
        try ledger.declare(minute)
        let entry = try #require(try ledger.entry())
        #expect(entry.served.view?.definition == minute)
        #expect(entry.served.generation == minute.generation(over: stream))
        #expect(entry.next == nil)
        #expect(entry.revision == 1)
        #expect(entry.declaredAt == Sightings.start)
        #expect(entry.actor == "ada")
        #expect(try ledger.view().views().map(\.name) == [FeatureLedger.name])
        #expect(try FeatureCatalog.Entry(stored: entry.storedBytes) == entry)
    }

    @Test func `builds a changed view beside the one that is served, until it is switched`() throws
    {
        var ledger = try FeatureLedger()
        try ledger.declare(minute)
        try ledger.declare(hour)
        let building = try #require(try ledger.entry())
        #expect(building.served.view?.definition == minute)
        #expect(building.next?.view?.definition == hour)
        let generation = hour.generation(over: stream)
        #expect(try FeatureCatalog.Entry(stored: building.storedBytes) == building)
        let event = try SwitchView(FeatureLedger.name, to: generation).decide(given: building)
        try ledger.feed(try #require(event))
        let entry = try #require(try ledger.entry())
        #expect(entry.served.view?.definition == hour)
        #expect(entry.next == nil)
        for old in [minute, hour] {
            let declaration = try ledger.view().declaration(of: old.generation(over: stream))
            #expect(declaration?.view?.definition == old, "What was trained with stays readable.")
        }
    }

    @Test func `changes words at once, because they build nothing`() throws {
        var ledger = try FeatureLedger()
        try ledger.declare(minute)
        try ledger.declare(FeatureLedger.definition(words: "Who was seen."))
        let entry = try #require(try ledger.entry())
        #expect(entry.served.view?.definition.description == "Who was seen.")
        #expect(entry.next == nil)
        // More partitions of the same stream are served at once too.
        try ledger.declare(minute, over: Sightings.stream(partitions: 3))
        #expect(try ledger.entry()?.next == nil)
        #expect(try ledger.entry()?.served.stream == Sightings.stream(partitions: 3).canonicalText)
    }

    @Test func `goes back to what is served when that is declared again`() throws {
        var ledger = try FeatureLedger()
        try ledger.declare(minute)
        try ledger.declare(hour)
        try ledger.declare(minute)
        let entry = try #require(try ledger.entry())
        #expect(entry.served.view?.definition == minute)
        #expect(entry.next == nil)
        #expect(entry.revision == 3)
    }

    @Test func `builds anew where the stream reads its records otherwise`() throws {
        var ledger = try FeatureLedger()
        try ledger.declare(minute)
        try ledger.declare(minute, over: Sightings.stream(lateness: .seconds(5)))
        #expect(try ledger.entry()?.next != nil)
    }

    @Test func `takes a switch to anything but what is being built for void`() throws {
        var ledger = try FeatureLedger()
        try ledger.declare(minute)
        try ledger.declare(hour)
        let before = try ledger.entry()
        for bytes in [minute.generation(over: stream).bytes, [], Digest(of: []).bytes] {
            try ledger.feed(
                FeatureEvent.with {
                    $0.switched = .with {
                        $0.name = FeatureLedger.name
                        $0.generation = .init(bytes)
                    }
                }
            )
        }
        #expect(try ledger.entry() == before)
    }

    @Test func `takes a fact that does not have the next number, or an old id, for void`() throws {
        var ledger = try FeatureLedger()
        let event = try #require(try ledger.declaring(hour))
        for revision: Int64 in [0, 2, -1, .max] {
            try ledger.feed(event, revision: revision, takesEffect: false)
            #expect(try ledger.entry() == nil)
        }
        try ledger.feed(try #require(try ledger.declaring(minute)), id: 99)
        try ledger.feed(event, revision: 1, takesEffect: false)
        try ledger.feed(event, id: 99, takesEffect: false)
        #expect(try ledger.entry()?.next == nil)
        // A void fact takes no number, so the next one has it.
        try ledger.feed(event)
        #expect(try ledger.entry()?.next?.view?.definition == hour)
    }

    @Test func `takes a declaration that cannot be read for void`() throws {
        var ledger = try FeatureLedger()
        let good = try #require(try ledger.declaring(minute))
        let other = try #require(try ledger.declaring(hour)).declared
        let renamed = try #require(
            try DeclareView(FeatureLedger.definition(name: "others"), over: stream).decide(
                given: nil
            )
        )
        let breaks: [(inout FeatureEvent.Declared) -> Void] = [
            { $0.generation.removeLast() }, { $0.generation = .init() },
            { $0.definition = "" }, { $0.definition = "{}" }, { $0.definition += "x" },
            { $0.stream = "" }, { $0.stream = "{}" },
            { $0.stream = $0.stream.replacing("who", with: "whom") },
            { $0.generation = other.generation }, { $0 = renamed.declared },
        ]
        for (number, damage) in breaks.enumerated() {
            var bad = good
            damage(&bad.declared)
            try ledger.feed(bad, takesEffect: false)
            #expect(try ledger.entry() == nil, "\(number)")
        }
        try ledger.feed(good)
        #expect(try ledger.entry()?.revision == 1)
    }

    @Test func `stops at a fact of a later release`() throws {
        var ledger = try FeatureLedger()
        var event = try #require(try ledger.declaring(minute))
        event.unknownFields = try FeatureEvent(serializedBytes: [0xFA, 0x01, 0x00]).unknownFields
        #expect(event.isOfLaterRelease)
        #expect(throws: FoldStop.self) { try ledger.feed(event, takesEffect: false) }
    }

    @Test func `shows every view as it stood after any fact`() throws {
        var ledger = try FeatureLedger()
        var offsets = [try #require(try ledger.declare(minute))]
        offsets.append(try #require(try ledger.declare(hour)))
        let generation = hour.generation(over: stream)
        let switching = try SwitchView(FeatureLedger.name, to: generation)
            .decide(given: ledger.entry())
        offsets.append(try ledger.feed(try #require(switching)))
        let deleting = try DeleteView(FeatureLedger.name).decide(given: ledger.entry(), users: [])
        offsets.append(try ledger.feed(deleting))
        #expect(try ledger.entry(asOf: offsets[0] - 1) == nil)
        #expect(try ledger.entry(asOf: offsets[0])?.served.view?.definition == minute)
        #expect(try ledger.entry(asOf: offsets[0])?.next == nil)
        #expect(try ledger.entry(asOf: offsets[1])?.next?.generation == generation)
        #expect(try ledger.entry(asOf: offsets[2])?.served.generation == generation)
        #expect(try ledger.entry(asOf: offsets[3]) == nil)
        #expect(try ledger.view(asOf: offsets[2]).views().count == 1)
        #expect(try ledger.view().views().isEmpty)
    }
}

@Suite struct `Deciding about a feature view` {
    private let minute = FeatureLedger.definition()

    @Test func `declares what is new or changed, and nothing that is as it was`() throws {
        var ledger = try FeatureLedger()
        #expect(try ledger.declare(minute) != nil)
        #expect(try ledger.declare(minute) == nil)
        let hour = FeatureLedger.definition(seconds: 3_600)
        #expect(try ledger.declare(hour) != nil)
        #expect(try ledger.declare(hour) == nil, "It is being built already.")
        #expect(try ledger.declare(minute) != nil)
    }

    @Test func `refuses what does not fit its stream, and says why`() throws {
        var stream = Sightings.stream()
        stream.fields.removeAll { $0.name == "who" }
        let refusal = #expect(throws: FeatureRefusal.self) {
            try DeclareView(minute, over: stream).decide(given: nil)
        }
        #expect(
            refusal?.description
                == "FeatureView seen: spec.entity: Stream sightings has no field `who`."
        )
        let missing = FeatureViewProblem(["spec", "stream"], "there is no Stream `sightings`.")
        #expect(throws: FeatureRefusal.doesNotFit(view: "seen", [missing])) {
            try DeclareView(minute, over: nil).decide(given: nil)
        }
    }

    @Test func `switches once, and only to what is being built`() throws {
        var ledger = try FeatureLedger()
        #expect(throws: FeatureRefusal.unknownView("seen", known: [])) {
            try SwitchView("seen", to: Digest(of: [])).decide(given: nil)
        }
        try ledger.declare(minute)
        let served = minute.generation(over: Sightings.stream())
        #expect(try SwitchView("seen", to: served).decide(given: ledger.entry()) == nil)
        #expect(try SwitchView("seen", to: Digest(of: [])).decide(given: ledger.entry()) == nil)
    }

    @Test func `refuses to delete what is in use, and names the users`() throws {
        var ledger = try FeatureLedger()
        #expect(throws: FeatureRefusal.unknownView("seen", known: [])) {
            try DeleteView("seen").decide(given: nil, users: [])
        }
        try ledger.declare(minute)
        let users = ["Dataset late_arrivals", "Dataset others"]
        let refusal = #expect(throws: FeatureRefusal.inUse(view: "seen", by: users)) {
            try DeleteView("seen").decide(given: ledger.entry(), users: users)
        }
        #expect(
            refusal?.description == "FeatureView seen is read by Dataset late_arrivals, "
                + "Dataset others. Delete or change that first"
        )
        let event = try DeleteView("seen").decide(given: ledger.entry(), users: [])
        try ledger.feed(event)
        #expect(try ledger.entry() == nil)
        #expect(try ledger.declare(minute) != nil)
        #expect(try ledger.entry()?.revision == 3, "It goes on counting.")
    }

    @Test func `says in each refusal what to do next`() {
        let refusals: [FeatureRefusal] = [
            .unknownView("sen", known: ["seen"]),
            .unknownFeature(view: "seen", feature: "coutn", known: ["count", "mean"]),
            .doesNotFit(view: "seen", [.init(["spec"], "it is none.")]),
            .inUse(view: "seen", by: ["Dataset d"]),
        ]
        for refusal in refusals { #expect(refusal.description.count > 25) }
        #expect(refusals[0].description.contains("Did you mean `seen`?"))
        #expect(refusals[1].description.hasSuffix("There are count, mean. Did you mean `count`?"))
    }
}
