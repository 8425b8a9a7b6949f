import Bytes
import Datasets
import Events
import Features
import FoundationEssentials
import Logs
import ModelRegistry
import Projections
import Records
import Serving
import Store
import Streams
import SwiftProtobuf
import Testing

@testable import Engine
@testable import Platform

/// What another release took, and this one refuses or cannot read.
@Suite struct `A declaration that a later rule refuses` {
    private static let late = """
        {"kind":"Stream","name":"birds","description":"","owner":"","spec":{"topic":"birds","partitions":1,\
        "retention":"forever","format":"json","key":"id","time":"at","lateness":"400d",\
        "fields":{"id":"string","at":"timestamp"}}}
        """
    private static let good = """
        kind: Stream
        name: birds
        spec:
          key: id
          time: at
          lateness: 1h
          fields: {id: string, at: timestamp}
        """
    private static let generation = Digest(of: Array(late.utf8)).bytes

    /// Appends a fact that another release wrote.
    private func append(
        _ event: some PlatformEvent,
        about name: String,
        revision: Int64 = 1,
        to log: MemoryLog
    ) async throws {
        let topic = type(of: event).topic.name
        let envelope = Envelope(
            id: EventID(of: Array("\(topic) \(name) \(revision)".utf8)),
            subject: name,
            time: TestClock.start,
            actor: "grace",
            revision: revision
        )
        _ = try await log.append(event.newRecord(envelope), to: topic, partition: 0)
    }

    private func declaring(_ name: String, _ text: String) -> StreamEvent {
        .with {
            $0.declared = .with {
                $0.name = name
                $0.definition = text
                $0.generation = .init(Self.generation)
            }
        }
    }

