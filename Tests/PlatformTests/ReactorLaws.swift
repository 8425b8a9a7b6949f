import Archive
import Bytes
import Chance
import Documents
import Events
import JSON
import Logs
import Serving
import Store
import Testing

@testable import Engine
@testable import Platform

/// What holds for everything that answers inputs without being asked: however often it is killed, and whatever
/// acknowledgements are lost and doubled, each input has one output, in order, with the bytes of a replay. What the log
/// does not take at first comes later, and is not left out.
@Suite struct `Whoever answers inputs by itself` {
    /// One of them, with inputs that wait.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var topic: TopicSpec
        /// A log in which everything is declared and nothing answered, and the inputs that are to be.
        var inputs: @Sendable (MemoryLog, MemoryArchive) async throws -> [Position]
        /// The id of an output, and which input it says that it answers.
        var reading: @Sendable (Record) throws -> (id: EventID, input: Position)
        /// Expects that every output has the bytes of a replay.
        var expectReplay: @Sendable (Stand, MemoryLog) async throws -> Void
    }

    private static let count = 24
    /// From here on departures are answered.
    private static let middle = Airport.flights[Airport.flights.count / 2].scheduled

    /// The first output under an id.
    private struct Found {
        var input: Position
        var position: Position
    }

    static let predictions = Case(
        testDescription: "predictions",
        topic: PredictionEvent.topic,
        inputs: { log, archive in
            let flights = Airport.flights
            let half = flights.count / 2
            let stand = try await Stand.start(log, archive: archive)
            try await stand.apply(Airport.everything)
            try await Airport.depart(flights.prefix(half), in: log)
            try await Airport.arrive(flights.filter { $0.knownAt < middle }, in: log)
            try await stand.close(at: middle)
            _ = try await stand.seal(to: middle - .seconds(43_200))
            _ = try await stand.train()
            try await stand.promote(1)
            try await stand.apply(
                Airport.endpoint(
                    answer: "{stream: departures, from: \(middle.rfc3339), wait: 0s}"
                )
            )
            stand.stop()
            let ends = try (0 ..< 2).map { try log.bounds(of: Partition("departures", $0)) }
            try await Airport.depart(flights[half ..< half + count], in: log)
            return try (0 ..< 2).flatMap { index in
                let partition = Partition("departures", Int32(index))
                let end = try log.bounds(of: partition).upperBound
                return (ends[index].upperBound ..< end).map { Position(partition, $0) }
            }
        },
        reading: { record in
            let (envelope, event) = try PredictionEvent.decode(record)
            let input = event.predicted.input
            return (envelope.id, Position(Partition(input.topic, input.partition), input.offset))
        },
        expectReplay: { stand, _ in
            let result = try await elsewhere { [platform = stand.platform] in
                try platform.reexecute("lateness")
            }
            // Records that the log holds twice are computed twice.
            #expect(result.predictions >= count)
            #expect(result.differences.isEmpty)
        }
    )

    static let deadLetters = Case(
        testDescription: "dead letters",
        topic: DeadLetterEvent.topic,
        inputs: { log, _ in
            let stand = try await Stand.start(log)
            try await stand.apply(Airport.everything)
            stand.stop()
            var inputs: [Position] = []
            for number in 0 ..< count {
                let index = Int32(number % 2)
                try await Airport.depart([Airport.flights[number]], in: log)
                let bad = NewRecord(key: nil, value: Array("none \(number)".utf8))
                inputs.append(try await log.append(bad, to: "departures", partition: index))
            }
            return inputs
        },
        reading: { record in
            let (envelope, event) = try DeadLetterEvent.decode(record)
            let input = event.refused
            return (envelope.id, Position(Partition(input.topic, input.partition), input.offset))
        },
        expectReplay: { _, log in
            // The same inputs, and nothing goes wrong.
            let copy = try await log.copy { position, record in
                position.partition.topic == DeadLetterEvent.topic.name ? nil : record
            }
            let other = try await Stand.start(copy, seed: 77)
            try await other.settle()
            try await other.eventually("all are answered") {
                try copy.refusedRecords().count == count
            }
            other.stop()
            func firsts(_ log: MemoryLog) throws -> Set<[UInt8]> {
                var seen: Set<String> = []
                let all = try (0 ..< DeadLetterEvent.topic.partitions).flatMap { index in
                    try log.records(of: Partition(DeadLetterEvent.topic.name, index))
                }.filter { seen.insert($0.text("ce_id") ?? "").inserted }.map { record in
                    Array(record.value ?? [])
                        + record.headers.flatMap { Array($0.name.utf8) + ($0.value ?? []) }
                }
                return Set(all)
            }
            #expect(try firsts(log) == (try firsts(copy)))
        }
    )

    static let publications = Case(
        testDescription: "predictions as JSON",
        topic: TopicSpec("scores", partitions: 2),
        inputs: { log, archive in
            let departures = try await predictions.inputs(log, archive)
            // Whatever is answered, nothing is published.
            let faulty = FaultyLog(log, seed: 1)
            var faults = FaultyLog.Faults()
            faults.awayTopics = ["scores"]
            faulty.set(faults)
            let stand = try await Stand.start(faulty, archive: archive, seed: 5)
            try await stand.apply(
                Airport.endpoint(
                    answer: "{stream: departures, from: \(middle.rfc3339), wait: 0s}",
                    publish: "{topic: scores, partitions: 2}"
                )
            )
            try await stand.eventually("all are predicted") {
                try PredictionLedger.count(of: "lateness", in: stand.store).predictions
                    == Int64(departures.count)
            }
            stand.stop()
            return try (0 ..< PredictionEvent.topic.partitions).flatMap { index in
                let partition = Partition(PredictionEvent.topic.name, index)
                return try log.records(of: partition).map { Position(partition, $0.offset) }
            }
        },
        reading: { record in
            let envelope = try Envelope(record)
            return (envelope.id, try #require(envelope.causation.flatMap { Position($0) }))
        },
        expectReplay: { _, log in
            for index in 0 ..< 2 as Range<Int32> {
                for record in try log.records(of: Partition("scores", index)) {
                    let input = try #require(
                        try Envelope(record).causation.flatMap { Position($0) }
                    )
                    let answered = try log.records(of: input.partition)
                    let prediction = try #require(answered.first { $0.offset == input.offset })
                    let (envelope, event) = try PredictionEvent.decode(prediction)
                    let json = event.predicted.json(id: envelope.id, decidedAt: envelope.time)
                    #expect(record.value.map { Array($0) } == Array(json.canonicalText.utf8))
                    #expect(record.text("content-type") == "application/json")
                    #expect(record.key == prediction.key)
                }
            }
        }
    )

    @Test(arguments: [predictions, deadLetters, publications], [0, 0.1]) func `has one output each`(
        _ reactor: Case,
        _ refusal: Double
    ) async throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let (memory, archive) = (memoryLog(), MemoryArchive())
        let inputs = try await reactor.inputs(memory, archive)
        #expect(inputs.count == Self.count)
        func outputs() throws -> [Found] {
            var found: [Found] = []
            var seen: Set<EventID> = []
            for index in 0 ..< reactor.topic.partitions {
                let partition = Partition(reactor.topic.name, index)
                for record in try memory.records(of: partition) {
                    let (id, input) = try reactor.reading(record)
                    guard seen.insert(id).inserted else { continue }
                    found.append(Found(input: input, position: Position(partition, record.offset)))
                }
            }
            return found
        }
        #expect(try outputs().isEmpty)
        var faults = FaultyLog.Faults()
        faults.duplicate = 0.2
        faults.lostAcknowledgement = 0.2
        faults.refusal = refusal
        var store = MemoryStore()
        var lives = 0
        var known = 0
        while known < inputs.count, lives < 200 {
            let faulty = FaultyLog(memory, seed: seed &+ UInt64(lives), faults: faults)
            let dying = DyingLog(
                faulty,
                after: lives % 3,
                of: reactor.topic.name
            )
            let stand = try await Stand.start(
                dying,
                store,
                archive: archive,
                seed: UInt64(100 + lives)
            )
            try await stand.eventually("it has died, or is done") {
                try dying.isDead || outputs().count == inputs.count
            }
            stand.stop()
            if Bool.random(using: &random) { store = MemoryStore() }
            lives += 1
            known = try outputs().count
        }
        #expect(lives > 10, "seed \(seed)")
        let stand = try await Stand.start(memory, store, archive: archive, seed: 99)
        try await stand.settle()
        let found = try outputs()
        #expect(found.map(\.input).sorted() == inputs.sorted(), "seed \(seed)")
        for (partition, outputs) in Dictionary(grouping: found, by: \.input.partition) {
            let ordered = outputs.sorted { $0.position < $1.position }
            #expect(Set(ordered.map(\.position.partition)).count == 1, "\(partition)")
            guard refusal == 0 else { continue }
            #expect(
                ordered.map(\.input.offset) == ordered.map(\.input.offset).sorted(),
                "seed \(seed)"
            )
        }
        try await reactor.expectReplay(stand, memory)
        try await stand.expectProof()
        stand.stop()
    }
}
