import Bytes
import Datasets
import Documents
import Events
import Features
import Foundation
import JSON
import Lab
import Logs
import ModelRegistry
import Projections
import Records
import Store
import Streams
import Testing

@testable import Engine
@testable import Platform

@Suite struct `Applying definitions` {
    @Test func `reads views whose names have dots`() async throws {
        let log = memoryLog()
        let dotted = Airport.everything
            .replacingOccurrences(of: "name: punctuality", with: "name: air.punctuality")
            .replacingOccurrences(
                of: "[punctuality, flight]",
                with: "[flight.distance, air.punctuality]"
            )
        let stand = try await Stand.start(log)
        try await stand.apply(dotted)
        try await Airport.depart(in: log)
        try await Airport.arrive(in: log)
        try await stand.close()
        let version = try await stand.seal()
        let columns = version.manifest.columns.features.map(\.name)
        #expect(columns.first == "flight__distance")
        #expect(columns.last == "air.punctuality__last")
        _ = try await stand.train()
        try await stand.apply(Airport.dataset(features: "[air.punctuality.last, flight]"))
        let narrow = try await stand.seal().manifest.columns.features.map(\.name)
        #expect(narrow == ["air.punctuality__last", "flight__hour", "flight__distance"])
        let why = try await refusal {
            try await stand.apply(Airport.dataset(features: "[air.punctuality.first]"))
        }
        #expect(why.contains("FeatureView air.punctuality has no feature `first`"), "\(why)")
        try await stand.apply(
            """
            kind: FeatureView
            name: air
            spec:
              request: {distance: int32}
              features: {miles: double(distance)}
            """
        )
        // Nothing reads this one.
        _ = try await stand.platform.delete("FeatureView", "air", for: .anybody)
        stand.stop()
    }

    @Test func `names every parameter that a recipe cannot have`() async throws {
        let stand = try await Stand.start(memoryLog())
        let text = Airport.everything.replacingOccurrences(
            of: "{max_depth: 3, eta: 0.3, min_child_weight: 1}",
            with: "{max_deph: 3, eta: 7}"
        )
        let why = try await refusal { try await stand.apply(text) }
        #expect(why.contains("spec.recipe.parameters.max_deph: Model lateness: XGBoost has no"))
        #expect(why.contains("spec.recipe.parameters.eta: Model lateness: The parameter `eta` is"))
        #expect(try stand.models.models().isEmpty)
        stand.stop()
    }

    @Test func `answers what is in the log, though nothing could be made of it yet`() async throws {
        let log = OrderlyLog(memoryLog())
        let stand = try await Stand.start(log)
        log.refusesTopics(true)
        let effect = try await stand.platform.apply(
            [Arrivals.definition("flights.arrived", partitions: 1)],
            for: .anybody
        )[0].effect
        guard case .changed = effect else {
            Issue.record("The effect was \(effect).")
            return
        }
        #expect(stand.notices.contains { $0.contains("The topic was refused on purpose.") })
        log.refusesTopics(false)
        try await stand.eventually("the topic is there") {
            try log.topics().contains { $0.name == "flights.arrived" }
        }
        stand.stop()
    }

    /// A change of the airport's text, and what must be said about it and where.
    struct Fault: CustomTestStringConvertible, Sendable {
        var text: String
        var replacement: String
        var path: String
        var message: String
        var testDescription: String { message }
    }

