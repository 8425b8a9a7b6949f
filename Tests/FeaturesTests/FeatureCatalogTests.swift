import Bytes
import Documents
import Events
import Features
import FoundationEssentials
import Lab
import Projections
import Records
import SwiftProtobuf
import Testing

@Suite struct `The catalog of feature views` {
    private let minute = FeatureLedger.definition()
    private let hour = FeatureLedger.definition(seconds: 3_600)
    private let stream = Sightings.stream()

    @Test func `serves a new view at once, as it was declared`() throws {
        let ledger = try FeatureLedger()
        #expect(try ledger.entry() == nil)
        try ledger.declare(minute)
        let entry = try #require(try ledger.entry())
        #expect(entry.served.view?.definition == minute)
        #expect(entry.served.generation == minute.generation(over: stream))
        #expect(entry.next == nil)
        #expect(entry.revision == 1)
        #expect(entry.declaredAt == Sightings.start)
        #expect(entry.actor == "ada")
        #expect(try ledger.view.views().map(\.name) == [FeatureLedger.name])
        #expect(try FeatureCatalog.Entry(stored: entry.storedBytes) == entry)
    }

    @Test func `builds a changed view beside the one that is served, until it is switched`() throws
    {
        let ledger = try FeatureLedger()
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
            let declaration = try ledger.view.declaration(of: old.generation(over: stream))
            #expect(declaration?.view?.definition == old, "What was trained with stays readable.")
        }
    }

    @Test func `changes words at once, because they build nothing`() throws {
        let ledger = try FeatureLedger()
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
        let ledger = try FeatureLedger()
        try ledger.declare(minute)
        try ledger.declare(hour)
        try ledger.declare(minute)
        let entry = try #require(try ledger.entry())
        #expect(entry.served.view?.definition == minute)
        #expect(entry.next == nil)
        #expect(entry.revision == 3)
    }

    @Test func `builds anew where the stream reads its records otherwise`() throws {
        let ledger = try FeatureLedger()
        try ledger.declare(minute)
        try ledger.declare(minute, over: Sightings.stream(lateness: .seconds(5)))
        #expect(try ledger.entry()?.next != nil)
    }

    @Test func `takes a switch to anything but what is being built for void`() throws {
        let ledger = try FeatureLedger()
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
        let ledger = try FeatureLedger()
        let event = try #require(try ledger.declaring(hour))
        for revision: Int64 in [0, 2, -1, .max] {
            try ledger.feed(event, revision: revision)
            #expect(try ledger.entry() == nil)
        }
        try ledger.feed(try #require(try ledger.declaring(minute)), id: EventID(high: 7, low: 99))
        try ledger.feed(event, revision: 1)
        try ledger.feed(event, id: EventID(high: 7, low: 99))
        #expect(try ledger.entry()?.next == nil)
        // A void fact takes no number, so the next one has it.
        try ledger.feed(event)
        #expect(try ledger.entry()?.next?.view?.definition == hour)
    }

    @Test func `counts a declaration that cannot be read, says why, and goes on`() throws {
        let good = try #require(try FeatureLedger().declaring(minute))
        let breaks: [(inout FeatureEvent.Declared) -> Void] = [
            { $0.definition = "" }, { $0.definition = "{}" }, { $0.definition += "x" },
            { $0.stream = "" }, { $0.stream = "{}" },
            { $0.stream = $0.stream.replacing("who", with: "whom") },
        ]
        for (number, damage) in breaks.enumerated() {
            let ledger = try FeatureLedger()
            var bad = good
            damage(&bad.declared)
            try ledger.feed(bad)
            let entry = try #require(try ledger.entry())
            #expect(entry.served.view == nil, "\(number)")
            #expect(entry.served.fault?.name == FeatureLedger.name, "\(number)")
            #expect(try ledger.view.declaration(of: entry.served.generation)?.view == nil)
            // Its rows are of the same generation, so there is nothing to build beside them.
            try ledger.feed(good)
            #expect(try ledger.entry()?.revision == 2)
            #expect(try ledger.entry()?.served.view?.definition == minute)
        }
    }

    @Test func `keeps what a model was trained with, though the same generation is declared anew`()
        throws
    {
        let ledger = try FeatureLedger()
        let good = try #require(try ledger.declaring(minute))
        try ledger.feed(good)
        var bad = good
        bad.declared.definition = "{}"
        try ledger.feed(bad)
        let generation = minute.generation(over: stream)
        #expect(try ledger.entry()?.served.view == nil)
        #expect(try ledger.view.declaration(of: generation)?.view?.definition == minute)
    }

    @Test func `keeps the generation that the fact names, whatever this release would call it`()
        throws
    {
        let ledger = try FeatureLedger()
        var event = try #require(try ledger.declaring(minute))
        event.declared.generation = .init(Digest(of: [7]).bytes)
        try ledger.feed(event)
        let view = try #require(try ledger.entry()?.served.view)
        #expect(view.generation == Digest(of: [7]))
        #expect(try ledger.view.declaration(of: Digest(of: [7]))?.view?.definition == minute)
    }

    @Test func `takes a declaration of another subject for void`() throws {
        let ledger = try FeatureLedger()
        let renamed = try DeclareView(FeatureLedger.definition(name: "others"), over: stream)
            .decide(given: nil)
        try ledger.feed(try #require(renamed), about: FeatureLedger.name)
        #expect(try ledger.entry() == nil)
        #expect(try ledger.view.views().isEmpty)
        try ledger.declare(minute)
        #expect(try ledger.entry()?.revision == 2, "It has used up a number.")
    }

    @Test func `stops at a fact of a later release`() throws {
        let ledger = try FeatureLedger()
        var event = try #require(try ledger.declaring(minute))
        event.unknownFields = try FeatureEvent(serializedBytes: [0xFA, 0x01, 0x00]).unknownFields
        #expect(event.isOfLaterRelease)
        #expect(throws: FoldStop.self) { try ledger.feed(event) }
    }

    @Test func `shows every view as it stood after any fact`() throws {
        let ledger = try FeatureLedger()
        var offsets = [try #require(try ledger.declare(minute))]
        offsets.append(try #require(try ledger.declare(hour)))
        let generation = hour.generation(over: stream)
        let switching = try SwitchView(FeatureLedger.name, to: generation)
            .decide(given: ledger.entry())
        offsets.append(try ledger.feed(try #require(switching)))
        offsets.append(try ledger.feed(.deleted(FeatureLedger.name)))
        #expect(try ledger.entry(asOf: offsets[0] - 1) == nil)
        #expect(try ledger.entry(asOf: offsets[0])?.served.view?.definition == minute)
        #expect(try ledger.entry(asOf: offsets[0])?.next == nil)
        #expect(try ledger.entry(asOf: offsets[1])?.next?.generation == generation)
        #expect(try ledger.entry(asOf: offsets[2])?.served.generation == generation)
        #expect(try ledger.entry(asOf: offsets[3]) == nil)
        #expect(try ledger.view(asOf: offsets[2]).views().count == 1)
        #expect(try ledger.view.views().isEmpty)
    }
}

@Suite struct `Deciding about a feature view` {
    private let minute = FeatureLedger.definition()

    @Test func `declares what is new or changed, and nothing that is as it was`() throws {
        let ledger = try FeatureLedger()
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
        let ledger = try FeatureLedger()
        #expect(throws: FeatureRefusal.unknownView("seen", known: [])) {
            try SwitchView("seen", to: Digest(of: [])).decide(given: nil)
        }
        try ledger.declare(minute)
        let served = minute.generation(over: Sightings.stream())
        #expect(try SwitchView("seen", to: served).decide(given: ledger.entry()) == nil)
        #expect(try SwitchView("seen", to: Digest(of: [])).decide(given: ledger.entry()) == nil)
    }

    @Test func `goes on counting when a view was deleted`() throws {
        let ledger = try FeatureLedger()
        try ledger.declare(minute)
        try ledger.feed(.deleted("seen"))
        #expect(try ledger.entry() == nil)
        #expect(try ledger.declare(minute) != nil)
        #expect(try ledger.entry()?.revision == 3)
    }

    @Test func `says in each refusal what to do next`() {
        let refusals: [FeatureRefusal] = [
            .unknownView("sen", known: ["seen"]),
            .unknownFeature(view: "seen", feature: "coutn", known: ["count", "mean"]),
            .doesNotFit(view: "seen", [.init(["spec"], "it is none.")]),
        ]
        for refusal in refusals { #expect(refusal.description.count > 25) }
        #expect(refusals[0].description.contains("Did you mean `seen`?"))
        #expect(refusals[1].description.hasSuffix("There are count, mean. Did you mean `count`?"))
    }
}
