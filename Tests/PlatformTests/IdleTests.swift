import Bytes
import Events
import Logs
import Records
import Testing

@testable import Engine
@testable import Platform

@Suite struct `A partition that is silent` {
    private static let idle = TimeSpan.seconds(60)

    private func started(
        _ log: any Log,
        idle: TimeSpan? = idle
    ) async throws -> (Stand, StreamDefinition) {
        let stream = Arrivals.definition("flights.arrived", partitions: 2, idle: idle)
        let stand = try await Stand.start(log)
        _ = try await stand.platform.apply([stream], for: .anybody)
        return (stand, stream)
    }

    /// A record at a second of the tests' day; the watermark of its partition is a minute behind it.
    private func send(
        _ second: Int64,
        to partition: Int32,
        of stream: StreamDefinition,
        _ stand: Stand
    ) async throws {
        let value = Arrivals.record(Int(second), at: TestClock.start + .seconds(second))
        let record = NewRecord(key: nil, value: value)
        _ = try await stand.log.append(record, to: stream.topic, partition: partition)
        try await stand.settle()
    }

    /// Seconds of the tests' day.
    private func watermarks(_ stand: Stand, _ stream: StreamDefinition) throws -> [Int64?] {
        try stand.platform.watermarks(of: stream, in: stand.store)
            .map { $0.map { ($0.microseconds - TestClock.start.microseconds) / 1_000_000 } }
    }

    private func advances(_ log: MemoryLog) throws -> [StreamEvent.Advanced] {
        try effectiveFacts(in: log).compactMap { fact in
            if case .advanced(let advanced)? = fact.event.fact { advanced } else { nil }
        }
    }

    @Test func `longer than its stream allows takes the watermark of the others`() async throws {
        let log = memoryLog()
        let (stand, stream) = try await started(log)
        try await send(300, to: 0, of: stream, stand)
        try await send(100, to: 1, of: stream, stand)
        #expect(try watermarks(stand, stream) == [240, 40])
        let now = ContinuousClock.now
        try stand.platform.advanceIdle(now + .seconds(50))
        try await stand.settle()
        #expect(try watermarks(stand, stream) == [240, 40], "It may be silent for a minute.")
        try stand.platform.advanceIdle(now + .seconds(90))
        try await stand.eventually("the watermark") {
            try watermarks(stand, stream) == [240, 240]
        }
        try stand.platform.advanceIdle(now + .seconds(200))
        try await stand.settle()
        let advances = try advances(log)
        #expect(advances.count == 1, "Nothing is said twice.")
        #expect(advances.first?.partition == 1 && advances.first?.cause == .idle)
        stand.stop()
    }

    @Test func `is said to be complete once, however long that takes`() async throws {
        let log = OrderlyLog(memoryLog())
        let (stand, stream) = try await started(log)
        try await send(300, to: 0, of: stream, stand)
        try await send(100, to: 1, of: stream, stand)
        let now = ContinuousClock.now
        log.holds(StreamEvent.topic.name)
        for second in [90, 95, 100] { try stand.platform.advanceIdle(now + .seconds(second)) }
        try await stand.eventually("it is being said") { log.heldCount == 1 }
        log.refuses(StreamEvent.topic.name)
        log.holds(nil)
        log.letGo(taking: false)
        func complaints() -> Int {
            stand.notices.count { $0.contains("could not be advanced") }
        }
        try await stand.eventually("it has failed") { complaints() > 0 }
        // Whoever asks now comes after all who have asked before.
        await #expect(throws: PlatformError.self) {
            try await stand.platform.advance(
                stream.name,
                partition: 1,
                to: TestClock.start + .seconds(240),
                cause: .endOfInput,
                for: .anybody
            )
        }
        #expect(complaints() == 1, "Others were waiting to say the same.")
        try stand.platform.advanceIdle(now + .seconds(105))
        try await stand.eventually("it is tried again") { complaints() == 2 }
        stand.stop()
    }

    @Test func `and has never had a record is silent from when it was first looked at`()
        async throws
    {
        let (stand, stream) = try await started(memoryLog())
        try await send(300, to: 0, of: stream, stand)
        let now = ContinuousClock.now
        try stand.platform.advanceIdle(now)
        try stand.platform.advanceIdle(now + .seconds(50))
        try await stand.settle()
        #expect(try watermarks(stand, stream) == [240, nil])
        try stand.platform.advanceIdle(now + .seconds(100))
        try await stand.eventually("the watermark") {
            try watermarks(stand, stream) == [240, 240]
        }
        stand.stop()
    }

    @Test func `holds the others up where its stream says nothing of idleness`() async throws {
        let log = memoryLog()
        let (stand, stream) = try await started(log, idle: nil)
        try await send(300, to: 0, of: stream, stand)
        try await send(100, to: 1, of: stream, stand)
        try stand.platform.advanceIdle(ContinuousClock.now + .seconds(100_000))
        try await stand.settle()
        #expect(try watermarks(stand, stream) == [240, 40])
        #expect(try advances(log).isEmpty)
        stand.stop()
    }
}
