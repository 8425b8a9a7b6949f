import Bytes
import Logs
import Testing

@Suite struct `A log in memory` {
    @Test(arguments: LogLaw.all) func `keeps the laws of logs`(law: LogLaw) throws {
        try law.check(MemoryLog())
    }

    @Test func `gives time by its clock`() throws {
        let log = MemoryLog(clock: { Instant(microseconds: 5_000_999) })
        try log.create(TopicSpec("t", partitions: 1))
        try log.appendOne(NewRecord(1), to: "t", 0)
        let record = try #require(try log.read(Partition("t", 0), from: 0, count: 1).first)
        #expect(record.timestamp == Instant(microseconds: 5_000_000))
    }

    @Test func `forgets what is trimmed and says so to who asks for it`() throws {
        let log = MemoryLog()
        let partition = Partition("t", 0)
        try log.create(TopicSpec("t", partitions: 1))
        _ = try log.appendAll((0 ..< 10).map { NewRecord($0) }, to: "t", 0)
        try log.trim(partition, before: 4)
        #expect(try log.bounds(of: partition) == 4 ..< 10)
        #expect(try log.read(partition, from: 4, count: 6).map(\.number) == Array(4 ..< 10))
        #expect(throws: LogError.offsetOutOfRange(Position(partition, 3), available: 4 ..< 10)) {
            try log.read(partition, from: 3, count: 1)
        }
        try log.trim(partition, before: 10)
        #expect(try log.bounds(of: partition) == 10 ..< 10)
        #expect(throws: LogError.self) { try log.trim(partition, before: 11) }
    }

    @Test func `reads over gaps in the offsets`() throws {
        let log = MemoryLog()
        let partition = Partition("t", 0)
        try log.create(TopicSpec("t", partitions: 1))
        try log.appendOne(NewRecord(0), to: "t", 0)
        try log.skip(5, in: partition)
        #expect(try log.appendOne(NewRecord(1), to: "t", 0).offset == 6)
        #expect(try log.read(partition, from: 0, count: 2).map(\.offset) == [0, 6])
        #expect(try log.read(partition, from: 3, count: 1).map(\.offset) == [6])
        #expect(try log.bounds(of: partition) == 0 ..< 7)
    }

    @Test func `makes a copy without one record and leaves the original alone`() throws {
        let log = MemoryLog()
        let partition = Partition("t", 0)
        try log.create(TopicSpec("t", partitions: 1))
        _ = try log.appendAll((0 ..< 5).map { NewRecord($0) }, to: "t", 0)
        let copy = try log.dropping(Position(partition, 2))
        #expect(try copy.read(partition, from: 0, count: 4).map(\.offset) == [0, 1, 3, 4])
        #expect(try log.read(partition, from: 0, count: 5).map(\.offset) == [0, 1, 2, 3, 4])
        try copy.appendOne(NewRecord(5), to: "t", 0)
        #expect(try log.bounds(of: partition) == 0 ..< 5)
        #expect(throws: LogError.self) { try copy.dropping(Position(partition, 2)) }
    }

    @Test func `answers on a thread of its own`() throws {
        let log = MemoryLog()
        try log.create(TopicSpec("t", partitions: 1))
        let (lock, answer) = (Monitor(0), Monitor(false))
        lock.withLock { _ in
            log.append(NewRecord(1), to: "t", partition: 0) { _ in
                lock.withLock { $0 += 1 }
                answer.withLock { $0 = true }
                answer.announceChange()
            }
        }
        #expect(answer.wait(until: Deadline(after: 10_000_000)) { $0 ? true : nil } == true)
    }
}
