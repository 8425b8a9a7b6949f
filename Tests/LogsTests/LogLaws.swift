import Bytes
import Glibc
import Logs
import Synchronization
import Testing

/// What holds for every log, whoever keeps it. Both test targets of logs run these: the file is in `LogsTests`, and
/// linked from `KafkaLogTests`.
struct LogLaw: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Breaks the law by an expectation that fails. The log is the law's own and empty.
    let check: @Sendable (any Log) throws -> Void

    private init(_ sentence: String, _ check: @escaping @Sendable (any Log) throws -> Void) {
        self.testDescription = sentence
        self.check = check
    }

    static let all: [LogLaw] = [
        LogLaw("appends keep their order and get offsets without a gap", order),
        LogLaw("keys, values and headers come back as they went in", contents),
        LogLaw("timestamps are kept to the millisecond", timestamps),
        LogLaw("a topic that the log stamps asks no writer for the time", stamps),
        LogLaw(
            "a topic is stamped by the log from when it is told so, and keeps the rest",
            restamping
        ),
        LogLaw("a key chooses its partition as in Java", partitioner),
        LogLaw("one reader reads several partitions, each in order", severalPartitions),
        LogLaw("a reader may start in the middle and at the end", middle),
        LogLaw("an offset out of range is said once, and the rest is read on", outOfRange),
        LogLaw("what does not exist is refused by name", unknown),
        LogLaw("several readers read the same partition", severalReaders),
        LogLaw("a partition is no longer read after its removal, and again when added", removal),
        LogLaw("next gives at most as many records as asked for", limit),
        LogLaw("wake ends a wait, even one that has not begun", wake),
        LogLaw("a waiting reader sees a new record at once", tail),
        LogLaw("a reader knows how far it has read, and no further", reached),
        LogLaw(
            "a topic deleted and created again is empty, writable and not the old one",
            recreation
        ),
        LogLaw("a reader hears that its topic is gone", deletion),
        LogLaw("topics tell what they were created with", topics),
        LogLaw("bounds follow the appends", bounds),
        LogLaw("appends from many threads are all there, once", concurrency),
        LogLaw("a callback may append", callback),
        LogLaw("closing answers what is under way, and twice is once", closing),
    ]
}

extension LogLaw {
    private static func order(_ log: any Log) throws {
        try log.create(TopicSpec("order", partitions: 1))
        let positions = try log.appendAll((0 ..< 500).map { NewRecord($0) }, to: "order", 0)
        #expect(positions.map(\.offset) == Array(0 ..< 500))
        let records = try log.read(Partition("order", 0), from: 0, count: 500)
        #expect(records.map(\.offset) == Array(0 ..< 500))
        #expect(records.map(\.number) == Array(0 ..< 500))
    }

    private static func contents(_ log: any Log) throws {
        try log.create(TopicSpec("contents", partitions: 1))
        let parts: [[UInt8]?] = [nil, [], [0], [0, 0xFF, 0x80], Array("ключ".utf8)]
        let headers = [
            Header("a", [1]), Header("a", [2]), Header("", []), Header("null", nil),
            Header("é", "ü"),
        ]
        var records: [NewRecord] = []
        for key in parts {
            for value in parts + [[UInt8](repeating: 7, count: 100_000)] {
                records.append(NewRecord(key: key, value: value))
                records.append(NewRecord(key: key, value: value, headers: headers))
            }
        }
        _ = try log.appendAll(records, to: "contents", 0)
        let read = try log.read(Partition("contents", 0), from: 0, count: records.count)
        for (new, old) in zip(records, read) {
            #expect(old.key.map { Array($0) } == new.key)
            #expect(old.value.map { Array($0) } == new.value)
            #expect(old.headers == new.headers)
        }
    }

