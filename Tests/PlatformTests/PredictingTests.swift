import Archive
import Bytes
import Chance
import Datasets
import Events
import JSON
import Logs
import Records
import Serving
import Store
import Testing

@testable import Engine
@testable import Platform

@Suite struct `Predicting on request` {
    @Test func `gives a model the values that the dataset has for the record`() async throws {
        let log = memoryLog()
        let archive = MemoryArchive()
        let stand = try await Airport.serving(log, archive: archive)
        let rows = try DatasetCatalog.View(stand.store).version("late", 1)?.rows(in: archive) ?? []
        #expect(rows.count > 200)
        for row in rows.filter({ $0.id.number % 10 == 3 }) {
            let flight = Airport.flights[row.id.number]
            let prediction = try #require(try await stand.predict([flight.request]).first)
            #expect(prediction.values == row.values)
            #expect(
                prediction.predicted.features.map(\.bitPattern)
                    == row.values.map { ($0.modelInput ?? .nan).bitPattern }
            )
            #expect(prediction.predicted.atUs == flight.scheduled.microseconds)
            #expect(prediction.predicted.complete)
            #expect(prediction.predicted.id == "\(flight.id)")
            #expect((0 ... 1).contains(prediction.predicted.probability))
        }
        stand.stop()
    }

    @Test func `logs nothing where another version answers than the one that was asked for`()
        async throws
    {
        let log = memoryLog()
        let stand = try await Airport.serving(log)
        let request = Airport.flights[150].request
        await #expect("another version answers") {
            try await stand.platform.predict("lateness", [request], at: nil, version: "2")
        } throws: { error in
            if case PlatformError.conflict(let why) = error {
                why.contains("version 1")
            } else {
                false
            }
        }
        let predictions = try await stand.platform.predict(
            "lateness",
            [request],
            at: nil,
            version: "1"
        )
        #expect(try log.predictions().map(\.id) == predictions.map(\.id))
        stand.stop()
    }

    @Test func `answers several at once as one by one`() async throws {
        let stand = try await Airport.serving(memoryLog())
        let flights = Airport.flights[100 ..< 110]
        let together = try await stand.predict(flights.map(\.request))
        for (flight, prediction) in zip(flights, together) {
            let alone = try #require(try await stand.predict([flight.request]).first)
            #expect(alone.values == prediction.values)
            #expect(alone.predicted.probability == prediction.predicted.probability)
        }
        stand.stop()
    }

    @Test func `reads as of the request's own time, or what is asked for, or the watermark`()
        async throws
    {
        let stand = try await Airport.serving(memoryLog())
        let flight = Airport.flights[150]
        let own = try await stand.predict([flight.request])
        #expect(own.first?.predicted.atUs == flight.scheduled.microseconds)
        let instant = Airport.flights[90].scheduled
        let asked = try await stand.predict([flight.request], at: instant)
        #expect(asked.first?.predicted.atUs == instant.microseconds)
        let known = try stand.features(flight.carrier, at: instant)
        #expect(asked.first?.values.prefix(5) == known[...])
        stand.stop()
    }

    @Test func `refuses values that are missing where the endpoint says so, and names them`()
        async throws
    {
        let stand = try await Airport.serving(memoryLog())
        // Nothing has landed yet when the first flight leaves.
        let first = Airport.flights[0]
        let kept = try #require(try await stand.predict([first.request]).first)
        #expect(kept.values.prefix(5) == [.int(0), .int(0), .null, .null, .null])
        #expect(
            kept.predicted.features.map(\.isNaN) == [false, false, true, true, true, false, false]
        )
        try await stand.apply(Airport.endpoint(missing: "refuse"))
        let why = try await refusal { _ = try await stand.predict([first.request]) }
        #expect(
            why
                == "the endpoint lateness refuses missing features, and these have no value: "
                + "punctuality__delay_6h, punctuality__delay_24h, punctuality__last"
        )
        #expect(try await stand.predict([Airport.flights[200].request]).count == 1)
        stand.stop()
    }

    @Test func `names what a request should say, or should not`() async throws {
        let log = memoryLog()
        let stand = try await Airport.serving(log)
        let good = Airport.flights[50].request
        func why(_ request: JSONValue...) async throws -> String {
            try await refusal { _ = try await stand.predict(request) }
        }
        let unknown = try await why(good.with("carier", "AA"))
        #expect(unknown.contains("there is no field `carier`"), "\(unknown)")
        #expect(unknown.contains("Did you mean `carrier`?"), "\(unknown)")
        let missing = try await why(["id": 1, "scheduled": "2013-07-03T00:00:00Z"])
        #expect(
            missing == "`carrier`, `distance` must be given: features are read by it",
            "\(missing)"
        )
        let wrong = try await why(good.with("distance", "far"))
        #expect(wrong == "`distance` is a string, not an int32.")
        let second = try await why(good, good.with("distance", .null).with("distance", 1.5))
        #expect(second == "instance 1: `distance` is 1.5, not an int32.", "\(second)")
        let nothing = try await why("text")
        #expect(nothing.contains("a request is an object"), "\(nothing)")
        let nobody = try await refusal {
            _ = try await stand.platform.predict("none", [good], at: nil)
        }
        #expect(nobody.hasPrefix("there is no Endpoint none"))
        #expect(try log.predictions().isEmpty, "What is refused leaves no prediction.")
        stand.stop()
    }

    @Test func `says that it is not complete while a watermark is behind`() async throws {
        let log = memoryLog()
        let stand = try await Airport.serving(log)
        let flight = Airport.flights[200]
        let complete = try #require(try await stand.predict([flight.request]).first)
        #expect(complete.predicted.complete)
        let later = try await stand.predict([flight.request], at: Airport.closed + .seconds(1))
        #expect(later.first?.predicted.complete == false)
        let last = try await stand.predict([flight.request], at: Airport.closed)
        #expect(last.first?.predicted.complete == true, "Everything before the watermark is there.")
        stand.stop()
    }

    @Test func `is in the log before it is answered, unless nobody waits for that`() async throws {
        let log = memoryLog()
        let stand = try await Airport.serving(log)
        let flights = Airport.flights[20 ..< 25]
        let acked = try await stand.predict(flights.map(\.request))
        for prediction in acked {
            let position = try #require(prediction.position)
            let record = try log.records(of: position.partition).first {
                $0.offset == position.offset
            }
            let (envelope, event) = try PredictionEvent.decode(try #require(record))
            #expect(envelope.id == prediction.id)
            #expect(event.predicted == prediction.predicted)
        }
        try await stand.apply(Airport.endpoint(durability: "async"))
        let loose = try await stand.predict(flights.map(\.request))
        #expect(loose.allSatisfy { $0.position == nil })
        try await stand.eventually("they are in the log all the same") {
            try log.predictions().count == 10
        }
        try await stand.settle()
        #expect(try PredictionLedger.count(of: "lateness", in: stand.store).predictions == 10)
        try await stand.expectProof()
        stand.stop()
    }

    @Test func `says that some of a list may be in the log where not all are`() async throws {
        let log = FaultyLog(memoryLog(), seed: newSeed())
        let stand = try await Airport.serving(log)
        var faults = FaultyLog.Faults()
        faults.refusal = 0.5
        log.set(faults)
        do {
            _ = try await stand.predict(Airport.flights[20 ..< 120].map(\.request))
            Issue.record("Half of them were refused.")
        } catch AppendError.possiblyPersisted(let why) {
            #expect(why.contains("records are in the log, and the others are not"), "\(why)")
        }
        log.set(.none)
        stand.stop()
    }

    @Test func `is refused while no version stands at the stage`() async throws {
        let stand = try await Airport.open(memoryLog(), more: Airport.endpoint())
        let why = try await refusal { _ = try await stand.predict([Airport.flights[9].request]) }
        #expect(why.hasPrefix("lateness has no version at production. Promote one"), "\(why)")
        stand.stop()
    }
}

