import Archive
import Bytes
import Datasets
import Events
import Features
import Logs
import Records
import Store
import Testing

@testable import Engine
@testable import Platform

/// What lies on one side of an instant, and what on the other: a microsecond decides.
@Suite struct `The instant itself` {
    @Test func `is complete when the watermark has reached it, and not a microsecond later`() {
        let reading = Reading(store: MemoryStore(), cut: [:], watermark: TestClock.start)
        func complete(_ microseconds: Int64) -> Bool {
            let instant = TestClock.start.microseconds + microseconds
            return reading.isComplete(at: Instant(microseconds: instant))
        }
        #expect(complete(-1) && complete(0))
        #expect(!complete(1))
        #expect(!Reading(store: MemoryStore(), cut: [:]).isComplete(at: .distantPast))
    }

    private func outcome(_ id: Int64, _ microseconds: Int64, delay: Int64) -> NewRecord {
        let at = Instant(microseconds: Airport.start.microseconds + microseconds)
        return NewRecord(
            key: nil,
            value: Airport.Flight(
                id: id,
                scheduled: Airport.start,
                knownAt: at,
                carrier: "AA",
                distance: 100,
                delay: delay
            ).outcome
        )
    }

    @Test func `of a row of a dataset is not in its own features`() async throws {
        let log = memoryLog()
        let archive = MemoryArchive()
        let stand = try await Stand.start(log, archive: archive)
        try await stand.apply(Airport.everything)
        var flight = Airport.flights[0]
        flight.carrier = "AA"
        _ = try await log.append(
            NewRecord(key: nil, value: flight.departure),
            to: "departures",
            partition: 0
        )
        // A microsecond before the departure, at it, and after it; the last is how it ended itself.
        for record in [
            outcome(100, -1, delay: 1), outcome(101, 0, delay: 100), outcome(102, 1, delay: 1_000),
            outcome(flight.id, 3_600_000_000, delay: 30),
        ] {
            _ = try await log.append(record, to: "outcomes", partition: 0)
        }
        try await stand.close()
        let rows = try await stand.seal().rows(in: archive)
        #expect(rows.map(\.id) == [.int(flight.id)])
        #expect(rows.first?.values.prefix(2) == [.int(1), .int(1)])
        #expect(rows.first?.values.dropFirst(4).first == .int(1))
        stand.stop()
    }

    @Test func `up to which rows can be sealed is not known while a partition had no record`()
        async throws
    {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        try await stand.apply(Airport.everything)
        try await Airport.depart([Airport.flights[0], Airport.flights[2]], in: log)
        try await stand.close(["outcomes"])
        let definition = try #require(
            try DatasetCatalog.View(stand.store).dataset("late")?.served.definition
        )
        func latestClosed() throws -> Instant? {
            try SealInputs(definition, of: stand.platform, in: try stand.store.snapshot())
                .latestClosed
        }
        #expect(try latestClosed() == nil)
        try await stand.close(["departures"])
        #expect(try latestClosed() != nil)
        stand.stop()
    }

    @Test func `of a prediction is computed again from the log, and not from what the state says`()
        async throws
    {
        let log = memoryLog()
        let stand = try await Airport.serving(log)
        // The newest value of each block of rows, changed by one.
        var batch = WriteBatch()
        let prefix = Shelf(generation: Digest(of: []), partition: 0).prefix.count
        try stand.store.scan(FeatureFold.family, from: [], to: nil) { key, value in
            let key = key.withUnsafeBytes { [UInt8]($0) }
            var value = value.withUnsafeBytes { [UInt8]($0) }
            if key[prefix] == 16 {
                value[value.count - 8] ^= 1
                batch.put(value, at: key)
            }
            return true
        }
        #expect(!batch.rows.isEmpty)
        try stand.store.write(batch, to: FeatureFold.family)
        stand.platform.readings.advance()
        let wrong = try #require(
            try await stand.predict([Airport.flights[0].request], at: Airport.closed).first
        )
        try await stand.settle()
        let explanation = try await stand.explain(wrong.id.description)
        let differences = explanation.differences ?? []
        #expect(differences.contains { $0.what == "punctuality__last" }, "\(differences)")
        stand.stop()
    }
}