    static let faults = [
        Fault(
            text: "stream: outcomes\n  entity",
            replacement: "stream: outcome\n  entity",
            path: "spec.stream",
            message:
                "FeatureView punctuality: there is no Stream `outcome`. Did you mean `outcomes`?"
        ),
        Fault(
            text: "entity: carrier",
            replacement: "entity: carriers",
            path: "spec.entity",
            message: "FeatureView punctuality: Stream outcomes has no field `carriers`."
        ),
        Fault(
            text: "{last: delay}",
            replacement: "{last: delays}",
            path: "spec.features.last.last",
            message: "FeatureView punctuality: Stream outcomes has no field `delays`."
        ),
        Fault(
            text: #"where: status == "landed""#,
            replacement: #"where: state == "landed""#,
            path: "spec.where",
            message: "FeatureView punctuality: column 1: "
        ),
        Fault(
            text: "rows: departures",
            replacement: "rows: departure",
            path: "spec.rows",
            message: "Dataset late: there is no Stream `departure`. Did you mean `departures`?"
        ),
        Fault(
            text: "[punctuality, flight]",
            replacement: "[punctuality, flights]",
            path: "spec.features.1",
            message: "Dataset late: there is no FeatureView `flights`. Did you mean `flight`?"
        ),
        Fault(
            text: "[punctuality, flight]",
            replacement: "[punctuality.delay_5h, flight]",
            path: "spec.features.0",
            message: "Dataset late: FeatureView punctuality has no feature `delay_5h`. There are "
        ),
        Fault(
            text: "scheduled: timestamp\n    distance: int32\n  features:",
            replacement: "scheduled: timestamp\n    distance: int32\n    miles: int32\n  features:",
            path: "spec.features.1",
            message:
                "Dataset late: FeatureView flight joins on `miles`, and Stream departures has no such field."
        ),
        Fault(
            text: "match: id",
            replacement: "match: distance",
            path: "spec.label.match",
            message: "Dataset late: Stream outcomes has no field `distance`."
        ),
        Fault(
            text: "value: late",
            replacement: "value: later",
            path: "spec.label.value",
            message: "Dataset late: Stream outcomes has no field `later`. Did you mean `late`?"
        ),
        Fault(
            text: "label:\n    stream: outcomes",
            replacement: "label:\n    stream: arrivals",
            path: "spec.label.stream",
            message: "Dataset late: there is no Stream `arrivals`."
        ),
        Fault(
            text: "features: [punctuality, flight]",
            replacement: "features: [punctuality, flight, punctuality.last]",
            path: "spec.features",
            message: "Dataset late: two columns are named punctuality__last."
        ),
        Fault(
            text: "where: 'label != null'",
            replacement: "where: 'lable != null'",
            path: "spec.where",
            message: "Dataset late: column 1: "
        ),
        Fault(
            text: "where: 'label != null'",
            replacement: "where: 'distance + 1'",
            path: "spec.where",
            message: "Dataset late: it must give true or false."
        ),
        Fault(
            text: "dataset: late\n",
            replacement: "dataset: lates\n",
            path: "spec.dataset",
            message: "Model lateness: there is no Dataset `lates`. Did you mean `late`?"
        ),
        Fault(
            text: "model: lateness@production",
            replacement: "model: lateless@production",
            path: "spec.model",
            message: "Endpoint lateness: there is no Model `lateless`. Did you mean `lateness`?"
        ),
        Fault(
            text: "{stream: departures, wait: unlimited}",
            replacement: "{stream: departure, wait: unlimited}",
            path: "spec.answer.stream",
            message: "Endpoint lateness: there is no Stream `departure`. Did you mean `departures`?"
        ),
        Fault(
            text: "{stream: departures, wait: unlimited}",
            replacement: "{stream: outcomes, wait: unlimited}",
            path: "spec.answer.stream",
            message:
                "Endpoint lateness: FeatureView flight joins on `scheduled`, and Stream outcomes has no such field."
        ),
    ]

    private var text: String {
        Airport.everything + "\n---\n"
            + Airport.endpoint(answer: "{stream: departures, wait: unlimited}")
    }

