import Bytes
import Events
import Logs
import Records
import Store
import Streams
import Testing

@testable import Engine
@testable import Platform

@Suite struct `Another log under the same name` {
    private let stream = Arrivals.definition("flights.arrived", partitions: 2)

    /// Good records, with one in four that is none.
    private func send(_ count: Int, to log: MemoryLog, from first: Int = 0) async throws {
        for id in first ..< first + count {
            let time = TestClock.start + .seconds(Int64(id))
            let value =
                id % 4 == 3 ? Array("none \(id)".utf8) : Arrivals.record(id, at: time)
            let record = NewRecord(key: nil, value: value)
            _ = try await log.append(record, to: stream.topic, partition: Int32(id % 2))
        }
    }

    private func recreate(_ log: MemoryLog) throws {
        try log.delete(topic: stream.topic)
        try log.create(TopicSpec(stream.topic, partitions: 2))
    }

    private func started(_ log: MemoryLog, _ store: any Store) async throws -> Stand {
        let stand = try await Stand.start(WatchedLog(log), store)
        _ = try await stand.platform.apply([stream], for: .anybody)
        return stand
    }

    /// What a platform that has seen nothing else makes of the stream's records.
    private func expectAsFresh(_ stand: Stand, _ log: MemoryLog) async throws {
        let fresh = memoryLog()
        try fresh.create(TopicSpec(stream.topic, partitions: 2))
        for index in 0 ..< Int32(2) {
            let partition = Partition(stream.topic, index)
            try fresh.skip(try log.bounds(of: partition).lowerBound, in: partition)
            for record in try log.records(of: partition) {
                let copy = NewRecord(
                    key: nil,
                    value: record.value.map { Array($0) },
                    timestamp: record.timestamp
                )
                _ = try await fresh.append(copy, to: stream.topic, partition: index)
            }
        }
        let other = try await started(fresh, MemoryStore())
        try await other.settle()
        #expect(try stand.intakeDigests() == other.intakeDigests())
        other.stop()
    }

    /// The dead letters of the stream since it began anew, by position.
    private func lettersSinceRestart(_ log: MemoryLog) throws -> [Position] {
        var letters: [Partition: [Position]] = [:]
        for letter in try log.deadLetters() {
            switch letter.fact {
            case .refused(let refused):
                let partition = Partition(refused.topic, refused.partition)
                letters[partition, default: []].append(Position(partition, refused.offset))
            case .restarted(let restarted):
                letters[Partition(restarted.topic, restarted.partition)] = []
            case nil: break
            }
        }
        return letters.values.joined()
            .sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
    }

    private func expectLetters(_ log: MemoryLog) throws {
        var expected: [Position] = []
        for index in 0 ..< Int32(2) {
            let partition = Partition(stream.topic, index)
            for record in try log.records(of: partition)
            where record.value?.first == UInt8(ascii: "n") {
                expected.append(Position(partition, record.offset))
            }
        }
        #expect(!expected.isEmpty)
        #expect(try lettersSinceRestart(log) == expected)
    }

