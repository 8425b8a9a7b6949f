import Bytes
import Logs
import Testing

@Suite struct `A log with faults` {
    @Test(arguments: LogLaw.all) func `keeps the laws of logs while no fault is wanted`(
        law: LogLaw
    ) throws {
        try law.check(FaultyLog(MemoryLog(), seed: 1))
    }

    @Test func `does what it counts and counts what it does`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var faults = FaultyLog.Faults()
        (faults.refusal, faults.duplicate) = (0.1, 0.1)
        (faults.lostAcknowledgement, faults.delay) = (0.1, 0.2)
        let inner = MemoryLog()
        let log = FaultyLog(inner, seed: seed, faults: faults)
        try log.create(TopicSpec("t", partitions: 1))
        var (lost, refused) = (0, 0)
        for number in 0 ..< 300 {
            switch log.appendAndWait(NewRecord(number), to: "t", 0) {
            case .success: break
            case .failure(.possiblyPersisted): lost += 1
            case .failure(.notPersisted), .failure(.refused): refused += 1
            }
        }
        let counts = log.counts
        #expect(counts.appends == 300)
        #expect(counts.lostAcknowledgements == lost)
        #expect(counts.refusals == refused)
        #expect(counts.delays > 0)
        let count = try inner.bounds(of: Partition("t", 0)).upperBound
        #expect(Int(count) == 300 - refused + counts.duplicates)
        let numbers = try inner.read(Partition("t", 0), from: 0, count: Int(count)).map(\.number)
        #expect(Set(numbers).count == 300 - refused, "A lost acknowledgement lost its record.")
    }

    @Test func `has the same faults for the same seed`() throws {
        var faults = FaultyLog.Faults()
        (faults.refusal, faults.duplicate, faults.lostAcknowledgement) = (0.2, 0.2, 0.2)
        let counts = try (0 ..< 2).map { _ in
            let log = FaultyLog(MemoryLog(), seed: 7, faults: faults)
            try log.create(TopicSpec("t", partitions: 1))
            for number in 0 ..< 200 { _ = log.appendAndWait(NewRecord(number), to: "t", 0) }
            return log.counts
        }
        #expect(counts[0] == counts[1])
    }

    @Test func `answers late where it should, and at once when it is closed`() throws {
        var faults = FaultyLog.Faults()
        (faults.delay, faults.longestDelay) = (1, .seconds(3_600))
        let log = FaultyLog(MemoryLog(), seed: 3, faults: faults)
        try log.create(TopicSpec("t", partitions: 1))
        let answers = Monitor(0)
        for number in 0 ..< 10 {
            log.append(NewRecord(number), to: "t", partition: 0) { _ in
                answers.withLock { $0 += 1 }
            }
        }
        #expect(answers.wait(until: Deadline(after: 50_000)) { $0 > 1 ? $0 : nil } == nil)
        log.close()
        #expect(answers.withLock { $0 } == 10)
    }
}
