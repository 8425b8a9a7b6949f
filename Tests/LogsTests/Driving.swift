import Bytes
import Logs
import Synchronization
import Testing

/// Short ways for tests to write and read a log on the thread they stand on. Linked from `KafkaLogTests`.
extension Log {
    func appendAndWait(
        _ record: NewRecord,
        to topic: String,
        _ partition: Int32?
    ) -> Result<Position, AppendError> {
        let answer = Monitor<Result<Position, AppendError>?>(nil)
        append(record, to: topic, partition: partition) { result in
            answer.withLock { $0 = result }
            answer.announceChange()
        }
        return answer.wait(until: Deadline(after: 30_000_000)) { $0 }
            ?? .failure(.possiblyPersisted("No answer within 30 seconds."))
    }

    @discardableResult
    func appendOne(_ record: NewRecord, to topic: String, _ partition: Int32?) throws -> Position {
        try appendAndWait(record, to: topic, partition).get()
    }

    /// Appends all without waiting in between, then waits for all.
    func appendAll(
        _ records: [NewRecord],
        to topic: String,
        _ partition: Int32?
    ) throws -> [Position] {
        let answers = Monitor([Int: Result<Position, AppendError>]())
        for (index, record) in records.enumerated() {
            append(record, to: topic, partition: partition) { result in
                let count = answers.withLock { answers in
                    answers[index] = result
                    return answers.count
                }
                if count == records.count { answers.announceChange() }
            }
        }
        let all = answers.wait(until: Deadline(after: 60_000_000)) {
            $0.count == records.count ? $0 : nil
        }
        let results = try #require(all, "Not every append was answered within a minute.")
        return try records.indices.map { try #require(results[$0]).get() }
    }

    func read(_ partition: Partition, from offset: Offset, count: Int) throws -> [Record] {
        let reader = try reader()
        defer { reader.close() }
        try reader.add(partition, from: offset)
        return try reader.read(count: count)
    }
}

extension LogReader {
    /// At least `count` records, unless twenty seconds are over first.
    func read(count: Int) throws -> [Record] {
        var records: [Record] = []
        let deadline = Deadline(after: 20_000_000)
        while records.count < count, !deadline.isOver {
            records += try next(limit: 100, within: .seconds(1)).flatMap(\.records)
        }
        return records
    }

    /// The first error that comes within some seconds.
    func fault(within seconds: Int64) throws -> LogError? {
        let deadline = Deadline(after: seconds * 1_000_000)
        while !deadline.isOver {
            do {
                _ = try next(limit: 100, within: TimeSpan(microseconds: 200_000))
            } catch {
                return error
            }
        }
        return nil
    }
}

extension NewRecord {
    /// A record whose value is a number.
    init(_ number: Int) {
        self.init(key: Array("k\(number)".utf8), value: Array("\(number)".utf8))
    }
}

extension Record {
    /// -1 where the value is no number.
    var number: Int {
        value.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? -1
    }
}