    @Test func `counts and is not run, and the next one takes effect`() async throws {
        let log = memoryLog()
        try log.create(StreamEvent.topic)
        try await append(declaring("birds", Self.late), about: "birds", to: log)
        let stand = try await Stand.start(log)
        try await stand.settle()
        let entry = try #require(try stand.catalog.stream("birds"))
        #expect(entry.revision == 1)
        #expect(entry.served.text == Self.late)
        #expect(entry.served.fault?.reason.contains("`lateness` is 0s to 366d, not 400d.") == true)
        #expect(try log.topics().allSatisfy { $0.name != "birds" }, "Nothing is done with it.")
        let words = try await refusal {
            _ = try await stand.platform.publish([Array(#"{"id":"a"}"#.utf8)], to: "birds")
        }
        #expect(words.hasPrefix("this release does not take what Stream birds was declared as: "))
        let elsewhere = try await refusal {
            try await stand.apply(Self.good.replacing("spec:", with: "spec:\n  topic: other"))
        }
        #expect(elsewhere.contains("Stream birds reads the topic birds"), "\(elsewhere)")

        #expect(try await stand.apply(Self.good).map(\.applied) == [.changed])
        try await stand.eventually("it is served") {
            try stand.catalog.stream("birds").map { $0.next == nil && $0.served.fault == nil }
                == true
        }
        #expect(try stand.catalog.stream("birds")?.revision == 2)
        _ = try await stand.platform.publish(
            [Array(#"{"id":"a","at":"2013-07-01T00:00:00Z"}"#.utf8)],
            to: "birds"
        )
        try await stand.settle()
        #expect(try stand.catalog.stream("birds")?.served.definition?.lateness == .seconds(3_600))
        #expect(try StreamCatalog.View(stand.store, asOf: 0).stream("birds")?.served.fault != nil)
        try await stand.expectProof()
        // Each proof is attested, a moment later.
        let before = try stand.digests().filter { !$0.key.hasPrefix("attestations") }
        stand.stop()
        let again = try await Stand.start(log)
        try await again.settle()
        #expect(try again.digests().filter { !$0.key.hasPrefix("attestations") } == before)
        again.stop()
    }

    @Test func `of what is served leaves that as it is`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        try await stand.apply(Self.good)
        stand.stop()
        try await append(declaring("birds", Self.late), about: "birds", revision: 2, to: log)
        let again = try await Stand.start(log)
        try await again.settle()
        let entry = try #require(try again.catalog.stream("birds"))
        #expect(entry.revision == 2)
        #expect(entry.served.definition?.lateness == .seconds(3_600))
        #expect(entry.newest.fault != nil)
        _ = try await again.platform.publish(
            [Array(#"{"id":"a","at":"2013-07-01T00:00:00Z"}"#.utf8)],
            to: "birds"
        )
        #expect(try await again.apply(Self.good).map(\.applied) == [.changed])
        #expect(try again.catalog.stream("birds")?.newest.fault == nil)
        again.stop()
    }

    @Test func `of a view that is served is never switched to, and drops no rows`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        try await stand.apply(
            [Airport.streams(), Airport.punctuality()].joined(separator: "\n---\n")
        )
        try await Airport.arrive(in: log)
        try await stand.settle()
        let before = try stand.features("AA")
        let served = try #require(try stand.view("punctuality")).served
        // The one is of another generation, and the other of the same.
        for (index, generation) in [Self.generation, served.generation.bytes].enumerated() {
            let event = FeatureEvent.with {
                $0.declared = .with {
                    $0.name = "punctuality"
                    $0.definition =
                        #"{"kind":"FeatureView","spec":{"mean":"of all","stream":"departures"}}"#
                    $0.stream = served.stream
                    $0.generation = .init(generation)
                }
            }
            let revision = Int64(index + 2)
            try await append(event, about: "punctuality", revision: revision, to: log)
            try await stand.settle()
            try stand.platform.switchBuilt()
            await stand.platform.engine.fitSeats()
            #expect(try stand.view("punctuality")?.revision == revision)
            #expect(try stand.view("punctuality")?.next == nil || index == 0)
            #expect(
                stand.platform.engine.seats.contains { $0.generation == served.generation },
                "Its rows stay."
            )
            if index == 0 { #expect(try stand.features("AA") == before) }
            // What is served is needed as what is to come may be.
            let users = [
                "outcomes": "FeatureView punctuality",
                "departures": "perhaps FeatureView punctuality",
            ]
            for (stream, user) in users where index == 0 {
                let words = try await refusal {
                    _ = try await stand.platform.delete("Stream", stream, for: .anybody)
                }
                #expect(words.contains(user), "\(words)")
            }
        }
        let words = try await refusal { _ = try stand.features("AA") }
        #expect(words.contains("FeatureView punctuality"), "\(words)")
        try await stand.apply(Airport.punctuality())
        try await stand.settle()
        #expect(try stand.features("AA") == before)
        stand.stop()
    }

    @Test func `keeps others neither from being changed nor from being used`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        try await stand.apply(Airport.everything)
        let served = try #require(try stand.view("flight")).served
        let event = FeatureEvent.with {
            $0.declared = .with {
                $0.name = "flight"
                $0.definition =
                    #"{"kind":"FeatureView","spec":{"type":"any","stream":"departures"}}"#
                $0.generation = .init(served.generation.bytes)
            }
        }
        try await append(event, about: "flight", revision: 2, to: log)
        try await stand.settle()
        // The dataset reads a view that cannot be read: that is not the stream's fault.
        try await stand.apply(Airport.streams(lateness: "1h"))
        let words = try await refusal { try await stand.apply(Airport.dataset(within: "6h")) }
        #expect(
            words.contains("this release does not take what FeatureView flight was declared as."),
            "\(words)"
        )
        let users = try await refusal {
            _ = try await stand.platform.delete("Stream", "departures", for: .anybody)
        }
        #expect(
            users.contains("perhaps FeatureView flight, which this release does not take"),
            "\(users)"
        )
        stand.stop()
    }

    @Test func `of any kind is shown and holds up nobody`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        try await stand.apply(Airport.everything)
        try await append(
            FeatureEvent.with {
                $0.declared = .with {
                    $0.name = "rate"
                    $0.definition = #"{"kind":"FeatureView","spec":{"mean":"of all"}}"#
                    $0.generation = .init(Self.generation)
                }
            },
            about: "rate",
            to: log
        )
        try await append(
            DatasetEvent.with {
                $0.declared = .with {
                    $0.name = "rows"
                    $0.definition = "none"
                    $0.generation = .init(Self.generation)
                }
            },
            about: "rows",
            to: log
        )
        try await append(
            ModelEvent.with {
                $0.declared = .with {
                    $0.name = "deep"
                    $0.definition = #"{"kind":"Model","name":"deep","spec":{"task":"any"}}"#
                    $0.generation = .init(Self.generation)
                }
            },
            about: "deep",
            to: log
        )
        try await append(
            EndpointEvent.with {
                $0.declared = .with {
                    $0.name = "deep"
                    $0.definition = #"{"kind":"Endpoint","spec":{"model":"deep@production"}}"#
                    $0.generation = .init(Self.generation)
                }
            },
            about: "deep",
            to: log
        )
        try await append(declaring("birds", Self.late), about: "birds", to: log)
        try await stand.settle()
        #expect(try stand.view("rate")?.served.fault != nil)
        #expect(try DatasetCatalog.View(stand.store).dataset("rows")?.served.fault != nil)
        #expect(try ModelCatalog.View(stand.store).model("deep")?.served.fault != nil)
        #expect(try EndpointCatalog.View(stand.store).endpoint("deep")?.served.fault != nil)
        for words in [
            try await refusal {
                _ = try await stand.platform.seal(
                    "rows",
                    from: Airport.start,
                    to: Airport.end,
                    for: .anybody
                )
            },
            try await refusal {
                _ = try await stand.platform.train(
                    "deep",
                    on: "late@1",
                    codeRevision: "",
                    environment: "",
                    for: .anybody
                )
            },
            try await refusal { _ = try stand.platform.ready("deep") },
        ] {
            #expect(words.contains("Nothing is done with it until it is declared anew"), "\(words)")
        }
        // What else there is goes on: declared, changed, deleted.
        #expect(try await stand.apply(Airport.everything).allSatisfy { $0.applied == .unchanged })
        #expect(
            try await stand.apply(Airport.model(rounds: 6)).map(\.applied) == [.changed]
        )
        for (kind, name) in [
            ("Endpoint", "deep"), ("Model", "deep"), ("Dataset", "rows"), ("FeatureView", "rate"),
            ("Stream", "birds"),
        ] {
            _ = try await stand.platform.delete(kind, name, for: .anybody)
        }
        try await stand.expectProof()
        stand.stop()
    }
}
