import Bytes
import Events
import Logs
import Projections
import Records
import Store
import Streams
import Testing

@testable import Engine
@testable import Platform

@Suite struct `A changed definition` {
    private func records(_ log: MemoryLog, _ ids: Range<Int>) async throws {
        for id in ids {
            let value = Arrivals.record(id, at: TestClock.start + .seconds(Int64(id)))
            _ = try await log.append(
                NewRecord(key: nil, value: value),
                to: "flights.arrived",
                partition: Int32(id % 2)
            )
        }
    }

    private func definition(lateness: Int64, _ description: String = "") -> StreamDefinition {
        Arrivals.definition(
            "flights.arrived",
            partitions: 2,
            lateness: .seconds(lateness),
            description: description
        )
    }

    private func switches(in log: MemoryLog) throws -> Int {
        try effectiveFacts(in: log).count { $0.event.fact.isSwitch }
    }

    @Test func `is built beside what is served, and then served instead`() async throws {
        let log = memoryLog()
        let watched = WatchedLog(log)
        let stand = try await Stand.start(watched)
        let former = definition(lateness: 60)
        let changed = definition(lateness: 30)
        _ = try await stand.platform.apply([former], for: .anybody)
        try await records(log, 0 ..< 40)
        try await stand.settle()
        _ = try await stand.platform.apply([changed], for: .anybody)
        try await stand.eventually("the changed definition is served") {
            try stand.catalog.stream("flights.arrived")?.served.definition == changed
        }
        #expect(try stand.catalog.stream("flights.arrived")?.next == nil)
        #expect(try switches(in: log) == 1)
        try await stand.eventually("the former generation has left") {
            stand.platform.engine.seats.allSatisfy { $0.generation != former.generation }
        }
        try await records(log, 40 ..< 50)
        try await stand.settle()
        let accepted = try (0 ..< Int32(2)).map {
            try Intake.View(Intake(changed), partition: $0, in: stand.store).summary.accepted
        }
        #expect(accepted == [25, 25])
        try await stand.expectProof()
        stand.stop()
    }

    @Test func `answers the records that it refuses for itself, and once`() async throws {
        let log = memoryLog()
        let store = MemoryStore()
        var stand = try await Stand.start(WatchedLog(log), store)
        let former = definition(lateness: 60)
        let changed = definition(lateness: 30)
        _ = try await stand.platform.apply([former], for: .anybody)
        try await records(log, 0 ..< 20)
        var expected: Set<Position> = []
        for number in 0 ..< 6 {
            expected.insert(
                try await log.append(
                    NewRecord(key: nil, value: Array("none \(number)".utf8)),
                    to: "flights.arrived",
                    partition: Int32(number % 2)
                )
            )
        }
        try await stand.settle()
        _ = try await stand.platform.apply([changed], for: .anybody)
        try await stand.eventually("the changed definition is served") {
            try stand.catalog.stream("flights.arrived")?.served.definition == changed
        }
        try await stand.settle()
        try expectLetters(log, expected, of: [former, changed])
        stand.stop()
        // Somebody who has lost all rows answers nothing again.
        stand = try await Stand.start(WatchedLog(log), MemoryStore(), seed: 2)
        try await stand.settle()
        try expectLetters(log, expected, of: [former, changed])
        try await stand.expectProof()
        stand.stop()
    }

    private func expectLetters(
        _ log: MemoryLog,
        _ expected: Set<Position>,
        of definitions: [StreamDefinition]
    ) throws {
        let letters = try log.refusedRecords()
        for definition in definitions {
            let positions = letters.filter { $0.generationDigest == definition.generation }
                .map { Position(Partition($0.topic, $0.partition), $0.offset) }
            #expect(Set(positions) == expected, "lateness \(definition.lateness)")
            #expect(positions.count == expected.count, "lateness \(definition.lateness)")
        }
        #expect(letters.count == definitions.count * expected.count)
    }

    @Test func `whose words alone differ keeps its rows`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        _ = try await stand.platform.apply([definition(lateness: 60, "one")], for: .anybody)
        try await records(log, 0 ..< 40)
        try await stand.settle()
        let seats = stand.platform.engine.seats.filter {
            $0.projection == "intake of flights.arrived"
        }
        let digests = try stand.intakeDigests()
        let two = definition(lateness: 60, "two")
        _ = try await stand.platform.apply([two], for: .anybody)
        try await stand.settle()
        #expect(try stand.catalog.stream("flights.arrived")?.served.definition == two)
        let after = stand.platform.engine.seats.filter {
            $0.projection == "intake of flights.arrived"
        }
        #expect(after == seats)
        #expect(try stand.intakeDigests() == digests)
        #expect(try switches(in: log) == 0)
        stand.stop()
    }
}

extension StreamEvent.OneOf_Fact? {
    fileprivate var isSwitch: Bool {
        if case .switched = self { true } else { false }
    }
}
