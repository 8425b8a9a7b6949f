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
@testable import Proof

@Suite struct `A platform` {
    private static let catalog = Partition(StreamEvent.topic.name, 0)

    private static func declared(_ log: any Log, _ names: String...) async throws {
        let stand = try await Stand.start(log)
        for name in names {
            _ = try await stand.platform.apply([Arrivals.definition(name)], for: .anybody)
        }
        stand.stop()
    }

    @Test func `begins with what it knew before a place of its own topics that cannot be read`()
        async throws
    {
        let log = memoryLog()
        try await Self.declared(log, "one", "two")
        let bad = Position(Self.catalog, 1)
        try log.spoil(bad)
        let stand = try await Stand.start(log, seed: 2)
        #expect(stand.platform.engine.whyNotStarted == nil)
        #expect(try stand.catalog.streams().map(\.served.name) == ["one"])
        #expect(
            stand.platform.engine.troubles.contains { $0.hasPrefix("projectionStopped: streams: ") }
        )
        await #expect("nothing is decided on half of the facts") {
            _ = try await stand.platform.apply([Arrivals.definition("three")], for: .anybody)
        } throws: { error in
            if case PlatformError.unavailable(let why) = error {
                why.contains("spoiled on purpose")
            } else {
                false
            }
        }
        try log.mend(bad)
        try await stand.eventually("it goes on by itself") {
            try stand.catalog.streams().count == 2 && stand.platform.engine.troubles.isEmpty
        }
        _ = try await stand.platform.apply([Arrivals.definition("three")], for: .anybody)
        try await stand.settle()
        stand.stop()
    }

    @Test func `begins though nobody knows what became of a run that was broken off`()
        async throws
    {
        let log = LosingLog(memoryLog())
        try await Self.declared(log, "one")
        var event = ExperimentEvent()
        event.runStarted.run = "0193596c-2f1a-7c3e-9d55-2f3c1b7a9e10"
        event.runStarted.model = "lateness"
        let envelope = Envelope(
            id: EventID(high: 1, low: 2),
            subject: event.runStarted.run,
            time: TestClock.start,
            revision: 1
        )
        let topic = ExperimentEvent.topic.name
        _ = try await log.append(event.newRecord(envelope), to: topic, partition: 0)
        log.lose(.max)
        let stand = try await Stand.start(log, seed: 2)
        #expect(stand.platform.engine.whyNotStarted == nil)
        #expect(stand.notices.contains { $0.contains("failed (") && $0.contains("on purpose") })
        stand.stop()
    }

    @Test func `waits for a log that does not answer, says so, and begins when it does`()
        async throws
    {
        let log = FaultyLog(memoryLog(), seed: 1)
        var faults = FaultyLog.Faults()
        faults.deafness = TimeSpan(microseconds: 100_000)
        log.set(faults)
        let stand = Stand.unstarted(log)
        async let start: Void = stand.platform.start()
        try await stand.eventually("it is said") {
            stand.notices.contains { $0.contains("the log does not answer") }
        }
        #expect(stand.platform.engine.troubles.contains { $0.contains("the log does not answer") })
        log.set(.none)
        try await start
        #expect(stand.platform.engine.troubles.isEmpty)
        _ = try await stand.platform.apply([Arrivals.definition], for: .anybody)
        stand.stop()
    }

    @Test func `ends while it waits to begin`() async throws {
        let log = FaultyLog(memoryLog(), seed: 1)
        var faults = FaultyLog.Faults()
        faults.deafness = TimeSpan(microseconds: 100_000)
        log.set(faults)
        let stand = Stand.unstarted(log)
        let start = Task { try await stand.platform.start() }
        try await stand.eventually("it waits") { stand.platform.engine.whyNotStarted != nil }
        stand.platform.engine.beginEnding()
        await #expect(throws: PlatformError.self) { try await start.value }
        stand.stop()
    }

    @Test func `ends whatever stands still`() async throws {
        let memory = memoryLog()
        let log = FaultyLog(memory, seed: 1)
        let stand = try await Stand.start(log)
        let definition = Arrivals.definition("one", partitions: 1)
        _ = try await stand.platform.apply([definition], for: .anybody)
        for number in 0 ..< 200 {
            let record = Arrivals.record(number, at: TestClock.start + .seconds(Int64(number)))
            _ = try await memory.append(
                NewRecord(key: nil, value: record),
                to: "one",
                partition: 0
            )
        }
        try await stand.settle()
        var faults = FaultyLog.Faults()
        // A dead letter that is never answered, readers that get nothing, and a log that does not say what it holds.
        faults.mutedTopics = [DeadLetterEvent.topic.name]
        log.set(faults)
        _ = try await memory.append(
            NewRecord(key: nil, value: Array("none".utf8)),
            to: "one",
            partition: 0
        )
        try await stand.eventually("the dead letter is on its way") {
            stand.platform.engine.seats.contains {
                $0.partition.topic == "one" && $0.progress.next == 201
            }
        }
        faults.isSilent = true
        log.set(faults)
        // An audit waits for records that do not come, and others wait behind it.
        let audits = (0 ..< 4).map { _ in
            Task {
                try await stand.platform.proof.verifyElsewhere(["intake of one"])
            }
        }
        let settled = Task { try await stand.platform.engine.settle(within: .seconds(3_600)) }
        try await Task.sleep(for: .milliseconds(50))
        // That it comes back is what is tested.
        stand.stop()
        for audit in audits {
            await #expect(throws: (any Error).self) { _ = try await audit.value }
        }
        await #expect(throws: (any Error).self) { _ = try await settled.value }
        log.close()
    }
}
