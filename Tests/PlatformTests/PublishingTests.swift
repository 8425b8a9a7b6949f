import Archive
import Bytes
import Events
import Logs
import Projections
import Serving
import Store
import Synchronization
import Testing

@testable import Engine
@testable import Platform

@Suite struct `Predictions on a topic of the user's own` {
    private let log = memoryLog()
    private let archive = MemoryArchive()
    private static let middle = Airport.flights[Airport.flights.count / 2].scheduled

    private func endpoint(_ publish: String?) -> String {
        Airport.endpoint(
            answer: "{stream: departures, from: \(Self.middle.rfc3339), wait: 0s}",
            publish: publish
        )
    }

    /// The ids of what stands on the topic.
    private func published(_ partitions: Int32) throws -> [EventID] {
        try (0 ..< partitions).flatMap { index in
            try log.records(of: Partition("scores", index)).map { try Envelope($0).id }
        }
    }

    private func predicted() throws -> Int {
        try (0 ..< PredictionEvent.topic.partitions).reduce(0) {
            try $0 + log.records(of: Partition(PredictionEvent.topic.name, $1)).count
        }
    }

    /// Departures that are answered.
    private func depart(_ stand: Stand, from: Int, _ count: Int) async throws {
        let first = Airport.flights.count / 2 + from
        let before = try predicted()
        try await Airport.depart(Airport.flights[first ..< first + count], in: log)
        try await stand.eventually("they are answered") { try predicted() >= before + count }
        try await stand.settle()
    }

    private func expectOnce(_ stand: Stand, _ partitions: Int32) async throws {
        let all = try predicted()
        try await stand.eventually("all are published") { try published(partitions).count >= all }
        try await stand.eventually("nothing waits any more") {
            try stand.platform.engine.reactorStatuses().allSatisfy { $0.waiting == 0 }
        }
        let ids = try published(partitions)
        #expect(ids.count == all)
        #expect(Set(ids).count == all)
        try await stand.eventually("it is well") { stand.platform.engine.troubles.isEmpty }
    }

    private func halfway() async throws -> Stand {
        let stand = try await Stand.start(log, archive: archive)
        try await stand.apply(Airport.everything)
        try await Airport.depart(Airport.flights.prefix(Airport.flights.count / 2), in: log)
        try await Airport.arrive(Airport.flights.filter { $0.knownAt < Self.middle }, in: log)
        try await stand.close(at: Self.middle)
        _ = try await stand.seal(to: Self.middle - .seconds(43_200))
        _ = try await stand.train()
        try await stand.promote(1)
        return stand
    }

    @Test func `stand there once, also those from before, and with state built anew`() async throws
    {
        var stand = try await halfway()
        try log.create(TopicSpec("scores", partitions: 3))
        try await stand.apply(endpoint(nil))
        try await depart(stand, from: 0, 12)
        try await stand.apply(endpoint("{topic: scores}"))
        try await stand.eventually("it is an alert, and the way out") {
            try stand.alerts().contains {
                $0.kind == "predictionsUnpublished" && $0.summary.contains("`partitions: 3`")
            }
        }
        try await stand.apply(endpoint("{topic: scores, partitions: 3}"))
        try await expectOnce(stand, 3)
        try await depart(stand, from: 12, 12)
        try await expectOnce(stand, 3)
        try await stand.eventually("the alert is over") {
            try stand.alerts().allSatisfy { $0.resolvedAt != nil }
        }
        try await stand.expectProof()
        stand.stop()
        // From nothing but the log.
        stand = try await Stand.start(log, MemoryStore(), archive: archive, seed: 2)
        try await stand.settle()
        try await expectOnce(stand, 3)
        stand.stop()
    }

    @Test func `are known by what was predicted, however many partitions there are`() throws {
        let narrow = Publishing(of: "lateness", on: .init(topic: "scores", partitions: 1))
        let wide = Publishing(of: "lateness", on: .init(topic: "scores", partitions: 3))
        let store = MemoryStore()
        try store.open(PublicationLedger.family)
        let id = EventID(high: 3, low: 4)
        var changes = Changes(
            over: store,
            family: PublicationLedger.family,
            shelf: wide.known.shelf(of: 0)
        )
        let record = Record(
            offset: 0,
            timestamp: TestClock.start,
            key: nil,
            value: nil,
            headers: [Header("ce_id", id.text)]
        )
        try wide.known.apply(record, of: Partition("scores", 0), to: &changes)
        try store.write(changes.batch(), to: PublicationLedger.family)
        let input = Partition(PredictionEvent.topic.name, 2)
        #expect(try narrow.isAnswered(id, of: input, in: store))
        #expect(try wide.isAnswered(id, of: input, in: store))
        #expect(narrow.scope == wide.scope)
        #expect(narrow.key != wide.key)
    }

    @Test func `stand there once, though others fold the topic too and its endpoint comes back`()
        async throws
    {
        let stand = try await halfway()
        try await stand.apply(
            """
            kind: Stream
            name: scores
            spec: {key: id, time: at, lateness: 366d, fields: {id: string, at: timestamp}}
            """
        )
        try await stand.apply(endpoint("{topic: scores}"))
        try await depart(stand, from: 0, 20)
        try await expectOnce(stand, 1)
        try await stand.settle()
        _ = try await stand.platform.delete("Endpoint", "lateness", for: .anybody)
        try await stand.eventually("nobody publishes") {
            stand.platform.publishings.withLock { $0.isEmpty }
        }
        try await stand.apply(endpoint("{topic: scores}"))
        try await depart(stand, from: 20, 4)
        try await expectOnce(stand, 1)
        stand.stop()
    }

    @Test func `are not published where they would be answered`() async throws {
        let stand = try await halfway()
        await #expect(throws: (any Error).self) {
            try await stand.apply(endpoint("{topic: departures, partitions: 2}"))
        }
        stand.stop()
    }
}
