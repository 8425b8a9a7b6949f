import Archive
import Bytes
import Chance
import Events
import FoundationEssentials
import Logs
import Projections
import Records
import Serving
import Store
import SwiftProtobuf
import Synchronization
import Testing

@testable import Engine
@testable import Platform

@Suite struct `Answering a stream` {
    private static let half = Airport.flightCount / 2
    private static let middle = Airport.flights[half].scheduled
    /// From this departure on, each is to be answered.
    private static let first = 100
    private static let expected = Set(Int64(first) ..< Int64(Airport.flightCount))

    private static func endpoint(wait: String = "unlimited", missing: String = "keep") -> String {
        Airport.endpoint(
            answer:
                "{stream: departures, from: \(Airport.flights[first].scheduled.rfc3339), wait: \(wait)}",
            missing: missing
        )
    }

    /// Half of the days are over, and a model that was trained on them stands at production.
    private static func halfway(
        _ log: any Log,
        _ store: any Store = MemoryStore(),
        _ archive: MemoryArchive
    ) async throws -> Stand {
        let stand = try await Stand.start(log, store, archive: archive)
        try await stand.apply(Airport.everything)
        try await Airport.depart(Airport.flights.prefix(half), in: log)
        try await Airport.arrive(Airport.flights.filter { $0.knownAt < middle }, in: log)
        try await stand.close(at: middle)
        _ = try await stand.seal(to: middle - .seconds(43_200))
        _ = try await stand.train()
        try await stand.promote(1)
        return stand
    }

    /// What happens in the hours from one departure to another.
    private static func goOn(from: Int, to: Int, in log: any Log) async throws {
        let end = to == Airport.flightCount ? Airport.closed : Airport.flights[to].scheduled
        let span = Airport.flights[from].scheduled ..< end
        try await Airport.depart(Airport.flights[from ..< to], in: log)
        try await Airport.arrive(Airport.flights.filter { span.contains($0.knownAt) }, in: log)
    }