    private static func timestamps(_ log: any Log) throws {
        try log.create(TopicSpec("timestamps", partitions: 1))
        let given: [Int64] = [1_357_034_400_123_999, 1_000, 1_700_000_000_000_000]
        for microseconds in given {
            let record = NewRecord(
                key: nil,
                value: [1],
                timestamp: Instant(microseconds: microseconds)
            )
            try log.appendOne(record, to: "timestamps", 0)
        }
        try log.appendOne(NewRecord(key: nil, value: [1]), to: "timestamps", 0)
        let read = try log.read(Partition("timestamps", 0), from: 0, count: 4)
        #expect(read.prefix(3).map(\.timestamp.microseconds) == given.map { $0 / 1_000 * 1_000 })
        let now = MemoryLog.systemClock().microseconds
        let own = try #require(read.last).timestamp.microseconds
        #expect(abs(now - own) < 60_000_000, "The log's own clock gave \(own) at \(now).")
    }

    private static func stamps(_ log: any Log) throws {
        for stamp in [Stamp.log, .writer] {
            let topic = "stamped.by.\(stamp)"
            try log.create(TopicSpec(topic, partitions: 1, stamp: stamp))
            let made = Instant(milliseconds: 1_700_000_000_000)
            try log.appendOne(NewRecord(key: nil, value: [1], timestamp: made), to: topic, 0)
            let record = try #require(try log.read(Partition(topic, 0), from: 0, count: 1).first)
            #expect(record.isStampedByLog == (stamp == .log), "\(stamp)")
            #expect((record.timestamp == made) == (stamp == .writer), "\(stamp)")
            #expect(record.arrival == (stamp == .log ? record.timestamp : nil), "\(stamp)")
        }
    }

