import Bytes
import Chance
import Events
import FoundationEssentials
import Lab
import Logs
import Projections
import Serving
import Store
import SwiftProtobuf
import Testing

@Suite struct `The ledger of predictions` {
    private static let endpoint = "late-arrival"
    private static let generation = Digest(of: Array("endpoint".utf8))
    private static let july = FoldDriver<PredictionLedger>.start

    private static func predicted(
        _ probability: Float = 0.5,
        of endpoint: String = endpoint,
        input: Position? = nil,
        at: Instant = july,
        complete: Bool = true
    ) -> PredictionEvent {
        PredictionEvent.with {
            $0.predicted = .with {
                $0.endpoint = endpoint
                $0.generation = .init(generation.bytes)
                $0.model = "late-arrival"
                $0.version = 3
                $0.probability = probability
                $0.complete = complete
                $0.atUs = at.microseconds
                guard let input else { return }
                $0.input = .with {
                    $0.topic = input.partition.topic
                    $0.partition = input.partition.index
                    $0.offset = input.offset
                }
            }
        }
    }

    private static func record(_ event: PredictionEvent, id: UInt64) -> NewRecord {
        event.newRecord(Envelope(id: EventID(high: 7, low: id), subject: "x", time: july))
    }

    @Test func `counts a prediction that is there twice once, and keeps the first`() throws {
        let ledger = try FoldDriver(PredictionLedger())
        try ledger.feed(Self.record(Self.predicted(0.25), id: 1))
        try ledger.feed(Self.record(Self.predicted(0.75, complete: false), id: 1))
        let id = EventID(high: 7, low: 1)
        let found = try PredictionLedger.find(from: id, through: id, limit: 9, in: ledger.store)
        #expect(found.map(\.position.offset) == [0])
        #expect(found.map(\.entry.endpoint) == [Self.endpoint])
        let count = try PredictionLedger.count(of: Self.endpoint, in: ledger.store)
        #expect((count.predictions, count.incomplete) == (1, 0))
        #expect(try PredictionLedger.has(id, in: 0, of: ledger.store))
        #expect(try !PredictionLedger.has(id, in: 1, of: ledger.store))
        #expect(try !PredictionLedger.has(EventID(high: 7, low: 2), in: 0, of: ledger.store))
    }

    @Test func `counts by endpoint over all partitions`() throws {
        let ledger = try FoldDriver(PredictionLedger())
        for number in 0 ..< 12 {
            let event = Self.predicted(
                of: number % 3 == 0 ? "other" : Self.endpoint,
                at: Self.july + .seconds(Int64(number)),
                complete: number % 4 != 0
            )
            try ledger.feed(
                Self.record(event, id: UInt64(number)),
                partition: Int32(number % Int(PredictionEvent.topic.partitions))
            )
        }
        let mine = try PredictionLedger.count(of: Self.endpoint, in: ledger.store)
        #expect((mine.predictions, mine.incomplete) == (8, 2))
        #expect(mine.latest == Self.july + .seconds(11))
        let other = try PredictionLedger.count(of: "other", in: ledger.store)
        #expect((other.predictions, other.incomplete) == (4, 1))
        #expect(other.latest == Self.july + .seconds(9))
        #expect(try PredictionLedger.count(of: "none", in: ledger.store) == .init())
        #expect(try PredictionLedger.Count(stored: mine.storedBytes) == mine)
    }

    @Test func `has all that answer one partition in one partition`() {
        for index in [1, 1 + PredictionEvent.topic.partitions] {
            #expect(PredictionLedger.outputPartition(of: Partition("scheduled", index)).index == 1)
        }
    }

    @Test func `finds predictions whose ids lie in a range, at most so many`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let ledger = try FoldDriver(PredictionLedger())
        var known: [(id: EventID, partition: Int32)] = []
        for _ in 0 ..< 60 {
            let id = EventID(
                high: .random(in: 0 ... 2, using: &random),
                low: .random(in: .min ... .max, using: &random)
            )
            let partition = Int32.random(
                in: 0 ..< PredictionEvent.topic.partitions,
                using: &random
            )
            try ledger.feed(
                Self.predicted().newRecord(Envelope(id: id, subject: "x", time: Self.july)),
                partition: partition
            )
            known.append((id, partition))
        }
        for _ in 0 ..< 100 {
            let ends = [known.randomElement(using: &random), known.randomElement(using: &random)]
                .compactMap { $0?.id }
                .sorted { ($0.high, $0.low) < ($1.high, $1.low) }
            let expected = known.filter { known in
                let place = (known.id.high, known.id.low)
                return (ends[0].high, ends[0].low) <= place
                    && place <= (ends[1].high, ends[1].low)
            }
            let found = try PredictionLedger.find(
                from: ends[0],
                through: ends[1],
                limit: 100,
                in: ledger.store
            )
            #expect(
                Set(found.map { "\($0.id) \($0.position.partition.index)" })
                    == Set(expected.map { "\($0.id) \($0.partition)" }),
                "seed \(seed)"
            )
            let limit = Int.random(in: 0 ... 5, using: &random)
            let few = try PredictionLedger.find(
                from: ends[0],
                through: ends[1],
                limit: limit,
                in: ledger.store
            )
            #expect(few.map(\.id) == found.prefix(limit).map(\.id), "seed \(seed)")
        }
    }

    @Test func `skips what no release writes, and stops at what a later one does`() throws {
        let ledger = try FoldDriver(PredictionLedger())
        try ledger.feed(NewRecord(key: nil, value: nil))
        var damaged = Self.record(Self.predicted(), id: 1)
        damaged.value = [0xFF]
        try ledger.feed(damaged)
        #expect(try PredictionLedger.count(of: Self.endpoint, in: ledger.store) == .init())
        var later = Self.predicted()
        later.unknownFields = try PredictionEvent(serializedBytes: [0xFA, 0x01, 0x00]).unknownFields
        #expect(throws: FoldStop.self) { try ledger.feed(Self.record(later, id: 2)) }
    }

    @Test func `has one digest whatever the size of the batches`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let ledger = try FoldDriver(PredictionLedger())
        for _ in 0 ..< 150 {
            let input = Position(Partition("scheduled", 0), .random(in: 0 ... 50, using: &random))
            let event = Self.predicted(
                .random(in: 0 ... 1, using: &random),
                of: ["é", "e\u{301}", "a"].randomElement(using: &random) ?? "a",
                input: Bool.random(using: &random) ? input : nil,
                at: Self.july + .seconds(.random(in: 0 ... 9, using: &random)),
                complete: .random(using: &random)
            )
            try ledger.feed(Self.record(event, id: .random(in: 0 ... 100, using: &random)))
        }
        let digests = try [1, 2, 7, 1_000].map { try ledger.digests(batchLimit: $0) }
        #expect(Set(digests).count == 1, "seed \(seed)")
        #expect(digests[0].allSatisfy { $0 != nil })
    }
}