    /// Expects one answer for each departure that is to have one. `isOrdered`: In their order, too.
    private static func expectAnswers(
        _ stand: Stand,
        _ log: any Log,
        isOrdered: Bool = true,
        isComplete: Bool = true,
        at place: SourceLocation = #_sourceLocation
    ) async throws {
        try await stand.eventually("everything is answered") {
            try PredictionLedger.count(of: "lateness", in: stand.store).predictions
                >= Int64(expected.count)
        }
        try await stand.settle()
        let known = try PredictionLedger.count(of: "lateness", in: stand.store)
        #expect(known.predictions == Int64(expected.count), sourceLocation: place)
        if isComplete { #expect(known.incomplete == 0, sourceLocation: place) }
        let queues = stand.platform.answerings.withLock { $0.values.map(\.queue) }
        try await stand.eventually("nothing waits any more") {
            try queues.allSatisfy { queue in
                try (0 ..< queue.stream.partitions).allSatisfy { index in
                    try queue.next(after: -1, of: index, limit: 1, in: stand.store).isEmpty
                }
            }
        }
        var seen: Set<EventID> = []
        let predictions = try log.predictions().filter { seen.insert($0.id).inserted }
        #expect(
            predictions.map { Int64($0.event.id) ?? -1 }.sorted() == expected.sorted(),
            sourceLocation: place
        )
        for (partition, answers) in Dictionary(grouping: predictions, by: \.event.input.partition) {
            #expect(
                answers.allSatisfy { $0.position.partition.index == partition % 4 },
                sourceLocation: place
            )
            guard isOrdered else { continue }
            let offsets = answers.sorted { $0.position < $1.position }.map(\.event.input.offset)
            #expect(offsets == offsets.sorted(), sourceLocation: place)
        }
    }

    @Test func `gives every record one answer, in order, whatever stops and starts`() async throws {
        let log = memoryLog()
        let archive = MemoryArchive()
        var store = MemoryStore()
        var stand = try await Self.halfway(log, store, archive)
        try await stand.apply(Self.endpoint())
        for from in stride(from: Self.half, to: Airport.flightCount, by: 20) {
            try await Self.goOn(from: from, to: from + 20, in: log)
            // What does not fit, or came before, has no answer.
            for value in [Array("none".utf8), Airport.flights[from].departure] {
                _ = try await log.append(
                    NewRecord(key: nil, value: value),
                    to: "departures",
                    partition: Int32(from % 2)
                )
            }
            if from % 40 == 0 { try await stand.settle() }
            stand.stop()
            // Every other time all rows are lost.
            if from % 40 == 0 { store = MemoryStore() }
            stand = try await Stand.start(log, store, archive: archive, seed: UInt64(from))
        }
        try await stand.close(["outcomes"])
        try await Self.expectAnswers(stand, log)
        let result = try await elsewhere { [platform = stand.platform] in
            try platform.reexecute("lateness")
        }
        #expect(result.predictions == Self.expected.count)
        #expect(result.differences.isEmpty)
        try await stand.expectProof()
        stand.stop()
    }

    @Test(arguments: [1, 2, 3]) func `loses none and doubles none over a log with faults`(
        _ round: Int
    ) async throws {
        let seed = newSeed()
        let memory = memoryLog()
        let log = FaultyLog(memory, seed: seed)
        let archive = MemoryArchive()
        var store = MemoryStore()
        var stand = try await Self.halfway(log, store, archive)
        try await Self.goOn(from: Self.half, to: Airport.flightCount, in: memory)
        try await stand.close()
        try await stand.apply(Self.endpoint())
        var faults = FaultyLog.Faults()
        faults.refusal = 0.4
        faults.duplicate = 0.1
        faults.lostAcknowledgement = 0.2
        faults.delay = 0.3
        faults.longestDelay = TimeSpan(microseconds: 5_000)
        for turn in 0 ..< 4 {
            log.set(faults)
            try await Task.sleep(for: .milliseconds(turn * 15))
            log.set(.none)
            stand.stop()
            if turn % 2 == 0 { store = MemoryStore() }
            // From here on the faults are those of a start in the middle of it.
            stand = try await Stand.start(log, store, archive: archive, seed: UInt64(10 + turn))
        }
        log.set(faults)
        try await Task.sleep(for: .milliseconds(50))
        log.set(.none)
        try await Self.expectAnswers(stand, memory, isOrdered: false)
        stand.stop()
    }

    /// Where a server dies while an answer was refused by the log and later ones were not.
    @Test func `gives the answer that was missing in the middle when it died`() async throws {
        let log = memoryLog()
        let archive = MemoryArchive()
        let stand = try await Self.halfway(log, MemoryStore(), archive)
        try await Self.goOn(from: Self.half, to: Airport.flightCount, in: log)
        try await stand.close()
        try await stand.apply(Self.endpoint())
        try await Self.expectAnswers(stand, log)
        stand.stop()
        let answers = try log.predictions().filter { $0.position.partition.index == 1 }
        for missing in [answers[0], answers[20], answers[65]] {
            let other = try await log.copy { position, record in
                position == missing.position ? nil : record
            }
            let second = try await Stand.start(other, MemoryStore(), archive: archive, seed: 9)
            try await Self.expectAnswers(second, other, isOrdered: false)
            second.stop()
        }
    }

    @Test func `waits until everything before a record is there`() async throws {
        let log = memoryLog()
        let stand = try await Self.halfway(log, MemoryStore(), MemoryArchive())
        try await stand.apply(Self.endpoint())
        // The watermark stands at the departure in the middle.
        let known = Int64(Self.half - Self.first)
        try await stand.eventually("what is complete is answered") {
            try PredictionLedger.count(of: "lateness", in: stand.store).predictions == known
        }
        try await Airport.depart(Airport.flights[Self.half...], in: log)
        try await stand.settle()
        try await Task.sleep(for: .milliseconds(200))
        // The one at the watermark itself is complete too.
        #expect(
            try PredictionLedger.count(of: "lateness", in: stand.store).predictions == known + 1
        )
        try await Airport.arrive(Airport.flights.filter { $0.knownAt >= Self.middle }, in: log)
        try await stand.close()
        try await Self.expectAnswers(stand, log)
        stand.stop()
    }

    @Test func `goes on when it has waited long enough, and says what was not complete`()
        async throws
    {
        let log = memoryLog()
        let stand = try await Self.halfway(log, MemoryStore(), MemoryArchive())
        try await stand.apply(Self.endpoint(wait: "0s"))
        try await Airport.depart(Airport.flights[Self.half...], in: log)
        try await Self.expectAnswers(stand, log, isComplete: false)
        for prediction in try log.predictions() {
            #expect(
                prediction.event.complete
                    == (prediction.event.atUs <= Self.middle.microseconds),
                "departure \(prediction.event.id)"
            )
        }
        stand.stop()
    }

    @Test func `waits for each from its arrival on, and no longer, and keeps back nothing`()
        async throws
    {
        let log = memoryLog()
        let stand = try await Self.halfway(log, MemoryStore(), MemoryArchive())
        try await stand.apply(Self.endpoint(wait: "6h"))
        try await Airport.depart(Airport.flights[Self.half...], in: log, at: TestClock.start)
        // The one at the watermark itself is complete too.
        let known = Int64(Self.half - Self.first) + 1
        try await stand.eventually("what is complete is answered") {
            try PredictionLedger.count(of: "lateness", in: stand.store).predictions == known
        }
        try await Task.sleep(for: .milliseconds(200))
        #expect(
            try PredictionLedger.count(of: "lateness", in: stand.store).predictions == known
        )
        // Sixty of each partition wait, from when the log got them: twelve hours after the start. The six hours are over
        // for all of them at once.
        stand.clock.pass(18 * 3_600)
        try await Self.expectAnswers(stand, log, isComplete: false)
        stand.stop()
    }

    @Test func `answers each record when it is folded, without the next one`() async throws {
        let log = memoryLog()
        let stand = try await Self.halfway(log, MemoryStore(), MemoryArchive())
        try await stand.apply(Self.endpoint(wait: "0s"))
        for index in Self.half ..< Self.half + 20 {
            try await Airport.depart([Airport.flights[index]], in: log)
            try await stand.eventually("\(index) is answered") {
                try PredictionLedger.count(of: "lateness", in: stand.store).predictions
                    == Int64(index + 1 - Self.first)
            }
        }
        stand.stop()
    }

    @Test func `says once why it waits`() async throws {
        let log = memoryLog()
        let stand = try await Airport.open(log)
        try await stand.apply(Self.endpoint())
        func notices() -> [String] { stand.notices.filter { $0.contains("lateness waits") } }
        try await stand.eventually("it says so") { !notices().isEmpty }
        try await Airport.depart([Airport.flights[0]], in: log)
        try await stand.settle()
        try await Task.sleep(for: .milliseconds(300))
        #expect(notices().count == 1)
        #expect(notices().first?.contains("lateness has no version at production") == true)
        stand.stop()
    }

    @Test func `says so where what was answered is not known`() async throws {
        let log = memoryLog()
        let stand = try await Airport.serving(log)
        for partition in 0 ..< PredictionEvent.topic.partitions {
            _ = try await log.append(
                laterFact(on: PredictionEvent.topic.name),
                to: PredictionEvent.topic.name,
                partition: partition
            )
        }
        try await stand.eventually("the ledger has stopped") {
            stand.platform.engine.stopReasons.count == Int(PredictionEvent.topic.partitions)
        }
        try await stand.apply(Self.endpoint())
        try await stand.eventually("it says so") {
            stand.notices.contains { $0.contains("what was answered is not known") }
        }
        stand.stop()
    }

    @Test func `answers also where a request with missing values would be refused`() async throws {
        let log = memoryLog()
        let stand = try await Airport.open(log)
        _ = try await stand.seal()
        _ = try await stand.train()
        try await stand.promote(1)
        try await stand.apply(
            Airport.endpoint(answer: "{stream: departures, wait: unlimited}", missing: "refuse")
        )
        try await stand.eventually("all are answered") {
            try PredictionLedger.count(of: "lateness", in: stand.store).predictions
                == Int64(Airport.flightCount)
        }
        stand.stop()
    }

    @Test func `begins when a version comes to the stage`() async throws {
        let log = memoryLog()
        let stand = try await Airport.open(log)
        try await stand.apply(Self.endpoint())
        _ = try await stand.seal()
        _ = try await stand.train()
        try await stand.eventually("it has looked, and waits") {
            stand.notices.contains { $0.contains("lateness waits") }
        }
        #expect(try log.predictions().isEmpty)
        try await stand.promote(1)
        try await Self.expectAnswers(stand, log)
        stand.stop()
    }

    /// Where more than a batch of 512 waits. Of the last: among the 2,048 records before it are more than a batch of those
    /// that there are, but not the first hundred.
    @Test(arguments: [Offset.max, 1_000_000, 2_148])
    func `goes on behind a prediction that claims to answer what is not there`(
        _ claimed: Offset
    ) async throws {
        let log = memoryLog()
        let (store, archive) = (MemoryStore(), MemoryArchive())
        // Nothing stands at the stage, so that all wait to be answered.
        var stand = try await Airport.open(log, store: store, archive: archive)
        _ = try await stand.seal()
        _ = try await stand.train()
        try await stand.apply(Self.endpoint(wait: "0s"))
        let more = (0 ..< 600).map { number in
            var flight = Airport.flights[0]
            flight.id = Int64(1_000 + 2 * number)
            flight.scheduled = Airport.closed + .seconds(Int64(number))
            return flight
        }
        try await Airport.depart(more, in: log)
        let expected = Self.expected.union(more.map(\.id))
        let entry = try #require(try EndpointCatalog.View(stand.store).endpoint("lateness"))
        let event = PredictionEvent.with {
            $0.predicted.endpoint = "lateness"
            $0.predicted.generation = .init(entry.served.generation.bytes)
            $0.predicted.input.topic = "departures"
            $0.predicted.input.offset = claimed
        }
        let envelope = Envelope(
            id: EventID(high: 1, low: 1),
            subject: "eve",
            time: Airport.end
        )
        _ = try await log.append(
            event.newRecord(envelope),
            to: PredictionEvent.topic.name,
            partition: 0
        )
        try await stand.settle()
        #expect(try log.predictions().count == 1, "Nothing is answered yet.")
        stand.stop()
        // Whatever is in the log is known when it looks what was answered.
        stand = try await Stand.start(log, store, archive: archive, seed: 2)
        try await stand.settle()
        try await stand.promote(1)
        try await stand.eventually("everything is answered") {
            try (0 ..< PredictionEvent.topic.partitions).reduce(0) { count, index in
                try count + log.bounds(of: Partition(PredictionEvent.topic.name, index)).upperBound
            } > Offset(expected.count)
        }
        try await stand.settle()
        #expect(
            Set(try log.predictions().map(\.event.id)) == Set(expected.map(\.description) + [""])
        )
        #expect(try log.predictions().count == expected.count + 1, "Each of them once.")
        stand.stop()
    }

    @Test func `ends with its endpoint`() async throws {
        let log = memoryLog()
        let stand = try await Airport.serving(log, endpoint: Self.endpoint())
        try await Self.expectAnswers(stand, log)
        _ = try await stand.platform.delete("Endpoint", "lateness", for: .anybody)
        var flight = Airport.flights[0]
        flight.id = 1_000
        flight.scheduled = Airport.end
        try await Airport.depart([flight], in: log)
        try await stand.settle()
        try await stand.eventually("nobody is there to answer") {
            stand.platform.answerings.withLock { $0.isEmpty }
                && stand.platform.engine.seats.allSatisfy { !$0.projection.hasPrefix("answers of") }
        }
        #expect(try log.predictions().count == Self.expected.count)
        stand.stop()
    }
}

extension MemoryLog {
    /// A log with the same records, or others in their place; nil: it is left out.
    func copy(_ change: (Position, NewRecord) throws -> NewRecord?) async throws -> MemoryLog {
        let copy = memoryLog()
        for topic in try topics() {
            try copy.create(topic)
            for index in 0 ..< topic.partitions {
                let partition = Partition(topic.name, index)
                for record in try records(of: partition) {
                    let new = NewRecord(
                        key: record.key.map { Array($0) },
                        value: record.value.map { Array($0) },
                        headers: record.headers,
                        timestamp: record.timestamp
                    )
                    guard let changed = try change(Position(partition, record.offset), new) else {
                        continue
                    }
                    _ = try await copy.append(changed, to: topic.name, partition: index)
                }
            }
        }
        return copy
    }
}
