import Bytes
import Logs
import Testing

@testable import Engine

@Suite struct `Reading a topic to its end` {
    private let partition = Partition("t", 0)

    private func log() async throws -> MemoryLog {
        let log = memoryLog()
        try log.create(TopicSpec("t", partitions: 2))
        for number in 0 ..< 5 {
            _ = try await log.append(
                NewRecord(key: nil, value: [UInt8(number)]),
                to: "t",
                partition: 0
            )
        }
        try log.skip(3, in: partition)
        return log
    }

    private func cursor(_ log: any Log, patience: TimeSpan = .seconds(600)) throws -> EventCursor {
        try EventCursor(
            log: log,
            topic: "t",
            partition: nil,
            from: nil,
            follow: false,
            patience: patience
        )
    }

    @Test func `ends where it ended when the reading began, though offsets are left out there`()
        async throws
    {
        let log = try await log()
        let cursor = try cursor(log)
        _ = try await log.append(NewRecord(key: nil, value: [9]), to: "t", partition: 0)
        var values: [[UInt8]] = []
        while let batches = try cursor.next() {
            values += batches.flatMap(\.records).compactMap { $0.value.map { Array($0) } }
        }
        #expect(values == [[0], [1], [2], [3], [4]])
    }

    @Test func `is unreachable, and never short, where nothing comes`() async throws {
        let log = FaultyLog(try await log(), seed: 1)
        var faults = FaultyLog.Faults()
        faults.isSilent = true
        log.set(faults)
        let cursor = try cursor(log, patience: TimeSpan(microseconds: 200_000))
        #expect(throws: LogError.self) {
            while let batches = try cursor.next() { #expect(batches.isEmpty) }
        }
    }
}
