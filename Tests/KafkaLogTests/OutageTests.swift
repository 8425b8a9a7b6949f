import Bytes
import CRdKafka
import Logs
import Synchronization
import Testing

@testable import KafkaLog

@Suite(.serialized) struct `A broker that goes away` {
    @Test func `and comes back loses nothing that was acknowledged and doubles nothing`()
        async throws
    {
        try await Stage.run { stage in
            let log = try stage.log { $0.messageTimeoutMilliseconds = 60_000 }
            let partition = Partition("t", 0)
            try await blocking { try log.create(TopicSpec("t", partitions: 1)) }
            let reader = try log.reader()
            try await blocking { try reader.add(partition, from: 0) }
            let answers = Mutex<[Int: Result<Position, AppendError>]>([:])
            let isOver = Atomic(false)
            async let writing = blocking {
                var number = 0
                while !isOver.load(ordering: .relaxed) {
                    let own = number
                    log.append(NewRecord(own), to: "t", partition: 0) { result in
                        answers.withLock { $0[own] = result }
                    }
                    number += 1
                    if number.isMultiple(of: 20) { wait(milliseconds: 1) }
                }
                return number
            }
            for _ in 0 ..< 3 {
                try await Task.sleep(for: .milliseconds(400))
                await stage.stop()
                try await Task.sleep(for: .milliseconds(300))
                try await stage.start()
            }
            try await Task.sleep(for: .milliseconds(400))
            isOver.store(true, ordering: .relaxed)
            let written = try await writing
            let deadline = Deadline(after: 120_000_000)
            while answers.withLock({ $0.count }) < written, !deadline.isOver {
                try await Task.sleep(for: .milliseconds(50))
            }
            let results = answers.withLock { $0 }
            #expect(results.count == written)
            for case (let number, .failure(let error)) in results {
                Issue.record("Record \(number) of \(written) was given up: \(error)")
                break
            }
            try await blocking {
                let count = Int(try log.bounds(of: partition).upperBound)
                let numbers = try log.read(partition, from: 0, count: count).map(\.number)
                #expect(numbers.count == written)
                #expect(
                    numbers == Array(0 ..< written),
                    "A record is missing, double or out of order."
                )
                for case (let number, .success(let position)) in results where position.offset >= 0
                {
                    #expect(numbers[Int(position.offset)] == number)
                }
                // The reader went through the outages too.
                #expect(try reader.read(count: written).map(\.number) == Array(0 ..< written))
                reader.close()
                log.close()
            }
        }
    }

    @Test func `is noticed, answered for, and noticed again when it is back`() async throws {
        try await Stage.run { stage in
            let log = try stage.log {
                $0.messageTimeoutMilliseconds = 1_000
                $0.requestTimeoutMilliseconds = 1_000
            }
            try await blocking {
                try log.create(TopicSpec("t", partitions: 1))
                try log.appendOne(NewRecord(0), to: "t", 0)
            }
            #expect(log.isConnected)
            let reader = try log.reader()
            try await blocking { try reader.add(Partition("t", 0), from: 1) }
            await stage.stop()
            try await blocking {
                let result = log.appendAndWait(NewRecord(1), to: "t", 0)
                guard case .failure = result else {
                    Issue.record("A broker that is away answered \(result).")
                    return
                }
                let deadline = Deadline(after: 60_000_000)
                while log.isConnected, !deadline.isOver { wait(milliseconds: 20) }
                #expect(!log.isConnected)
                let batches = try reader.next(limit: 1, within: TimeSpan(microseconds: 200_000))
                #expect(batches.isEmpty)
                let error = #expect(throws: LogError.self) { try log.topics() }
                guard case .unreachable = error else {
                    Issue.record("Asking a broker that is away gave \(error.debugDescription).")
                    return
                }
            }
            try await stage.start()
            try await blocking {
                let deadline = Deadline(after: 60_000_000)
                while !log.isConnected, !deadline.isOver { wait(milliseconds: 20) }
                #expect(log.isConnected)
                try log.appendOne(NewRecord(2), to: "t", 0)
                let records = try reader.read(count: 1)
                #expect(records.last?.number == 2)
                reader.close()
                log.close()
            }
        }
    }

    @Test func `before it was ever there is no error, only no answer yet`() async throws {
        let stage = try Stage()
        try await stage.start()
        await stage.stop()
        let log = try stage.log { $0.messageTimeoutMilliseconds = 20_000 }
        #expect(!log.isConnected)
        try await stage.start()
        try await blocking {
            try log.create(TopicSpec("t", partitions: 1))
            try log.appendOne(NewRecord(0), to: "t", 0)
            #expect(log.isConnected)
            log.close()
        }
        await stage.stop()
    }

    @Test func `for good does not keep a log from closing`() async throws {
        try await Stage.run { stage in
            let log = try stage.log { $0.messageTimeoutMilliseconds = 3_600_000 }
            try await blocking { try log.create(TopicSpec("t", partitions: 1)) }
            await stage.stop()
            let answers = Mutex<[Result<Position, AppendError>]>([])
            for number in 0 ..< 100 {
                log.append(NewRecord(number), to: "t", partition: 0) { result in
                    answers.withLock { $0.append(result) }
                }
            }
            let time = try await blocking { ContinuousClock().measure { log.close() } }
            print("closed without a broker: \(time)")
            let results = answers.withLock { $0 }
            #expect(results.count == 100)
            for case .success in results { Issue.record("A record was acknowledged by nobody.") }
        }
    }
}

@Suite struct `A client that librdkafka gives up for good` {
    @Test func `is replaced, and everything is answered`() async throws {
        try await Stage.run { stage in
            let log = try stage.log()
            try await blocking {
                defer { log.close() }
                let partition = Partition("t", 0)
                try log.create(TopicSpec("t", partitions: 1))
                try log.appendOne(NewRecord(0), to: "t", 0)
                let reader = try log.reader()
                defer { reader.close() }
                try reader.add(partition, from: 0)
                let answers = Mutex<[Int: Result<Position, AppendError>]>([:])
                let broken = try log.producer()
                for number in 1 ... 2_000 {
                    log.append(NewRecord(number), to: "t", partition: 0) { result in
                        answers.withLock { $0[number] = result }
                    }
                    guard number == 1_000 else { continue }
                    rd_kafka_test_fatal_error(
                        broken.client.pointer,
                        RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                        "test"
                    )
                }
                let deadline = Deadline(after: 20_000_000)
                while try log.producer() === broken, !deadline.isOver { wait(milliseconds: 5) }
                // The new client takes records, and what it says is true.
                let last = try log.appendOne(NewRecord(9_999), to: "t", 0)
                while answers.withLock({ $0.count }) < 2_000, !deadline.isOver {
                    wait(milliseconds: 5)
                }
                let results = answers.withLock { $0 }
                #expect(results.count == 2_000)
                let count = Int(try log.bounds(of: partition).upperBound)
                let numbers = try reader.read(count: count).map(\.number)
                #expect(Set(numbers).count == numbers.count)
                #expect(numbers.last == 9_999 && last.offset == Offset(count - 1))
                for (number, result) in results {
                    switch result {
                    case .success(let position): #expect(numbers[Int(position.offset)] == number)
                    case .failure(.notPersisted), .failure(.refused):
                        #expect(!numbers.contains(number))
                    case .failure(.possiblyPersisted): break
                    }
                }
            }
        }
    }
}
