import Bytes
import Chance
import Events
import JSON
import Logs
import Projections
import Records
import Store
import Streams
import Synchronization
import Testing

@testable import Engine
@testable import Platform
@testable import Proof

/// A stream of sales, a view of them, and how both are used.
private enum Sales {
    static let text = """
        kind: Stream
        name: sales
        spec:
          partitions: 1
          retention: forever
          format: json
          key: shop
          time: at
          lateness: 1h
          fields: {shop: string, at: timestamp, amount: int64}
        ---
        kind: FeatureView
        name: takings
        spec:
          stream: sales
          entity: shop
          features:
            sales: {count: true, over: [24h]}
            amount: {sum: amount, over: [24h]}
        """
    static let input = Partition("sales", 0)

    /// An instant of the tests' day, in minutes.
    static func at(_ minute: Int64) -> Instant { TestClock.start + .seconds(minute * 60) }

    static func sell(_ minute: Int64, _ amount: Int64 = 1, in log: any Log) async throws {
        let value =
            #"{"shop":"a","at":"\#(at(minute).rfc3339)","amount":\#(amount)}"#
        _ = try await log.append(
            NewRecord(key: nil, value: Array(value.utf8)),
            to: "sales",
            partition: 0
        )
    }

    static func advance(_ stand: Stand, to minute: Int64) async throws {
        _ = try await stand.platform.advance(
            "sales",
            partition: 0,
            to: at(minute),
            cause: .endOfInput,
            for: .anybody
        )
    }

    static func read(_ stand: Stand, at minute: Int64) throws -> (isComplete: Bool, Int64) {
        let answer = try stand.platform.features(
            of: "takings",
            ["shop": "a"],
            at: at(minute),
            withRecords: false
        )
        guard case .int(let count) = answer.features[0].value else {
            throw Stand.Failure("\(answer.features)")
        }
        return (answer.isComplete, count)
    }
}

@Suite struct `What was said to be complete` {
    /// What was read while records and watermarks came.
    private final class Race: Sendable {
        /// The counts that were said to be complete, by their minute.
        let seen = Mutex<[Int64: Int64]>([:])
        /// How often something was told.
        let told = Atomic(0)
        let isOver = Atomic(false)
    }

    @Test func `stays as it was read: what comes later is late, through kills and in replays`()
        async throws
    {
        let log = memoryLog()
        let store = MemoryStore()
        var stand = try await Stand.start(log, store)
        try await stand.apply(Sales.text)
        for minute in [600, 690, 700, 720] as [Int64] { try await Sales.sell(minute, in: log) }
        try await Sales.advance(stand, to: 720)
        try await stand.settle()
        #expect(try Sales.read(stand, at: 705) == (true, 3))

        // Within the lateness of an hour, and behind what was told.
        try await Sales.sell(690, in: log)
        try await Sales.sell(719, in: log)
        try await Sales.sell(720, in: log)
        try await stand.settle()
        #expect(try Sales.read(stand, at: 705) == (true, 3))
        #expect(try log.refusedRecords().map(\.reason) == ["late", "late"])
        #expect(try log.refusedRecords().map(\.offset) == [4, 5])
        try await stand.expectProof()
        stand.stop()

        for rows in [store, MemoryStore()] {
            stand = try await Stand.start(log, rows, seed: 2)
            try await Sales.sell(690, in: log)
            try await stand.settle()
            #expect(try Sales.read(stand, at: 705) == (true, 3))
            try await stand.expectProof()
            stand.stop()
        }
        #expect(try log.refusedRecords().map(\.reason) == ["late", "late", "late", "late"])
    }

    @Test func `holds where a partition was said to be complete before it had a record`()
        async throws
    {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        try await stand.apply(Sales.text)
        try await Sales.advance(stand, to: 720)
        #expect(try Sales.read(stand, at: 720) == (true, 0))
        try await Sales.sell(719, in: log)
        try await stand.settle()
        #expect(try Sales.read(stand, at: 720) == (true, 0))
        #expect(try log.refusedRecords().map(\.reason) == ["late"])
        stand.stop()
    }