    private static func restamping(_ log: any Log) throws {
        let topic = "restamped"
        let partition = Partition(topic, 0)
        let keeps = Retention.span(.seconds(86_400))
        try log.create(TopicSpec(topic, partitions: 1, retention: keeps))
        let made = Instant(milliseconds: MemoryLog.systemClock().milliseconds - 60_000)
        let record = NewRecord(key: nil, value: [1], timestamp: made)
        try log.appendOne(record, to: topic, 0)
        try log.setStamp(.log, of: topic)
        let told = try log.topics().filter { $0.name == topic }
        #expect(told == [TopicSpec(topic, partitions: 1, retention: keeps, stamp: .log)])
        try log.appendOne(record, to: topic, 0)
        let read = try log.read(partition, from: 0, count: 2)
        #expect(read.map(\.isStampedByLog) == [false, true])
        #expect(read.first?.timestamp == made, "What was there stays as it was.")
        #expect(try #require(read.last).timestamp > made)
        #expect(throws: LogError.unknownTopic("nowhere")) {
            try log.setStamp(.log, of: "nowhere")
        }
    }

    private static func partitioner(_ log: any Log) throws {
        try log.create(TopicSpec("partitioner", partitions: 7))
        for number in 0 ..< 50 {
            let key = number == 0 ? [] : Array("key-\(number)".utf8)
            let position = try log.appendOne(
                NewRecord(key: key, value: nil),
                to: "partitioner",
                nil
            )
            #expect(position.partition.index == Murmur2.partition(of: key, among: 7))
        }
        for _ in 0 ..< 10 {
            let position = try log.appendOne(
                NewRecord(key: nil, value: [1]),
                to: "partitioner",
                nil
            )
            #expect((0 ..< 7).contains(position.partition.index))
        }
    }

    private static func severalPartitions(_ log: any Log) throws {
        try log.create(TopicSpec("several", partitions: 3))
        try log.create(TopicSpec("other", partitions: 1))
        for index in 0 ..< Int32(3) {
            _ = try log.appendAll((0 ..< 100).map { NewRecord($0) }, to: "several", index)
        }
        _ = try log.appendAll((0 ..< 100).map { NewRecord($0) }, to: "other", 0)
        let reader = try log.reader()
        defer { reader.close() }
        let partitions = (0 ..< 3).map { Partition("several", $0) } + [Partition("other", 0)]
        for partition in partitions { try reader.add(partition, from: 0) }
        var seen: [Partition: [Int]] = [:]
        let deadline = Deadline(after: 10_000_000)
        while seen.values.reduce(0, { $0 + $1.count }) < 400, !deadline.isOver {
            for batch in try reader.next(limit: 33, within: .seconds(1)) {
                seen[batch.partition, default: []] += batch.records.map(\.number)
            }
        }
        for partition in partitions { #expect(seen[partition] == Array(0 ..< 100), "\(partition)") }
    }

    private static func middle(_ log: any Log) throws {
        try log.create(TopicSpec("middle", partitions: 1))
        _ = try log.appendAll((0 ..< 100).map { NewRecord($0) }, to: "middle", 0)
        let partition = Partition("middle", 0)
        #expect(try log.read(partition, from: 40, count: 60).map(\.number) == Array(40 ..< 100))
        let reader = try log.reader()
        defer { reader.close() }
        try reader.add(partition, from: 100)
        #expect(try reader.next(limit: 10, within: TimeSpan(microseconds: 100_000)).isEmpty)
        try log.appendOne(NewRecord(100), to: "middle", 0)
        let batches = try reader.next(limit: 10, within: .seconds(5))
        #expect(batches.flatMap(\.records).map(\.offset) == [100])
    }

    private static func outOfRange(_ log: any Log) throws {
        try log.create(TopicSpec("range", partitions: 3))
        _ = try log.appendAll((0 ..< 10).map { NewRecord($0) }, to: "range", 0)
        _ = try log.appendAll((0 ..< 10).map { NewRecord($0) }, to: "range", 1)
        let reader = try log.reader()
        defer { reader.close() }
        try reader.add(Partition("range", 0), from: 11)
        try reader.add(Partition("range", 1), from: 0)
        try reader.add(Partition("range", 2), from: -1)
        var (faults, records) = ([LogError](), [Record]())
        let deadline = Deadline(after: 3_000_000)
        while !deadline.isOver {
            do {
                for batch in try reader.next(limit: 4, within: TimeSpan(microseconds: 200_000)) {
                    #expect(batch.partition.index == 1)
                    records += batch.records
                }
            } catch {
                faults.append(error)
            }
            if faults.count == 2, records.count == 10 { break }
        }
        // Once: nothing more comes.
        #expect(try reader.next(limit: 4, within: TimeSpan(microseconds: 300_000)).isEmpty)
        #expect(records.map(\.number) == Array(0 ..< 10))
        #expect(
            Set(faults) == [
                .offsetOutOfRange(Position(Partition("range", 0), 11), available: 0 ..< 10),
                .offsetOutOfRange(Position(Partition("range", 2), -1), available: 0 ..< 0),
            ]
        )
        // A partition that was given up can be added again.
        try reader.add(Partition("range", 0), from: 5)
        let batches = try reader.next(limit: 10, within: .seconds(5))
        #expect(batches.flatMap(\.records).first?.number == 5)
    }

    private static func unknown(_ log: any Log) throws {
        #expect(throws: LogError.unknownTopic("nowhere")) {
            try log.bounds(of: Partition("nowhere", 0))
        }
        #expect(throws: LogError.unknownTopic("nowhere")) { try log.delete(topic: "nowhere") }
        try log.create(TopicSpec("known", partitions: 2))
        #expect(throws: LogError.topicExists("known")) {
            try log.create(TopicSpec("known", partitions: 2))
        }
        #expect(throws: LogError.unknownPartition(Partition("known", 2))) {
            try log.bounds(of: Partition("known", 2))
        }
        let reader = try log.reader()
        defer { reader.close() }
        #expect(throws: LogError.unknownTopic("nowhere")) {
            try reader.add(Partition("nowhere", 0), from: 0)
        }
        #expect(throws: LogError.unknownPartition(Partition("known", -1))) {
            try reader.add(Partition("known", -1), from: 0)
        }
        for name in ["", "..", "a b", String(repeating: "x", count: 250), "ü"] {
            #expect(throws: LogError.self) { try log.create(TopicSpec(name, partitions: 1)) }
        }
        #expect(throws: LogError.self) { try log.create(TopicSpec("none", partitions: 0)) }
        for (topic, partition) in [("nowhere", nil), ("nowhere", 0), ("known", 2), ("known", -1)]
            as [(String, Int32?)]
        {
            let result = log.appendAndWait(NewRecord(1), to: topic, partition)
            guard case .failure(.notPersisted) = result else {
                Issue.record("Appending to \(topic)/\(partition ?? 0) gave \(result).")
                continue
            }
        }
        #expect(!(try log.topics().contains { $0.name == "nowhere" }), "An append made a topic.")
    }

    private static func severalReaders(_ log: any Log) throws {
        try log.create(TopicSpec("readers", partitions: 1))
        _ = try log.appendAll((0 ..< 50).map { NewRecord($0) }, to: "readers", 0)
        let readers = try (0 ..< 3).map { _ in try log.reader() }
        for reader in readers { try reader.add(Partition("readers", 0), from: 0) }
        for reader in readers {
            #expect(try reader.read(count: 50).map(\.number) == Array(0 ..< 50))
            reader.close()
            #expect(throws: LogError.self) { try reader.next(limit: 1, within: .seconds(0)) }
        }
    }

    private static func removal(_ log: any Log) throws {
        try log.create(TopicSpec("removal", partitions: 2))
        for index in 0 ..< Int32(2) {
            _ = try log.appendAll((0 ..< 50).map { NewRecord($0) }, to: "removal", index)
        }
        let reader = try log.reader()
        defer { reader.close() }
        let (kept, removed) = (Partition("removal", 0), Partition("removal", 1))
        try reader.add(kept, from: 0)
        try reader.add(removed, from: 0)
        #expect(throws: LogError.self) { try reader.add(kept, from: 0) }
        _ = try reader.next(limit: 1, within: .seconds(5))
        try reader.remove(removed)
        #expect(throws: LogError.self) { try reader.remove(removed) }
        var partitions: Set<Partition> = []
        while case let batches = try reader.next(limit: 7, within: TimeSpan(microseconds: 200_000)),
            !batches.isEmpty
        { partitions.formUnion(batches.map(\.partition)) }
        #expect(!partitions.contains(removed))
        try reader.add(removed, from: 20)
        #expect(try reader.read(count: 30).map(\.number) == Array(20 ..< 50))
    }

    private static func limit(_ log: any Log) throws {
        try log.create(TopicSpec("limit", partitions: 2))
        for index in 0 ..< Int32(2) {
            _ = try log.appendAll((0 ..< 100).map { NewRecord($0) }, to: "limit", index)
        }
        let reader = try log.reader()
        defer { reader.close() }
        for index in 0 ..< Int32(2) { try reader.add(Partition("limit", index), from: 0) }
        var total = 0
        let deadline = Deadline(after: 10_000_000)
        while total < 200, !deadline.isOver {
            let count = try reader.next(limit: 9, within: .seconds(1))
                .reduce(0) { $0 + $1.records.count }
            #expect(count <= 9)
            total += count
        }
        #expect(total == 200)
    }

    private static func wake(_ log: any Log) throws {
        try log.create(TopicSpec("wake", partitions: 1))
        let reader = try log.reader()
        defer { reader.close() }
        try reader.add(Partition("wake", 0), from: 0)
        _ = try reader.next(limit: 1, within: TimeSpan(microseconds: 1))
        // A wake that is lost shows in a test that does not come to its end.
        for _ in 0 ..< 20 {
            reader.wake()
            #expect(try reader.next(limit: 1, within: .seconds(3_600)).isEmpty)
        }
        let wait = Mutex<[RecordBatch]?>(nil)
        concurrently(2) { index in
            guard index == 0 else {
                usleep(100_000)
                return reader.wake()
            }
            do {
                let batches = try reader.next(limit: 1, within: .seconds(3_600))
                wait.withLock { $0 = batches }
            } catch {
                Issue.record(error)
            }
        }
        #expect(wait.withLock { $0?.isEmpty } == true)
        try log.appendOne(NewRecord(1), to: "wake", 0)
        #expect(try reader.read(count: 1).count == 1)
    }

    private static func tail(_ log: any Log) throws {
        try log.create(TopicSpec("tail", partitions: 1))
        let reader = try log.reader()
        defer { reader.close() }
        try reader.add(Partition("tail", 0), from: 0)
        _ = try reader.next(limit: 1, within: TimeSpan(microseconds: 300_000))
        var longest = Duration.zero
        for number in 0 ..< 20 {
            let start = ContinuousClock.now
            log.append(NewRecord(number), to: "tail", partition: 0) { _ in }
            let records = try reader.next(limit: 10, within: .seconds(60)).flatMap(\.records)
            #expect(records.map(\.number) == [number])
            longest = max(longest, ContinuousClock.now - start)
        }
        print("the slowest of twenty records took \(longest)")
    }

    private static func recreation(_ log: any Log) throws {
        try log.create(TopicSpec("again", partitions: 1))
        _ = try log.appendAll((0 ..< 30).map { NewRecord($0) }, to: "again", 0)
        let reader = try log.reader()
        defer { reader.close() }
        try reader.add(Partition("again", 0), from: 0)
        #expect(try reader.read(count: 30).count == 30)
        try log.delete(topic: "again")
        #expect(!(try log.topics().contains { $0.name == "again" }))
        try log.create(TopicSpec("again", partitions: 1))
        #expect(try log.bounds(of: Partition("again", 0)) == 0 ..< 0)
        let position = try log.appendOne(NewRecord(77), to: "again", 0)
        #expect(position.offset == 0 || position.offset == -1)
        #expect(try log.read(Partition("again", 0), from: 0, count: 1).map(\.number) == [77])
        // The old reader stood at 30, which the new topic does not have.
        let fault = try #require(try reader.fault(within: 10))
        switch fault {
        case .unknownTopic("again"): break
        case .offsetOutOfRange(Position(Partition("again", 0), 30), available: 0 ..< 1): break
        default: Issue.record("The reader of the old topic heard \(fault).")
        }
    }

    private static func deletion(_ log: any Log) throws {
        try log.create(TopicSpec("gone", partitions: 1))
        try log.create(TopicSpec("stays", partitions: 1))
        try log.appendOne(NewRecord(1), to: "gone", 0)
        let reader = try log.reader()
        defer { reader.close() }
        try reader.add(Partition("gone", 0), from: 0)
        try reader.add(Partition("stays", 0), from: 0)
        #expect(try reader.read(count: 1).count == 1)
        try log.delete(topic: "gone")
        let fault = try #require(try reader.fault(within: 10))
        #expect(fault == .unknownTopic("gone"))
        try log.appendOne(NewRecord(2), to: "stays", 0)
        #expect(try reader.read(count: 1).map(\.number) == [2])
    }

    private static func topics(_ log: any Log) throws {
        let specs = [
            TopicSpec("a.forever", partitions: 1),
            TopicSpec("b-latest", partitions: 3, retention: .latestPerKey),
            TopicSpec("c_month", partitions: 2, retention: .span(.seconds(2_592_000))),
            TopicSpec("d-stamped", partitions: 1, stamp: .log),
        ]
        for spec in specs.reversed() { try log.create(spec) }
        let names = Set(specs.map(\.name))
        #expect(try log.topics().filter { names.contains($0.name) } == specs)
        let result = log.appendAndWait(NewRecord(key: nil, value: [1]), to: "b-latest", 0)
        guard case .failure = result else {
            Issue.record("A compacted topic took a record without a key: \(result).")
            return
        }
        try log.appendOne(NewRecord(key: [1], value: [1]), to: "b-latest", 0)
    }

    private static func reached(_ log: any Log) throws {
        try log.create(TopicSpec("reached", partitions: 2))
        let (full, empty) = (Partition("reached", 0), Partition("reached", 1))
        _ = try log.appendAll((0 ..< 10).map { NewRecord($0) }, to: "reached", 0)
        let reader = try log.reader()
        defer { reader.close() }
        #expect(reader.reached(full) == nil)
        try reader.add(full, from: 3)
        try reader.add(empty, from: 0)
        #expect(reader.reached(full) == 3)
        while let reached = reader.reached(full), reached < 10 {
            let records = try reader.next(limit: 2, within: .seconds(20)).flatMap(\.records)
            #expect(reader.reached(full) == records.last.map { $0.offset + 1 })
        }
        // At the end nothing more is known, however long one waits.
        _ = try reader.next(limit: 2, within: TimeSpan(microseconds: 300_000))
        #expect(reader.reached(full) == 10)
        #expect(reader.reached(empty) == 0)
        try log.appendOne(NewRecord(10), to: "reached", 0)
        #expect(try reader.next(limit: 2, within: .seconds(20)).flatMap(\.records).count == 1)
        #expect(reader.reached(full) == 11)
        try reader.remove(full)
        #expect(reader.reached(full) == nil)
    }

    private static func bounds(_ log: any Log) throws {
        try log.create(TopicSpec("bounds", partitions: 2))
        #expect(try log.bounds(of: Partition("bounds", 0)) == 0 ..< 0)
        _ = try log.appendAll((0 ..< 10).map { NewRecord($0) }, to: "bounds", 0)
        #expect(try log.bounds(of: Partition("bounds", 0)) == 0 ..< 10)
        #expect(try log.bounds(of: Partition("bounds", 1)) == 0 ..< 0)
    }

    private static func concurrency(_ log: any Log) throws {
        try log.create(TopicSpec("threads", partitions: 3))
        let (writers, each) = (8, 250)
        let answers = Mutex<[Position]>([])
        concurrently(writers) { writer in
            let records = (0 ..< each).map { NewRecord(writer * each + $0) }
            do {
                let positions = try log.appendAll(records, to: "threads", Int32(writer % 3))
                answers.withLock { $0 += positions }
            } catch {
                Issue.record(error)
            }
        }
        #expect(Set(answers.withLock { $0 }).count == writers * each)
        var numbers: [Int] = []
        for index in 0 ..< Int32(3) {
            let partition = Partition("threads", index)
            let count = Int(try log.bounds(of: partition).upperBound)
            let read = try log.read(partition, from: 0, count: count).map(\.number)
            // Each writer's own records are in its own order.
            for writer in 0 ..< writers {
                let own = read.filter { $0 / each == writer }
                #expect(own == own.sorted())
            }
            numbers += read
        }
        #expect(numbers.sorted() == Array(0 ..< writers * each))
    }

    private static func callback(_ log: any Log) throws {
        try log.create(TopicSpec("chain", partitions: 1))
        let links = Monitor(0)
        @Sendable func link() {
            log.append(NewRecord(0), to: "chain", partition: 0) { _ in
                let count = links.withLock { links in
                    links += 1
                    return links
                }
                links.announceChange()
                if count < 50 { link() }
            }
        }
        link()
        let isDone = links.wait(until: Deadline(after: 20_000_000)) { $0 >= 50 ? true : nil }
        #expect(isDone == true)
        #expect(try log.bounds(of: Partition("chain", 0)) == 0 ..< 50)
    }

    private static func closing(_ log: any Log) throws {
        try log.create(TopicSpec("closing", partitions: 1))
        let reader = try log.reader()
        try reader.add(Partition("closing", 0), from: 0)
        let answers = Monitor((positions: 0, others: 0))
        for number in 0 ..< 2_000 {
            log.append(NewRecord(number), to: "closing", partition: 0) { result in
                answers.withLock { answers in
                    if case .success = result {
                        answers.positions += 1
                    } else {
                        answers.others += 1
                    }
                }
            }
        }
        log.close()
        #expect(answers.withLock { $0.positions } == 2_000)
        #expect(answers.withLock { $0.others } == 0)
        log.close()
        let late = log.appendAndWait(NewRecord(1), to: "closing", 0)
        guard case .failure(.notPersisted) = late else {
            Issue.record("A closed log answered \(late).")
            return
        }
        #expect(throws: LogError.self) { try log.topics() }
        #expect(throws: LogError.self) { try log.reader() }
        #expect(throws: LogError.self) { try log.bounds(of: Partition("closing", 0)) }
        #expect(throws: LogError.self) { try log.create(TopicSpec("late", partitions: 1)) }
        #expect(throws: LogError.self) { try reader.next(limit: 1, within: .seconds(1)) }
        reader.close()
        reader.close()
        reader.wake()
        #expect(throws: LogError.self) { try reader.add(Partition("closing", 0), from: 0) }
    }
}