@Suite struct `Reading features` {
    private static let flight = Airport.flights[200]

    @Test func `of a model gives what the version that is asked would be given`() async throws {
        let stand = try await Airport.serving(memoryLog())
        defer { stand.stop() }
        let prediction = try #require(try await stand.predict([Self.flight.request]).first)
        // As the command line sends it.
        let texts = JSONValue.object(
            try (Self.flight.request.object ?? []).map { name, value in
                (name, .string(try value.string ?? value.text(.compact)))
            }
        )
        func read(_ name: String) throws -> FeatureAnswer {
            try stand.platform.features(ofModel: name, texts, at: nil, withRecords: true)
        }
        let answer = try read("lateness")
        #expect(answer.features.map(\.name) == prediction.columns)
        #expect(answer.features.map(\.value) == prediction.values)
        #expect(answer.at == Self.flight.scheduled)
        #expect(answer.isComplete)
        let explanation = try await stand.explain(prediction.id.description)
        #expect(answer.features.map(\.records) == explanation.features.map(\.records))
        _ = try await stand.train()
        #expect(
            try read("lateness").subject == .model("lateness", version: 1, dataset: "late@1"),
            "The version at production comes before the newest."
        )
        let nobody = try await refusal { _ = try read("latenes") }
        #expect(nobody.hasPrefix("there is no Model latenes"), "\(nobody)")
    }

    @Test func `of a view of requests depends on no instant`() async throws {
        let stand = try await Airport.open(memoryLog())
        defer { stand.stop() }
        let fields = ["scheduled", "distance"]
        let request = JSONValue.object(
            (Self.flight.request.object ?? []).filter { fields.contains($0.0) }
        )
        let answer = try stand.platform.features(of: "flight", request, at: nil, withRecords: false)
        #expect(answer.at == nil)
        #expect(answer.features.map(\.name) == ["hour", "distance"])
    }

    @Test func `refuses a field that the view is not read by`() async throws {
        let stand = try await Airport.open(memoryLog())
        defer { stand.stop() }
        let why = try await refusal {
            _ = try stand.platform.features(
                of: "punctuality",
                ["carrier": "AA", "carrer": "AA"],
                at: nil,
                withRecords: false
            )
        }
        #expect(
            why
                == "there is no field `carrer`. punctuality is read by carrier. Did you mean `carrier`?"
        )
    }
}

