import Bytes
import Events
import FoundationEssentials
import Logs
import Projections
import Records
import Store
import Streams
import Testing

@testable import Engine
@testable import Platform

/// A fact that comes to be known after the records that it binds were folded.
@Suite struct `Records that are answered anew` {
    private static let stream = Arrivals.definition("flights.arrived", partitions: 2)
    private static let input = Partition("flights.arrived", 0)
    private let log = memoryLog()

    private func send(_ value: [UInt8], to partition: Int32 = 0) async throws {
        _ = try await log.append(
            NewRecord(key: nil, value: value),
            to: Self.stream.topic,
            partition: partition
        )
    }

    private func send(_ id: Int, second: Int64, to partition: Int32 = 0) async throws {
        let time = TestClock.start + .seconds(second)
        try await send(Arrivals.record(id, at: time), to: partition)
    }

    /// Both partitions have a record that is none, and the third of the first is good as far as anybody knows.
    private func started(_ log: any Log) async throws -> Stand {
        let stand = try await Stand.start(log)
        _ = try await stand.platform.apply([Self.stream], for: .anybody)
        for (id, second) in [(1, 600), (2, 660), (3, 640), (4, 670)] as [(Int, Int64)] {
            try await send(id, second: second)
        }
        for partition in [0, 1] as [Int32] {
            try await send(Array("none".utf8), to: partition)
            try await send(5, second: 680, to: partition)
        }
        try await stand.settle()
        #expect(try counts(stand) == ["notJSON": 2])
        return stand
    }

    /// Another server says that everything before the second record's time came before the third.
    private func tell(_ stand: Stand) async throws {
        let name = Self.stream.name
        let revision = (try stand.catalog.tables.get(Arbiter.subjects, name) ?? 0) + 1
        let event = StreamEvent.filled {
            $0.advanced = .filled {
                $0.name = name
                $0.watermarkUs = (TestClock.start + .seconds(660)).microseconds
                $0.cause = .endOfInput
                $0.end = 2
                $0.binds = true
            }
        }
        let envelope = Envelope(
            id: stand.clock.newID(),
            subject: name,
            time: stand.clock.now(),
            revision: revision
        )
        _ = try await log.append(
            event.newRecord(envelope),
            to: StreamEvent.topic.name,
            partition: 0
        )
    }

    private func counts(_ stand: Stand) throws -> [String: Int64] {
        let counts = try DeadLetterLedger.counts(in: stand.store)
            .filter { $0.stream == Self.stream.name }
        return Dictionary(uniqueKeysWithValues: counts.map { ($0.reason, $0.count) })
    }

    private func next(_ stand: Stand) throws -> Offset? {
        try Intake(Self.stream).progress(of: Self.input.index, in: stand.store)?.next
    }

    private func digests(_ stand: Stand) throws -> [String: Digest] {
        try stand.digests().filter { $0.key.hasPrefix("deadletters") }
    }

    @Test func `are counted once, as by whoever folds everything again`() async throws {
        let stand = try await started(log)
        try await tell(stand)
        try await stand.eventually("the third record is late") {
            try counts(stand)["late"] == 1 && next(stand) == 6
        }
        try await stand.settle()
        #expect(try counts(stand) == ["late": 1, "notJSON": 2])
        let restarted = try log.deadLetters().compactMap { letter in
            if case .restarted(let restarted) = letter.fact { restarted } else { nil }
        }
        #expect(restarted.count == 1)
        #expect(Array(restarted.first?.generation ?? .init()) == Self.stream.generation.bytes)
        try await stand.expectProof()
        let rows = try digests(stand)
        stand.stop()
        let again = try await Stand.start(log, MemoryStore(), seed: 2)
        try await again.settle()
        #expect(try counts(again) == ["late": 1, "notJSON": 2])
        #expect(try digests(again) == rows)
        again.stop()
    }