    @Test func `lies at most a day ahead of the clock: all that comes would be late for good`()
        async throws
    {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        try await stand.apply(Sales.text)
        for minute in [2 * 1_440, 9_999_999] as [Int64] {
            let error = await #expect(throws: PlatformError.self) {
                try await Sales.advance(stand, to: minute)
            }
            guard case .refused(StreamRefusal.watermarkInTheFuture) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        try await Sales.sell(720, in: log)
        try await Sales.advance(stand, to: 1_440)
        try await stand.settle()
        #expect(try log.refusedRecords().isEmpty)
        #expect(try Sales.read(stand, at: 1_440) == (true, 1))
        stand.stop()
    }

    @Test func `holds while records and watermarks race`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        try await stand.apply(Sales.text)
        let race = Race()
        @Sendable func look() throws {
            for minute in stride(from: Int64(0), through: 700, by: 50) {
                let (isComplete, count) = try Sales.read(stand, at: minute)
                guard isComplete else { continue }
                let former = race.seen.withLock { seen in
                    defer { seen[minute] = count }
                    return seen[minute]
                }
                #expect(former == nil || former == count, "at \(minute)")
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var random = SeededRandom(seed: 1)
                for step in 0 ..< 1_500 {
                    let late = Int64.random(in: 0 ... 50, using: &random)
                    try await Sales.sell(max(0, Int64(step) / 2 - late), in: log)
                    // However busy the machine is, much is sold soon after something was told.
                    let told = race.told.load(ordering: .relaxed)
                    while step % 100 == 0, race.told.load(ordering: .relaxed) < told + 2 {
                        try await Task.sleep(for: .milliseconds(1))
                    }
                }
                race.isOver.store(true, ordering: .relaxed)
            }
            group.addTask {
                while !race.isOver.load(ordering: .relaxed) {
                    let end = try log.bounds(of: Sales.input).upperBound
                    try await Sales.advance(stand, to: end / 2 - 20)
                    race.told.add(1, ordering: .relaxed)
                }
            }
            group.addTask {
                while !race.isOver.load(ordering: .relaxed) {
                    try look()
                    try await Task.sleep(for: .milliseconds(2))
                }
            }
            try await group.waitForAll()
        }
        try await stand.settle()
        try look()
        #expect(race.seen.withLock { $0.count } > 5, "Too little was complete to prove anything.")
        #expect(try log.refusedRecords().count > 20, "Nothing was late.")
        try await stand.expectProof()
        let digests = try stand.intakeDigests()
        try await elsewhere { [platform = stand.platform] in try platform.proof.attestAll() }
        stand.stop()
        let again = try await Stand.start(log, MemoryStore(), seed: 2)
        try await again.settle()
        #expect(try again.intakeDigests() == digests)
        try await again.expectProof()
        again.stop()
    }

    /// As another server may say it, which has not folded so far.
    @Test func `and comes to be known too late makes the rows be folded anew`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        try await stand.apply(Sales.text)
        for minute in [600, 710, 690, 715] as [Int64] { try await Sales.sell(minute, in: log) }
        try await stand.settle()
        #expect(try Sales.read(stand, at: 700) == (false, 2))
        let revision = (try stand.catalog.tables.get(Arbiter.subjects, "sales") ?? 0) + 1
        let event = StreamEvent.filled {
            $0.advanced = .filled {
                $0.name = "sales"
                $0.watermarkUs = Sales.at(710).microseconds
                $0.cause = .endOfInput
                $0.end = 2
                $0.binds = true
            }
        }
        _ = try await log.append(
            event.newRecord(
                Envelope(
                    id: stand.clock.newID(),
                    subject: "sales",
                    time: stand.clock.now(),
                    revision: revision
                )
            ),
            to: StreamEvent.topic.name,
            partition: 0
        )
        try await stand.eventually("the rows are folded anew") {
            try Sales.read(stand, at: 700) == (true, 1)
        }
        try await stand.settle()
        #expect(try log.refusedRecords().map(\.offset) == [2])
        try await stand.expectProof()
        let digests = try stand.digests().filter { $0.key.hasSuffix("sales/0") }
        stand.stop()
        let again = try await Stand.start(log, MemoryStore(), seed: 2)
        try await again.settle()
        #expect(try again.digests().filter { $0.key.hasSuffix("sales/0") } == digests)
        again.stop()
    }

    @Test func `of a stream that was deleted binds no stream of that name that follows`()
        async throws
    {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        let stream = String(Sales.text.prefix { $0 != "-" })
        try await stand.apply(stream)
        try await Sales.advance(stand, to: 720)
        _ = try await stand.platform.delete("Stream", "sales", for: .anybody)
        try await stand.apply(stream)
        try await Sales.sell(600, in: log)
        try await stand.settle()
        #expect(try log.refusedRecords().isEmpty)
        try await stand.expectProof()
        stand.stop()
    }

    @Test func `binds nobody where a fact of 0_1_0 says it`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        try await stand.apply(Sales.text)
        try await Sales.sell(700, in: log)
        let revision = (try stand.catalog.tables.get(Arbiter.subjects, "sales") ?? 0) + 1
        let event = StreamEvent.filled {
            $0.advanced = .filled {
                $0.name = "sales"
                $0.watermarkUs = Sales.at(710).microseconds
                $0.cause = .endOfInput
                $0.end = 1
            }
        }
        _ = try await log.append(
            event.newRecord(
                Envelope(
                    id: stand.clock.newID(),
                    subject: "sales",
                    time: stand.clock.now(),
                    revision: revision
                )
            ),
            to: StreamEvent.topic.name,
            partition: 0
        )
        try await stand.settle()
        #expect(try Sales.read(stand, at: 710) == (true, 1))
        try await Sales.sell(705, in: log)
        try await stand.settle()
        #expect(try Sales.read(stand, at: 710) == (true, 2), "As that release had it.")
        #expect(try log.refusedRecords().isEmpty)
        try await stand.expectProof()
        stand.stop()
    }
}