extension Airport.Flight {
    /// What somebody who asks would send.
    var request: JSONValue {
        [
            "id": .integer(id), "scheduled": .string(scheduled.rfc3339),
            "carrier": .string(carrier), "distance": .integer(distance),
        ]
    }
}

extension JSONValue {
    /// The object with one member more, or another value for it.
    func with(_ name: String, _ value: JSONValue) -> JSONValue {
        .object((object ?? []).filter { $0.0 != name } + [(name, value)])
    }
}

extension FieldValue {
    var number: Int { if case .int(let value) = self { Int(value) } else { -1 } }
}

extension Stand {
    func predict(_ requests: [JSONValue], at instant: Instant? = nil) async throws -> [Prediction] {
        try await platform.predict("lateness", requests, at: instant)
    }
}

extension Log {
    /// Every prediction there is, partition by partition.
    func predictions() throws -> [(
        id: EventID, position: Position, event: PredictionEvent.Predicted
    )] {
        try (0 ..< PredictionEvent.topic.partitions).flatMap { index in
            let partition = Partition(PredictionEvent.topic.name, index)
            return try records(of: partition).map { record in
                let (envelope, event) = try PredictionEvent.decode(record)
                return (envelope.id, Position(partition, record.offset), event.predicted)
            }
        }
    }
}
