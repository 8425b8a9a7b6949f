import Bytes
import Foundation
import Logs
import Testing

@Suite struct `Reading every record of a partition` {
    private let partition = Partition("t", 0)

    /// Ten records, and offsets after them that were left out.
    private func log() throws -> MemoryLog {
        let log = MemoryLog()
        try log.create(TopicSpec("t", partitions: 1))
        _ = try log.appendAll((0 ..< 10).map { NewRecord($0) }, to: "t", 0)
        try log.skip(5, in: partition)
        return log
    }

    private func read(
        _ log: any Log,
        from start: Offset = 0,
        below end: Offset,
        limit: Int = 3,
        patience: TimeSpan = .seconds(30)
    ) throws -> [Int] {
        var numbers: [Int] = []
        try log.eachRecord(
            of: partition,
            from: start,
            below: end,
            limit: limit,
            patience: patience
        ) { numbers += $0.map(\.number) }
        return numbers
    }

    @Test func `gives those of a span, whatever the batches`() throws {
        let log = try log()
        for limit in [1, 3, 100] {
            #expect(try read(log, below: .max, limit: limit) == Array(0 ..< 10))
            #expect(try read(log, from: 2, below: 7, limit: limit) == Array(2 ..< 7))
        }
        #expect(try read(log, from: 10, below: .max).isEmpty)
        try log.trim(partition, before: 4)
        #expect(try read(log, below: 12) == Array(4 ..< 10))
    }

    @Test func `ends at once where offsets are left out at the end`() throws {
        let log = try log()
        // Who waits for them runs out of patience, and says so.
        #expect(try read(log, below: .max, patience: .seconds(60)).count == 10)
    }

    @Test func `waits while nothing comes, and is never short`() throws {
        let log = FaultyLog(try log(), seed: 1)
        var faults = FaultyLog.Faults()
        faults.isSilent = true
        log.set(faults)
        let error = #expect(throws: LogError.self) {
            try read(log, below: .max, patience: TimeSpan(microseconds: 200_000))
        }
        guard case .unreachable(let why) = error else {
            Issue.record("It threw \(error as Any).")
            return
        }
        #expect(why.contains("t/0 ends at 15"), "\(why)")
        var rounds = 0
        var numbers: [Int] = []
        log.set(.none)
        try log.eachRecord(of: partition, below: .max, limit: 3) { records in
            numbers += records.map(\.number)
            rounds += 1
            // The brokers go away in the middle, and come back.
            if rounds == 2 {
                log.set(faults)
                // A thread of its own: the tests beside this one may hold all those of tasks.
                Thread.detachNewThread {
                    Thread.sleep(forTimeInterval: 0.1)
                    log.set(.none)
                }
            }
        }
        #expect(numbers == Array(0 ..< 10))
    }
}