@Suite struct `A client's clock` {
    /// -1 is Kafka's «none», and the others are what producers write into it as a matter of course.
    @Test(arguments: [-1, 1_372_982_400, 0x7FFF_FFFF_FFFF_FFFF, 4_070_908_800_000] as [Int64])
    func `changes nothing, whether the log stamps its records or not`(
        milliseconds: Int64
    ) async throws {
        for stamp in [Stamp.log, .writer] {
            let log = memoryLog()
            try log.create(TopicSpec("sales", partitions: 1, stamp: stamp))
            // Where others use the log too, the platform leaves that to them.
            let stand = try await Stand.start(log, ownsLog: stamp == .log)
            try await stand.apply(Sales.text)
            let far = Instant(rfc3339: "2099-01-01T00:00:00Z") ?? .distantPast
            for (at, stamped) in [
                (Sales.at(600), nil), (far, milliseconds), (Sales.at(610), milliseconds),
                (Sales.at(620), milliseconds),
            ] as [(Instant, Int64?)] {
                let value = #"{"shop":"a","at":"\#(at.rfc3339)","amount":1}"#
                _ = try await log.append(
                    NewRecord(
                        key: nil,
                        value: Array(value.utf8),
                        timestamp: stamped.map { Instant(milliseconds: $0) }
                    ),
                    to: "sales",
                    partition: 0
                )
            }
            try await stand.settle()
            let words = try log.refusedRecords().map(\.reason)
            #expect(words == (stamp == .log ? ["inTheFuture"] : []), "\(stamp)")
            #expect(try Sales.read(stand, at: 660).1 == 3, "\(stamp)")
            try await stand.expectProof()
            stand.stop()
        }
    }

    @Test func `is not asked in the topics that are created for streams`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        try await stand.apply(Sales.text)
        #expect(try log.topics().first { $0.name == "sales" }?.stamp == .log)
        stand.stop()
    }
}
