import Archive
import Bytes
import Datasets
import Events
import Foundation
import Logs
import ModelRegistry
import Records
import Serving
import Store
import Testing

@testable import Engine
@testable import Platform

@Suite struct `Explaining a prediction` {
    private static let answer = Airport.endpoint(
        answer: "{stream: departures, from: 2013-07-04T00:00:00Z, wait: unlimited}"
    )
    private static let answers = 48

    private static func answered(
        _ log: any Log,
        _ archive: any Archive = MemoryArchive()
    ) async throws -> Stand {
        let stand = try await Airport.serving(log, archive: archive, endpoint: answer)
        try await stand.eventually("all are answered") {
            try PredictionLedger.count(of: "lateness", in: stand.store).predictions
                == Int64(answers)
        }
        return stand
    }

    @Test func `finds the same, from the records behind it and from the whole log`() async throws {
        let log = memoryLog()
        let stand = try await Self.answered(log)
        let asked = try await stand.predict([Airport.flights[30].request])
        try await stand.settle()
        for (id, position, event) in try log.predictions() {
            let explanation = try await stand.explain(id.description)
            #expect(explanation.position == position)
            #expect(explanation.predicted.request == event.request)
            #expect(explanation.predicted.probability == event.probability)
            #expect(explanation.differences == [], "\(event.id)")
            #expect(explanation.run == (try stand.models.version("lateness", 1)?.run))
            #expect(
                explanation.features.map(\.stored.bitPattern) == event.features.map(\.bitPattern)
            )
        }
        let result = try await stand.reexecute()
        #expect(result.predictions == Self.answers + asked.count)
        #expect(result.differences.isEmpty, "\(result.differences)")
        stand.stop()
    }

    @Test func `names the records that a value was made of`() async throws {
        let log = memoryLog()
        let stand = try await Self.answered(log)
        try await stand.settle()
        let prediction = try #require(try log.predictions().first { $0.event.id == "220" })
        let explanation = try await stand.explain(prediction.id.description)
        let flight = Airport.flights[220]
        let landed = Airport.flights.filter {
            $0.carrier == flight.carrier && $0.delay != nil && $0.knownAt < flight.scheduled
                && $0.knownAt >= flight.scheduled - .seconds(21_600)
        }
        let count = try #require(
            explanation.features.first { $0.column == "punctuality__flights_6h" }
        )
        #expect(count.value == .int(Int64(landed.count)))
        let values = try count.records.map { position in
            try log.records(of: position.partition).first { $0.offset == position.offset }?.value
        }
        #expect(
            Set(values.map { $0.map { Array($0) } }) == Set(landed.map(\.outcome)),
            "Those that landed in the six hours before."
        )
        #expect(explanation.features.first { $0.column == "flight__hour" }?.records.isEmpty == true)
        stand.stop()
    }

    @Test func `takes as much of an id as no other has`() async throws {
        let log = memoryLog()
        let stand = try await Self.answered(log)
        try await stand.settle()
        let id = try #require(try log.predictions().first).id
        let short = String(id.description.prefix(16))
        #expect(try await stand.explain(short).id == id)
        let empty = try await refusal { _ = try await stand.explain("") }
        #expect(empty.hasPrefix("there is no prediction"), "\(empty)")
        let none = try await refusal {
            _ = try await stand.explain("00000000-0000-7000-8000-000000000000")
        }
        #expect(none.hasPrefix("there is no prediction"), "\(none)")
        stand.stop()
    }

    /// A change of what a prediction says, and what must be found to differ.
    struct Change: Sendable, CustomTestStringConvertible {
        var what: String
        var make: @Sendable (inout PredictionEvent.Predicted) -> Void
        var testDescription: String { what }
    }

    static let changes = [
        Change(what: "punctuality__delay_6h") { event in
            event.features[2] = Float(bitPattern: event.features[2].bitPattern ^ 1)
        },
        Change(what: "flight__distance") { event in
            event.features[6] = Float(bitPattern: event.features[6].bitPattern ^ 1)
        },
        Change(what: "margin") { event in
            event.margin = Float(bitPattern: event.margin.bitPattern ^ 1)
        },
        Change(what: "probability") { event in
            event.probability = Float(bitPattern: event.probability.bitPattern ^ 1)
        },
        Change(what: "margin") { event in
            event.outputs[1].values[0] = Float(bitPattern: event.margin.bitPattern ^ 1)
        },
        // As release 0.1 says it.
        Change(what: "probability") { event in
            event.outputs = []
            event.probability = Float(bitPattern: event.probability.bitPattern ^ 1)
        },
        Change(what: "features") { event in event.features.append(1) },
        Change(what: "views") { event in event.views.swapAt(0, 1) },
        Change(what: "artifact") { event in event.artifact[0] ^= 1 },
        Change(what: "dataset") { event in event.dataset = "late@2" },
        Change(what: "model") { event in event.version = 9 },
        Change(what: "record") { event in event.request = "{" },
    ]

    @Test(arguments: changes) func `names a bit that was changed, with both values`(
        _ change: Change
    ) async throws {
        let log = memoryLog()
        let archive = MemoryArchive()
        let stand = try await Self.answered(log, archive)
        let (id, position, event) = try #require(
            try log.predictions().first { $0.event.id == "220" }
        )
        stand.stop()
        let other = try await log.copy { place, record in
            guard place == position else { return record }
            var changed = event
            change.make(&changed)
            var record = record
            record.value =
                PredictionEvent.filled { $0.predicted = changed }
                .newRecord(Envelope(id: id, subject: event.id, time: TestClock.start)).value
            return record
        }
        let second = try await Stand.start(other, archive: archive, seed: 2)
        try await second.settle()
        let result = try await second.reexecute()
        #expect(result.predictions == Self.answers)
        #expect(result.differences.map(\.id) == [id])
        let differences = result.differences.map(\.difference)
        #expect(differences.map(\.what) == [change.what])
        #expect(differences.first?.stored != differences.first?.recomputed)
        #expect(differences.first?.stored.isEmpty == false)
        if change.what != "record" {
            #expect(try await second.explain(id.description).differences == differences)
        }
        second.stop()
    }

    @Test func `takes what release 0.1 says of an answer for the list that it is`() async throws {
        let log = memoryLog()
        let archive = MemoryArchive()
        let stand = try await Self.answered(log, archive)
        let (id, _, event) = try #require(
            try log.predictions().first { $0.event.id == "220" }
        )
        #expect(event.outputs.map(\.name) == ["probability", "margin"])
        #expect(event.outputs.map(\.values) == [[event.probability], [event.margin]])
        stand.stop()
        let known = try Dictionary(
            log.predictions().map { ($0.position, ($0.id, $0.event)) },
            uniquingKeysWith: { first, _ in first }
        )
        let other = try await log.copy { place, record in
            guard let (id, kept) = known[place] else { return record }
            var event = kept
            event.outputs = []
            var record = record
            record.value =
                PredictionEvent.filled { [event] in $0.predicted = event }
                .newRecord(Envelope(id: id, subject: event.id, time: TestClock.start)).value
            return record
        }
        let second = try await Stand.start(other, archive: archive, seed: 2)
        try await second.settle()
        let explanation = try await second.explain(id.description)
        #expect(explanation.predicted.outputs.isEmpty)
        #expect(explanation.predicted.namedOutputs.map(\.name) == ["probability", "margin"])
        #expect(explanation.differences == [])
        #expect(try await second.reexecute().differences.isEmpty)
        second.stop()
    }

    @Test func `names a version whose artifact takes other columns than its dataset has`()
        async throws
    {
        let log = memoryLog()
        let archive = MemoryArchive()
        let stand = try await Self.answered(log, archive)
        let (id, position, event) = try #require(
            try log.predictions().first { $0.event.id == "220" }
        )
        try await stand.apply(Airport.dataset(features: "[flight]"))
        _ = try await stand.seal()
        let narrow = try await stand.train(on: "late@2")
        stand.stop()
        let facts = try log.records(of: Partition(ModelEvent.topic.name, 0)).map {
            try ModelEvent.decode($0)
        }
        let other = try await log.copy { place, record in
            if place == position {
                var changed = event
                changed.artifact = .init(narrow.artifact.bytes)
                return PredictionEvent.filled { $0.predicted = changed }
                    .newRecord(Envelope(id: id, subject: event.id, time: TestClock.start))
            }
            guard place.partition.topic == ModelEvent.topic.name else { return record }
            var (envelope, fact) = facts[Int(place.offset)]
            guard fact.versionRegistered.version == 1 else { return record }
            fact.versionRegistered.artifact = .init(narrow.artifact.bytes)
            return fact.newRecord(envelope)
        }
        let second = try await Stand.start(other, archive: archive, seed: 2)
        try await second.settle()
        let differences = try #require(try await second.explain(id.description).differences)
        #expect(differences.map(\.what) == ["columns"])
        #expect(differences.first?.stored == "2 that the artifact takes")
        #expect(differences.first?.recomputed == "7 that the dataset has")
        second.stop()
    }

    @Test func `names the place of a record that is no prediction`() async throws {
        let log = memoryLog()
        let archive = MemoryArchive()
        let stand = try await Self.answered(log, archive)
        try await stand.settle()
        let (id, position, _) = try #require(try log.predictions().first)
        stand.stop()
        let other = try await log.copy { place, record in
            guard place == position else { return record }
            var record = record
            record.value = [0xFF]
            return record
        }
        // The state knows of a prediction there, and the log has none.
        let second = try await Stand.start(log, archive: archive, seed: 2)
        try await second.settle()
        let third = Platform(
            Engine(log: other, store: second.store, clock: TestClock(seed: 3)),
            archive: archive
        )
        let result = try await elsewhere { try third.reexecute("lateness") }
        #expect(result.predictions == Self.answers - 1)
        #expect(result.differences.map(\.id) == [nil])
        #expect(result.differences.first?.difference.stored == "\(position)")
        let why = try await refusal {
            _ = try await third.explain(id.description, executes: true)
        }
        #expect(why.hasPrefix("the record at \(position) is no prediction"), "\(why)")
        third.stop()
        second.stop()
    }

    @Test func `waits for one that was answered just now`() async throws {
        let log = WatchedLog(memoryLog())
        let stand = try await Airport.serving(log)
        log.hold(true)
        let asked = try #require(try await stand.predict([Airport.flights[30].request]).first)
        async let explanation = stand.explain(asked.id.description)
        try await Task.sleep(for: .milliseconds(200))
        log.hold(false)
        #expect(try await explanation.position == asked.position)
        let none = try await refusal {
            _ = try await stand.explain("00000000-0000-7000-8000-000000000000")
        }
        #expect(none.hasPrefix("there is no prediction"), "\(none)")
        stand.stop()
    }

    @Test func `notices an artifact with another byte, also one that was read before`() async throws
    {
        let log = memoryLog()
        let archive = MemoryArchive()
        let stand = try await Self.answered(log, archive)
        try await stand.settle()
        let (id, _, event) = try #require(try log.predictions().first)
        #expect(try await stand.explain(id.description).differences == [])
        let digest = try #require(Digest(bytes: event.artifact))
        var bytes = try archive.bytes(of: digest)
        bytes[bytes.count / 2] ^= 1
        archive.damage(digest, with: bytes)
        let difference = try #require(try await stand.explain(id.description).differences?.first)
        #expect(difference.what == "artifact")
        #expect(difference.stored == digest.bytes.hex)
        #expect(difference.recomputed.contains(Digest(of: bytes).description), "\(difference)")
        let result = try await stand.reexecute()
        #expect(result.differences.count == Self.answers)
        #expect(result.differences.allSatisfy { $0.difference.what == "artifact" })
        archive.damage(digest, with: nil)
        #expect(try await stand.explain(id.description).differences?.first?.what == "artifact")
        stand.stop()
    }

    @Test func `reads an artifact once, also a broken one`() throws {
        let archive = MemoryArchive()
        let digest = try archive.put(Array("{}".utf8))
        archive.damage(digest, with: nil)
        let artifacts = ArtifactCache()
        let first = #expect(throws: ArchiveError.self) {
            try artifacts.evaluator(of: digest, "xgboost-json", in: archive)
        }
        archive.damage(digest, with: Array("[]".utf8))
        let second = #expect(throws: ArchiveError.self) {
            try artifacts.evaluator(of: digest, "xgboost-json", in: archive)
        }
        #expect(first == .missing(digest))
        #expect(second == first, "What one proof found holds for all of it.")
    }
}

extension Stand {
    func explain(_ id: String) async throws -> Explanation {
        try await platform.explain(id, executes: true)
    }

    func reexecute() async throws -> Reexecution {
        try await elsewhere { [platform] in try platform.reexecute("lateness") }
    }
}