    @Test(arguments: faults)
    func `names what does not fit and where, and applies nothing`(_ fault: Fault) async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        let pieces = text.components(separatedBy: fault.text)
        try #require(pieces.count == 2, "`\(fault.text)` stands once in the text")
        let faulty = pieces.joined(separator: fault.replacement)
        let said = try await refusal { try await stand.apply(faulty) }
        let lines = said.split(separator: "\n").map(String.init)
        #expect(
            lines.contains { $0.hasPrefix("\(fault.path): \(fault.message)") },
            "\(said)"
        )
        #expect(lines.count == 1, "\(said)")
        for projection in Platform.control {
            #expect(try log.bounds(of: Partition(projection.topic, 0)).upperBound == 0)
        }
        stand.stop()
    }

    @Test func `refuses a change that leaves others without what they read`() async throws {
        let stand = try await Stand.start(memoryLog())
        try await stand.apply(text)
        let stream = try await refusal {
            try await stand.apply(
                Airport.streams().replacingOccurrences(of: "delay: int32?", with: "minutes: int32?")
            )
        }
        #expect(
            stream.contains(
                "spec: Stream outcomes: FeatureView punctuality would not fit any more: "
                    + "Stream outcomes has no field `delay`."
            ),
            "\(stream)"
        )
        try await stand.apply(
            Airport.dataset().replacingOccurrences(
                of: "[punctuality,",
                with: "[punctuality.delay_6h,"
            )
        )
        let view = try await refusal { try await stand.apply(Airport.punctuality(over: "[3h]")) }
        #expect(
            view.contains(
                "spec: FeatureView punctuality: Dataset late would not fit any more: "
                    + "FeatureView punctuality has no feature `delay_6h`."
            ),
            "\(view)"
        )
        // What is declared along with it fits.
        let both = [
            Airport.punctuality(over: "[3h]"),
            Airport.dataset().replacingOccurrences(
                of: "[punctuality,",
                with: "[punctuality.delay_3h,"
            ),
        ]
        let results = try await stand.apply(both.joined(separator: "\n---\n"))
        #expect(results.map(\.applied) == [.changed, .changed])
        stand.stop()
    }

    @Test func `reaches a view with a field that its stream gets at the same time`() async throws {
        let stand = try await Airport.open(memoryLog())
        let text = [
            Airport.streams().replacingOccurrences(
                of: "delay: int32?",
                with: "delay: int32?\n    gate: string?"
            ),
            Airport.punctuality().replacingOccurrences(of: "{last: delay}", with: "{last: gate}"),
        ].joined(separator: "\n---\n")
        let results = try await stand.apply(text)
        #expect(results.map(\.applied) == [.unchanged, .changed, .changed])
        try await stand.eventually("both are served") {
            let view = try stand.view("punctuality")
            let stream = try stand.catalog.stream("outcomes")
            return view?.next == nil && stream?.next == nil
                && view?.served.stream == stream?.served.text
                && stream?.served.definition?.field("gate") != nil
        }
        try await stand.settle()
        try await stand.expectProof()
        stand.stop()
    }

    @Test func `says what it would do, and does nothing, when that is asked`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        let results = try await stand.apply(text, isDryRun: true)
        #expect(results.map(\.applied) == Array(repeating: .created, count: 7))
        for projection in Platform.control {
            #expect(try log.bounds(of: Partition(projection.topic, 0)).upperBound == 0)
        }
        stand.stop()
    }

    @Test func `says what will be refused later as things stand`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        func notes(_ text: String) async throws -> [String: [String]] {
            Dictionary(
                try await stand.apply(text, isDryRun: true).map { ($0.kind, $0.notes) },
                uniquingKeysWith: +
            )
        }
        let first = try await notes(Airport.everything)
        #expect(first["Stream"] == [])
        #expect(first["Dataset"] == [])
        #expect(first["Model"]?.count == 1)
        #expect(first["Model"]?.first?.hasPrefix("late has no sealed version") == true)
        try await stand.apply(Airport.everything)
        try await Airport.depart(in: log)
        try await Airport.arrive(in: log)
        try await stand.close()
        _ = try await stand.seal()
        #expect(try await notes(Airport.everything)["Model"] == [])
        let strings = """
            kind: FeatureView
            name: texts
            spec:
              stream: outcomes
              entity: carrier
              features: {carrier: {last: carrier}}
            ---

            """
        let later = try await notes(strings + Airport.dataset(features: "[flight, texts]"))
        #expect(later["FeatureView"] == [])
        let said = later["Dataset"]?.first ?? ""
        #expect(said.hasPrefix("no model can be trained on it: the column"), "\(later)")
        stand.stop()
    }

    @Test func `says that a stream begins with what its topic holds already`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        #expect(try await stand.apply(Airport.streams()).flatMap(\.notes).isEmpty)
        try await Airport.depart(in: log)
        #expect(try await stand.apply(Airport.streams()).flatMap(\.notes).isEmpty)
        _ = try await stand.platform.delete("Stream", "departures", for: .anybody)
        let notes = try await stand.apply(Airport.streams()).flatMap(\.notes)
        #expect(notes.count == 1)
        #expect(notes.first?.hasPrefix("the topic departures is there already") == true)
        stand.stop()
    }

    @Test func `changes nothing the second time`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        let first = try await stand.apply(text)
        #expect(first.map(\.applied) == Array(repeating: .created, count: 7))
        let ends = try Platform.control.map {
            try log.bounds(of: Partition($0.topic, 0)).upperBound
        }
        let second = try await stand.apply(text)
        #expect(second.map(\.applied) == Array(repeating: .unchanged, count: 7))
        #expect(
            try Platform.control.map { try log.bounds(of: Partition($0.topic, 0)).upperBound }
                == ends
        )
        stand.stop()
    }

    @Test func `takes what others refer to first, wherever it stands`() async throws {
        let stand = try await Stand.start(memoryLog())
        let backwards = text.components(separatedBy: "\n---\n").reversed().joined(
            separator: "\n---\n"
        )
        let results = try await stand.apply(backwards)
        #expect(results.map(\.kind).first == "Endpoint", "Answers stand in the order of the text.")
        #expect(results.allSatisfy { $0.applied == .created })
        stand.stop()
    }

    @Test func `gives one answer under one key`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        let first = try await stand.apply(text, for: .keyed("k"))
        let end = try log.bounds(of: Partition(FeatureCatalog().topic, 0)).upperBound
        let second = try await stand.apply(text, for: .keyed("k"))
        #expect(second.map(\.position) == first.map(\.position))
        #expect(try log.bounds(of: Partition(FeatureCatalog().topic, 0)).upperBound == end)
        stand.stop()
    }

    @Test func `builds a changed view beside the served one, and switches`() async throws {
        let stand = try await Airport.open(memoryLog())
        let former = try #require(try stand.view("punctuality")).served
        let results = try await stand.apply(Airport.punctuality(over: "[3h]"))
        #expect(results.map(\.applied) == [.changed])
        #expect(
            results.first?.note
                == "+delay_3h, +flights_3h, −delay_24h, −delay_6h, −flights_24h, −flights_6h; "
                + "backfills, then switches"
        )
        try await stand.eventually("the changed view is served") {
            let entry = try stand.view("punctuality")
            return entry?.next == nil && entry?.served.generation != former.generation
        }
        try await stand.eventually("the former rows have left") {
            stand.platform.engine.seats.allSatisfy { $0.generation != former.generation }
        }
        try await stand.settle()
        try await stand.expectProof()
        stand.stop()
    }

    @Test func `makes the views of a changed stream follow it`() async throws {
        let stand = try await Airport.open(memoryLog())
        let former = try #require(try stand.view("punctuality")).served
        let before = try stand.features("AA")
        // Records may be an hour late from now on, which every view of the stream must know.
        try await stand.apply(Airport.streams(lateness: "1h"))
        try await stand.eventually("stream and view have changed") {
            let entry = try stand.view("punctuality")
            return try stand.catalog.stream("outcomes")?.next == nil && entry?.next == nil
                && entry?.served.generation != former.generation
        }
        let stream = try #require(try stand.catalog.stream("outcomes"))
        #expect(stream.next == nil)
        #expect(stream.served.definition?.lateness == .seconds(3_600))
        #expect(try stand.view("punctuality")?.served.stream == stream.served.text)
        try await stand.settle()
        #expect(try stand.features("AA") == before)
        try await stand.expectProof()
        stand.stop()
    }

    @Test func `refuses to delete what is used, and names the users`() async throws {
        let stand = try await Stand.start(memoryLog())
        try await stand.apply(text)
        func refused(_ kind: String, _ name: String) async throws -> String {
            try await refusal { _ = try await stand.platform.delete(kind, name, for: .anybody) }
        }
        #expect(try await refused("FeatureView", "punctuality").contains("Dataset late"))
        #expect(try await refused("FeatureView", "flight").contains("Dataset late"))
        #expect(try await refused("Dataset", "late").contains("Model lateness"))
        #expect(try await refused("Model", "lateness").contains("Endpoint lateness"))
        let outcomes = try await refusal {
            _ = try await stand.platform.delete("Stream", "outcomes", for: .anybody)
        }
        #expect(outcomes.contains("FeatureView punctuality"), "\(outcomes)")
        #expect(outcomes.contains("Dataset late"), "\(outcomes)")
        let departures = try await refusal {
            _ = try await stand.platform.delete("Stream", "departures", for: .anybody)
        }
        #expect(departures.contains("Dataset late"), "\(departures)")
        #expect(departures.contains("Endpoint lateness"), "\(departures)")
        #expect(try await refused("FeatureView", "none").hasPrefix("there is no FeatureView none"))
        // In the other order nothing is in the way.
        for (kind, name) in [
            ("Endpoint", "lateness"), ("Model", "lateness"), ("Dataset", "late"),
            ("FeatureView", "flight"), ("FeatureView", "punctuality"),
        ] {
            _ = try await stand.platform.delete(kind, name, for: .anybody)
        }
        for name in ["departures", "outcomes"] {
            _ = try await stand.platform.delete("Stream", name, for: .anybody)
        }
        #expect(try stand.catalog.streams().isEmpty)
        try await stand.eventually("nothing of it has a seat any more") {
            stand.platform.engine.seats.allSatisfy { $0.partition.topic.hasPrefix("tributary.") }
        }
        stand.stop()
    }

    @Test func `refuses to delete what a model that answers was trained with`() async throws {
        let stand = try await Airport.serving(memoryLog())
        try await stand.apply(
            Airport.dataset().replacing("[punctuality, flight]", with: "[flight]")
        )
        let view = try await refusal {
            _ = try await stand.platform.delete("FeatureView", "punctuality", for: .anybody)
        }
        #expect(view.contains("is used by Model lateness@1, "), "\(view)")
        for name in ["departures", "outcomes"] {
            let stream = try await refusal {
                _ = try await stand.platform.delete("Stream", name, for: .anybody)
            }
            #expect(stream.contains("Model lateness@1"), "\(stream)")
        }
        stand.stop()
    }

    @Test func `begins a stream anew that was deleted`() async throws {
        let stand = try await Stand.start(memoryLog())
        try await stand.apply(Airport.streams())
        try await stand.close()
        #expect(try stand.catalog.watermark(of: "departures", partition: 1) == Airport.closed)
        _ = try await stand.platform.delete("Stream", "departures", for: .anybody)
        try await stand.apply(Airport.streams())
        for partition in 0 ..< Int32(2) {
            #expect(try stand.catalog.watermark(of: "departures", partition: partition) == nil)
            #expect(try stand.catalog.end(of: "departures", partition: partition) == nil)
            #expect(
                try stand.catalog.watermark(of: "outcomes", partition: partition) == Airport.closed
            )
        }
        stand.stop()
    }
}

extension Stand {
    func view(_ name: String) throws -> FeatureCatalog.Entry? {
        try FeatureCatalog.View(store).view(name)
    }

    /// What is known of a carrier at the end.
    func features(_ carrier: String, at instant: Instant = Airport.end) throws -> [FieldValue] {
        try platform.features(
            of: "punctuality",
            ["carrier": .string(carrier)],
            at: instant,
            withRecords: false
        ).features.map(\.value)
    }
}
