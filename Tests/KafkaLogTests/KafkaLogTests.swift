import Bytes
import Logs
import Testing

@testable import KafkaLog

@Suite struct `The configuration of a topic` {
    @Test func `that we may not ask about, or that is gone, counts as one that says nothing`()
        throws
    {
        #expect(try Producer.known(.failure(.refused("Topic authorization failed"))) == [:])
        #expect(try Producer.known(nil) == [:])
        #expect(try Producer.known(.success(["a": "b"])) == ["a": "b"])
        #expect(throws: LogError.unreachable("away")) {
            try Producer.known(.failure(.unreachable("away")))
        }
    }
}

@Suite(.serialized) struct `A log in Kafka` {
    @Test(arguments: LogLaw.all) func `keeps the laws of logs`(law: LogLaw) async throws {
        try await Stage.run { stage in
            let log = try stage.log()
            try await blocking {
                defer { log.close() }
                try law.check(log)
            }
        }
    }

    @Test(arguments: KafkaLog.Compression.allCases)
    func `reads what it compressed`(compression: KafkaLog.Compression) async throws {
        try await Stage.run { stage in
            let log = try stage.log {
                $0.compression = compression
                $0.lingerMilliseconds = 5
            }
            try await blocking {
                defer { log.close() }
                try log.create(TopicSpec("t", partitions: 1))
                _ = try log.appendAll((0 ..< 1_000).map { NewRecord($0) }, to: "t", 0)
                let read = try log.read(Partition("t", 0), from: 0, count: 1_000)
                #expect(read.map(\.number) == Array(0 ..< 1_000))
            }
        }
    }

    @Test func `says which records are left where retention overtook a reader`() async throws {
        try await Stage.run { stage in
            let log = try stage.log()
            try await blocking {
                defer { log.close() }
                let partition = Partition("t", 0)
                try log.create(TopicSpec("t", partitions: 1))
                _ = try log.appendAll((0 ..< 10).map { NewRecord($0) }, to: "t", 0)
                try stage.deleteRecords(before: 6, in: partition)
                #expect(try log.bounds(of: partition) == 6 ..< 10)
                let fault = LogError.offsetOutOfRange(Position(partition, 3), available: 6 ..< 10)
                #expect(throws: fault) { try log.read(partition, from: 3, count: 1) }
                #expect(try log.read(partition, from: 6, count: 4).map(\.number) == [6, 7, 8, 9])
            }
        }
    }

    @Test func `lets appends wait for room, and loses none`() async throws {
        try await Stage.run { stage in
            let log = try stage.log {
                $0.recordsUnderWay = 10
                $0.bytesUnderWay = 2_000
            }
            try await blocking {
                defer { log.close() }
                try log.create(TopicSpec("t", partitions: 1))
                let positions = try log.appendAll((0 ..< 500).map { NewRecord($0) }, to: "t", 0)
                #expect(positions.map(\.offset) == Array(0 ..< 500))
                // More than all the room there is goes alone.
                let large = NewRecord(key: nil, value: [UInt8](repeating: 1, count: 100_000))
                #expect(try log.appendOne(large, to: "t", 0).offset == 500)
            }
        }
    }

    @Test func `refuses what librdkafka would change or not send`() async throws {
        try await Stage.run { stage in
            let log = try stage.log()
            try await blocking {
                defer { log.close() }
                try log.create(TopicSpec("t", partitions: 1))
                let refused = [
                    NewRecord(key: nil, value: [], timestamp: Instant(milliseconds: 0)),
                    NewRecord(key: nil, value: [UInt8](repeating: 1, count: 2_000_000)),
                ]
                for record in refused {
                    switch log.appendAndWait(record, to: "t", 0) {
                    case .failure(.notPersisted), .failure(.refused): break
                    case let other: Issue.record("\(other)")
                    }
                }
                #expect(try log.bounds(of: Partition("t", 0)) == 0 ..< 0)
            }
        }
        #expect(throws: LogError.self) {
            var settings = KafkaLog.Settings(bootstrapServers: "127.0.0.1:1")
            settings.lingerMilliseconds = -1
            _ = try KafkaLog(settings) { _ in }
        }
    }

    @Test func `reads on from a queue that has run full`() async throws {
        try await Stage.run { stage in
            let log = try stage.log {
                $0.recordsReadAhead = 2_000
                $0.lingerMilliseconds = 5
            }
            try await blocking {
                defer { log.close() }
                try log.create(TopicSpec("t", partitions: 1))
                let value = [UInt8](repeating: 7, count: 1_000)
                let records = [NewRecord](
                    repeating: NewRecord(key: nil, value: value),
                    count: 50_000
                )
                _ = try log.appendAll(records, to: "t", 0)
                let reader = try log.reader()
                defer { reader.close() }
                try reader.add(Partition("t", 0), from: 0)
                let start = ContinuousClock.now
                #expect(try reader.read(count: 50_000).count == 50_000)
                print("a dozen full queues: \(ContinuousClock.now - start)")
            }
        }
    }
}