    @Test(arguments: [6, 40]) func `is noticed at the start, be it shorter or longer`(
        count: Int
    ) async throws {
        let log = memoryLog()
        let store = MemoryStore()
        var stand = try await started(log, store)
        try await send(20, to: log)
        try await stand.settle()
        _ = try await stand.verify()
        try await stand.settle()
        stand.stop()
        try recreate(log)
        try await send(count, to: log, from: 1_000)
        stand = try await Stand.start(WatchedLog(log), store, seed: 2)
        try await stand.settle()
        try await stand.settle()
        let alerts = try stand.alerts()
        #expect(Set(alerts.map(\.kind)) == ["logChanged"], "\(alerts)")
        #expect(alerts.count == 2, "One for each partition.")
        try await expectAsFresh(stand, log)
        try expectLetters(log)
        #expect(alerts.allSatisfy { $0.resolvedAt == nil }, "Nobody has looked at the rows yet.")
        try await stand.expectProof("of the new log, whatever was attested of the former one")
        try await stand.settle()
        #expect(
            try stand.alerts().allSatisfy { $0.resolvedAt != nil },
            "The audit found them right."
        )
        stand.stop()
    }

    @Test(arguments: [6, 40]) func `is noticed while it happens`(count: Int) async throws {
        let log = memoryLog()
        let stand = try await started(log, MemoryStore())
        try await send(20, to: log)
        try await stand.settle()
        try recreate(log)
        try await send(count, to: log, from: 1_000)
        try await stand.eventually("two alerts of a changed log") {
            try stand.alerts().filter { $0.kind == "logChanged" }.count == 2
        }
        try await stand.settle()
        try await stand.settle()
        let alerts = try stand.alerts()
        #expect(Set(alerts.map(\.kind)) == ["topicMissing", "logChanged"], "\(alerts)")
        try await expectAsFresh(stand, log)
        try expectLetters(log)
        try await stand.expectProof()
        stand.stop()
    }

    @Test func `is no longer there, and reads go on`() async throws {
        let log = memoryLog()
        let stand = try await started(log, MemoryStore())
        try await send(20, to: log)
        try await stand.settle()
        let digests = try stand.intakeDigests()
        try log.delete(topic: stream.topic)
        try await stand.eventually("an alert for each partition") {
            try stand.alerts().filter { $0.kind == "topicMissing" }.count == 2
        }
        #expect(try stand.intakeDigests() == digests)
        #expect(try stand.catalog.stream(stream.name) != nil)
        stand.stop()
    }

    @Test func `is no longer there, and comes back`() async throws {
        let log = memoryLog()
        let stand = try await started(log, MemoryStore())
        try await send(20, to: log)
        try await stand.settle()
        try log.delete(topic: stream.topic)
        func missing() throws -> [AlertLedger.Alert] {
            try stand.alerts().filter { $0.kind == "topicMissing" }
        }
        try await stand.eventually("an alert for each partition") { try missing().count == 2 }
        try stand.platform.engine.resolveWaits()
        // Whatever it wrote is folded.
        #expect(
            try await stand.platform.engine.settle(
                within: .seconds(60),
                of: [AlertEvent.topic.name]
            )
        )
        #expect(try missing().allSatisfy { $0.resolvedAt == nil })
        try log.create(TopicSpec(stream.topic, partitions: 2))
        try await send(4, to: log)
        try await stand.eventually("both alerts are resolved") {
            try missing().allSatisfy { $0.resolvedAt != nil }
        }
        #expect(try missing().count == 2)
        stand.stop()
    }

    @Test func `lost records to retention while nobody folded`() async throws {
        let log = memoryLog()
        let store = MemoryStore()
        var stand = try await started(log, store)
        try await send(20, to: log)
        try await stand.settle()
        stand.stop()
        try await send(60, to: log, from: 20)
        let partition = Partition(stream.topic, 1)
        try log.trim(partition, before: 25)
        stand = try await Stand.start(WatchedLog(log), store, seed: 2)
        try await stand.settle()
        try await stand.settle()
        try expectLost(stand, partition, "10 to 24")
        try await expectAsFresh(stand, log)
        try await stand.expectProof("from the first record that is left")
        stand.stop()
    }

    @Test func `lost records to retention that overtook the fold`() async throws {
        let log = memoryLog()
        let watched = WatchedLog(log)
        let stand = try await Stand.start(watched)
        _ = try await stand.platform.apply([stream], for: .anybody)
        try await send(20, to: log)
        try await stand.settle()
        watched.hold(true)
        try await Task.sleep(for: .milliseconds(50))
        try await send(60, to: log, from: 20)
        let partition = Partition(stream.topic, 0)
        try log.trim(partition, before: 31)
        watched.hold(false)
        try await stand.eventually("an alert of lost records") {
            try !stand.alerts().isEmpty
        }
        try await stand.settle()
        try expectLost(stand, partition, "10 to 30")
        try await expectAsFresh(stand, log)
        try await stand.expectProof()
        stand.stop()
    }

    private func expectLost(_ stand: Stand, _ partition: Partition, _ range: String) throws {
        let alerts = try stand.alerts()
        #expect(alerts.map(\.kind) == ["recordsLost"], "\(alerts)")
        let summary = try #require(alerts.first).summary
        #expect(summary.contains(range), "\(summary)")
        #expect(summary.contains("\(partition)"), "\(summary)")
    }
}
