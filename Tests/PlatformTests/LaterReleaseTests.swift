import Bytes
import Chance
import Events
import Logs
import Records
import Store
import Streams
import Testing

@testable import Engine
@testable import Platform

@Suite struct `A record of a platform topic` {
    private let stream = Arrivals.definition("flights.arrived", partitions: 1)

    @Test(arguments: PlatformTopics.all.map(\.name))
    func `of a later release stops its projector, which says where and why`(
        topic: String
    ) async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        _ = try await stand.platform.apply([stream], for: .anybody)
        // The stream has its seat: without one it would wait for answers that cannot be read.
        try await stand.settle()
        let position = try await log.append(laterFact(on: topic), to: topic, partition: 0)
        try await stand.eventually("a reason to stop") {
            !stand.platform.engine.stopReasons.isEmpty
        }
        let reason = try #require(stand.platform.engine.stopReasons.first)
        #expect(stand.platform.engine.stopReasons.count == 1)
        #expect(reason.contains("\(topic).v1.Renamed"), "\(reason)")
        #expect(reason.contains("\(position)"), "\(reason)")
        #expect(stand.notices.contains { $0.hasPrefix("projectorStopped") })
        #expect(try stand.catalog.stream(stream.name) != nil, "Reads go on.")
        if topic == StreamEvent.topic.name {
            await #expect("nothing is decided on a state that is behind") {
                try await stand.platform.delete("Stream", stream.name, for: .anybody)
            } throws: { error in
                if case PlatformError.unavailable = error { true } else { false }
            }
        }
        // Others fold on.
        let value = Arrivals.record(1, at: TestClock.start)
        _ = try await log.append(NewRecord(key: nil, value: value), to: stream.topic, partition: 0)
        let intake = Intake(stream)
        try await stand.eventually("a record taken in") {
            try Intake.View(intake, partition: 0, in: stand.store).summary.accepted == 1
        }
        stand.stop()
    }

    @Test func `of a later release keeps no server from starting, which serves what it knows`()
        async throws
    {
        let log = memoryLog()
        let topic = StreamEvent.topic.name
        var stand = try await Stand.start(log)
        _ = try await stand.platform.apply([stream], for: .anybody)
        stand.stop()
        _ = try await log.append(laterFact(on: topic), to: topic, partition: 0)
        stand = try await Stand.start(log)
        #expect(stand.platform.engine.stopReasons.count == 1)
        #expect(try stand.catalog.stream(stream.name) != nil)
        stand.stop()
    }

    @Test func `of a later release holds up only those whose answers it is among`() async throws {
        let log = memoryLog()
        let two = Arrivals.definition("flights.arrived", partitions: 2)
        var stand = try await Stand.start(log)
        _ = try await stand.platform.apply([two], for: .anybody)
        stand.stop()
        let topic = DeadLetterEvent.topic.name
        _ = try await log.append(laterFact(on: topic), to: topic, partition: 0)
        for partition in Int32(0) ..< 2 {
            for value in [Array("none".utf8), Arrivals.record(1, at: TestClock.start)] {
                let record = NewRecord(key: nil, value: value)
                _ = try await log.append(record, to: two.topic, partition: partition)
            }
        }
        stand = try await Stand.start(log)
        try await stand.eventually("all records are taken in") {
            try (0 ..< 2 as Range<Int32>).allSatisfy {
                try Intake.View(Intake(two), partition: $0, in: stand.store).summary.accepted == 1
            }
        }
        try await stand.eventually("the other partition has its dead letter") {
            try log.records(of: Partition(topic, 1)).count == 1
        }
        try await stand.eventually("readiness says who waits") {
            stand.platform.engine.reasons.contains {
                $0.word == .reactorStopped && $0.sentence.contains("\(topic)/0 is not folded")
            }
        }
        #expect(
            try log.records(of: Partition(topic, 0)).count == 1,
            "The fact, and no dead letter."
        )
        stand.stop()
    }

    @Test func `of a stranger is void and stops nobody`() async throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let log = memoryLog()
        let stand = try await Stand.start(log)
        _ = try await stand.platform.apply([stream], for: .anybody)
        try await stand.settle()
        let before = try stand.digests()
        let fact = StreamEvent.filled { $0.deleted = .filled { $0.name = stream.name } }
        let good = fact.newRecord(
            Envelope(
                id: EventID(high: 3, low: 4),
                subject: stream.name,
                time: TestClock.start,
                revision: 2
            )
        )
        for topic in PlatformTopics.all {
            for number in 0 ..< 60 {
                var record = good
                switch number % 6 {
                case 0: record.headers = []
                case 1: record.value = nil
                case 2:
                    let count = Int.random(in: 0 ..< 90, using: &random)
                    record.value = (0 ..< count).map { _ in
                        UInt8.random(in: .min ... .max, using: &random)
                    }
                    record.headers.removeAll { $0.name == "ce_type" }
                case 3: record.key = Array("somebody else".utf8)
                case 4:
                    record.headers.removeAll { $0.name == "ce_revision" }
                    record.headers.append(Header("ce_revision", "02"))
                    if topic.name != StreamEvent.topic.name {
                        record.headers.append(Header("ce_type", "com.example.Thing"))
                    }
                default: record.headers.append(Header("ce_id", [0xFF]))
                }
                if topic.name != StreamEvent.topic.name {
                    record.headers.removeAll { $0.name == "ce_type" }
                    record.headers.append(Header("ce_type", "com.example.Thing"))
                }
                let partition = Int32(number) % topic.partitions
                _ = try await log.append(record, to: topic.name, partition: partition)
            }
        }
        try await stand.settle()
        #expect(stand.platform.engine.stopReasons.isEmpty)
        let empty = try emptyDigest()
        for (name, digest) in try stand.digests() {
            #expect(digest == before[name] ?? empty, "\(name)")
        }
        #expect(try stand.catalog.stream(stream.name) != nil)
        stand.stop()
    }

    /// The digest of no rows.
    private func emptyDigest() throws -> Digest { DigestHasher().finish() }

    @Test func `with a wrong number or a used id is void and changes nothing`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        _ = try await stand.platform.apply([stream], for: .anybody)
        let effective = try #require(try effectiveFacts(in: log).first)
        let before = try stand.digests()
        let fact = StreamEvent.filled { $0.deleted = .filled { $0.name = stream.name } }
        for (revision, id) in [
            (Int64(1), EventID(high: 5, low: 1)), (3, EventID(high: 5, low: 2)),
            (2, effective.envelope.id),
        ] {
            let envelope = Envelope(
                id: id,
                subject: stream.name,
                time: TestClock.start,
                revision: revision
            )
            _ = try await log.append(
                fact.newRecord(envelope),
                to: StreamEvent.topic.name,
                partition: 0
            )
        }
        try await stand.settle()
        #expect(try stand.digests() == before)
        #expect(try stand.catalog.stream(stream.name) != nil)
        let effect = try await stand.platform.delete("Stream", stream.name, for: .anybody)
        guard case .changed(_, revision: 2) = effect else {
            Issue.record("The next number is 2 still, and the effect was \(effect).")
            return
        }
        stand.stop()
    }
}

/// A fact of a type that only a later release has.
func laterFact(on topic: String) -> NewRecord {
    let type = "\(topic).v1.Renamed"
    var envelope = Envelope(
        id: EventID(high: 1, low: 2),
        subject: "flights.arrived",
        time: TestClock.start,
        revision: 9
    )
    envelope.type = type
    return NewRecord(
        key: Array("flights.arrived".utf8),
        value: [0x0A, 0x00],
        headers: envelope.headers()
    )
}