    /// Until the log has taken it that they are, their rows stay, and everybody else goes on.
    @Test func `hold nobody up while it is said that they are`() async throws {
        let orderly = OrderlyLog(log)
        let stand = try await started(orderly)
        orderly.holds(DeadLetterEvent.topic.name)
        try await tell(stand)
        try await stand.eventually("it is being said") { orderly.heldCount == 1 }
        orderly.letGo(taking: false)
        try await stand.eventually("it is said again") { orderly.heldCount == 1 }
        let other = Arrivals.definition("flights.departed", partitions: 1)
        _ = try await stand.platform.apply([other], for: .anybody)
        try await stand.eventually("the other stream has its seat") {
            stand.platform.engine.seats.contains { $0.generation == other.generation }
        }
        #expect(try next(stand) == 6, "The rows are there.")
        orderly.holds(nil)
        orderly.letGo()
        try await stand.eventually("the third record is late") {
            try counts(stand)["late"] == 1 && next(stand) == 6
        }
        try await stand.settle()
        #expect(try counts(stand) == ["late": 1, "notJSON": 2])
        try await stand.expectProof()
        stand.stop()
    }

    @Test func `of one generation leave the counts of another as they are`() throws {
        let ledger = DeadLetterLedger()
        let store = MemoryStore()
        try store.open(ledger.family)
        var changes = Changes(over: store, family: ledger.family, shelf: ledger.shelf(of: 0))
        let changed = Arrivals.definition("flights.arrived", lateness: .seconds(30))
        func fold(_ event: DeadLetterEvent) throws {
            let letter = event.newRecord(
                Envelope(
                    id: EventID(
                        of: event.refused.generation.map { $0 },
                        event.refused.offset.orderedBytes
                    ),
                    subject: Self.stream.name,
                    time: TestClock.start
                )
            )
            let record = Record(
                offset: changes.offset + 1,
                timestamp: TestClock.start,
                key: letter.key.map { $0[...] },
                value: letter.value.map { $0[...] },
                headers: letter.headers
            )
            changes.offset = record.offset
            try ledger.apply(record, of: Partition(ledger.topic, 0), to: &changes)
        }
        func refuse(_ offset: Offset, _ stream: StreamDefinition) throws {
            try fold(
                .filled {
                    $0.refused = .filled {
                        $0.stream = stream.name
                        $0.topic = stream.topic
                        $0.offset = offset
                        $0.reason = "late"
                        $0.generationDigest = stream.generation
                    }
                }
            )
        }
        func restart(_ stream: StreamDefinition?) throws {
            try fold(
                .filled {
                    $0.restarted = .filled {
                        $0.stream = Self.stream.name
                        $0.topic = Self.stream.topic
                        $0.generation = .init(stream?.generation.bytes ?? [])
                    }
                }
            )
        }
        func expect(_ counts: [StreamDefinition: Int64], _ comment: Comment) throws {
            try store.write(changes.batch(), to: ledger.family)
            changes = Changes(
                over: store,
                family: ledger.family,
                shelf: ledger.shelf(of: 0),
                at: changes.offset
            )
            let found = try DeadLetterLedger.counts(in: store).map { ($0.generation, $0.count) }
            let expected = counts.map { ($0.key.generation.hex, $0.value) }
            #expect(
                Dictionary(uniqueKeysWithValues: found)
                    == Dictionary(uniqueKeysWithValues: expected),
                comment
            )
        }
        for offset in [2, 4] as [Offset] {
            try refuse(offset, Self.stream)
            try refuse(offset, changed)
        }
        try expect([Self.stream: 2, changed: 2], "as they came")
        try restart(Self.stream)
        try refuse(1, Self.stream)
        try expect([Self.stream: 1, changed: 2], "the served one began anew")
        try restart(changed)
        for offset in [1, 2, 4] as [Offset] { try refuse(offset, changed) }
        try expect([Self.stream: 1, changed: 3], "and the other one after it")
        // As 0.1.0 said it.
        try restart(nil)
        try refuse(1, changed)
        try expect([changed: 1], "both")
    }
}
