import Bytes
import Chance
import Events
import JSON
import Logs
import Records
import Store
import Streams
import Testing

@testable import Engine
@testable import Platform

@Suite struct `One stream of three` {
    private static let names = ["first", "second", "third"]

    /// Streams over a log with faults.
    private static func stand(
        _ memory: MemoryLog,
        _ log: any Log
    ) async throws -> Stand {
        let stand = try await Stand.start(log)
        _ = try await stand.platform.apply(
            names.map { Arrivals.definition($0, partitions: 1) },
            for: .anybody
        )
        try await stand.settle()
        return stand
    }

    private static func send(_ value: [UInt8]?, to stream: String, in log: MemoryLog) async throws {
        _ = try await log.append(NewRecord(key: nil, value: value), to: stream, partition: 0)
    }

    private static func count(_ stream: String, _ stand: Stand) throws -> Int64 {
        let definition = Arrivals.definition(stream, partitions: 1)
        return try Intake.View(Intake(definition), partition: 0, in: stand.store).summary.accepted
    }

    /// Sends good records to the others, and expects each to count.
    private static func expectOthersGoOn(
        _ stand: Stand,
        _ log: MemoryLog,
        _ what: String
    ) async throws {
        for stream in names.dropFirst() {
            let before = try count(stream, stand)
            let time = TestClock.start + .seconds(before)
            try await send(Arrivals.record(Int(before), at: time), to: stream, in: log)
            try await stand.eventually("\(stream) goes on: \(what)") {
                try count(stream, stand) == before + 1
            }
        }
        let others = Set(names.dropFirst().map { Arrivals.definition($0, partitions: 1).topic })
        #expect(
            try await stand.platform.engine.settle(within: .seconds(60), of: others),
            "Who waits for the others only is not held up: \(what)"
        )
    }

    @Test func `holds up no other with whatever is sent to it`() async throws {
        let memory = memoryLog()
        let log = FaultyLog(memory, seed: 1)
        let stand = try await Self.stand(memory, log)
        let hostile = HostileRecords(count: 200, hostile: 100, partitions: 1, seed: newSeed())
        for arrival in hostile.arrivals {
            try await Self.send(arrival.value, to: "first", in: memory)
        }
        try await Self.send([UInt8](repeating: 7, count: 33_554_300), to: "first", in: memory)
        try await Self.expectOthersGoOn(stand, memory, "records of every kind")
        try await stand.settle()
        #expect(try memory.refusedRecords().count == 101)
        #expect(stand.platform.engine.troubles.isEmpty)
        stand.stop()
    }

    @Test(arguments: ["silent", "away", "forbidden", "too small"])
    func `holds up no other while its dead letters cannot be appended`(
        _ how: String
    ) async throws {
        let memory = memoryLog()
        let log = FaultyLog(memory, seed: 1)
        let stand = try await Self.stand(memory, log)
        let letters: Set = [DeadLetterEvent.topic.name]
        var faults = FaultyLog.Faults()
        switch how {
        case "silent": faults.mutedTopics = letters
        case "away": faults.awayTopics = letters
        case "forbidden": faults.forbiddenTopics = letters
        default: faults.longestRecordBytes = 300
        }
        log.set(faults)
        try await Self.send(Array("none".utf8), to: "first", in: memory)
        try await Self.expectOthersGoOn(stand, memory, how)
        if how != "silent" {
            try await stand.eventually("readiness says so") {
                stand.platform.engine.troubles.contains { $0.contains("dead letters of first") }
            }
            log.set(.none)
            try await stand.eventually("it goes on by itself") {
                try memory.refusedRecords().count == 1 && stand.platform.engine.troubles.isEmpty
            }
            try await stand.eventually("the alert is over") {
                try stand.alerts().filter { $0.kind == "reactorStopped" }.allSatisfy {
                    $0.resolvedAt != nil
                }
            }
            try await stand.settle()
            try await stand.expectProof()
        }
        stand.stop()
        log.close()
    }

    @Test
    func `that cannot be read stands still alone, turns readiness red, and goes on when it can`()
        async throws
    {
        let memory = memoryLog()
        let stand = try await Self.stand(memory, memory)
        stand.stop()
        for number in 0 ..< 3 {
            let time = TestClock.start + .seconds(Int64(number))
            try await Self.send(Arrivals.record(number, at: time), to: "first", in: memory)
        }
        let bad = Position(Partition("first", 0), 1)
        try memory.spoil(bad)
        let again = try await Stand.start(memory, seed: 2)
        try await again.eventually("readiness says so") {
            again.platform.engine.troubles.contains {
                $0.hasPrefix("projectionStopped: intake of first")
            }
        }
        #expect(
            Set(again.platform.engine.reasons.map(\.word)) == [.projectionStopped, .catchingUp]
        )
        try await again.eventually("it is an alert") {
            try again.alerts().contains {
                $0.kind == "projectorStopped" && $0.subject == "intake of first, first/0"
            }
        }
        try await Self.expectOthersGoOn(again, memory, "a place that cannot be read")
        #expect(try await again.platform.engine.settle(within: .seconds(60)) == false)
        try memory.mend(bad)
        try await again.eventually("it goes on by itself") {
            try Self.count("first", again) == 3 && again.platform.engine.troubles.isEmpty
        }
        try await again.eventually("the alert is over") {
            try again.alerts().allSatisfy { $0.resolvedAt != nil }
        }
        again.stop()
    }

    @Test func `that cannot have its topic keeps no other from its own`() async throws {
        let memory = memoryLog()
        let log = FaultyLog(memory, seed: 1)
        var faults = FaultyLog.Faults()
        faults.forbiddenTopics = ["first"]
        log.set(faults)
        let stand = try await Stand.start(log)
        _ = try await stand.platform.apply(
            Self.names.map { Arrivals.definition($0, partitions: 1) },
            for: .anybody
        )
        try await Self.expectOthersGoOn(stand, memory, "a topic that cannot be had")
        #expect(
            stand.platform.engine.troubles.contains {
                $0.contains("first") && $0.contains("forbidden")
            },
            "\(stand.platform.engine.troubles)"
        )
        try await stand.eventually("it is an alert") {
            try stand.alerts().contains { $0.kind == "topicUnfit" && $0.subject == "first" }
        }
        log.set(.none)
        try await stand.eventually("it gets it at last") {
            try memory.topics().contains { $0.name == "first" }
                && stand.platform.engine.troubles.isEmpty
        }
        let time = TestClock.start
        try await Self.send(Arrivals.record(0, at: time), to: "first", in: memory)
        try await stand.eventually("it is folded") { try Self.count("first", stand) == 1 }
        try await stand.eventually("the alert is over") {
            try stand.alerts().allSatisfy { $0.resolvedAt != nil }
        }
        stand.stop()
    }

    @Test func `whose topic has another number of partitions by now is named`() async throws {
        let memory = memoryLog()
        let stand = try await Self.stand(memory, memory)
        stand.stop()
        try memory.delete(topic: "first")
        try memory.create(TopicSpec("first", partitions: 4))
        let again = try await Stand.start(memory, stand.store, seed: 2)
        #expect(
            again.platform.engine.troubles.contains { $0.contains("4 partitions") },
            "\(again.platform.engine.troubles)"
        )
        try await Self.expectOthersGoOn(again, memory, "another number of partitions")
        again.stop()
    }

    /// Gives the topic of the first stream three partitions where its stream declares one, with a record in the last.
    private static func widen(_ log: MemoryLog) async throws {
        try log.delete(topic: "first")
        try log.create(TopicSpec("first", partitions: 3, stamp: .log))
        let value = Arrivals.record(1, at: TestClock.start)
        _ = try await log.append(NewRecord(key: nil, value: value), to: "first", partition: 2)
    }

    @Test func `whose topic gets more partitions is named within seconds, until it declares them`()
        async throws
    {
        let memory = memoryLog()
        let stand = try await Self.stand(memory, memory)
        try await stand.apply(
            """
            kind: FeatureView
            name: flights
            spec: {stream: first, entity: tail, features: {n: {count: true, over: [24h]}}}
            """
        )
        try await Self.widen(memory)
        try await stand.eventually("readiness says so, and the way out") {
            stand.platform.engine.reasons.contains {
                $0.word == .topicUnfit && $0.sentence.contains("Say `partitions: 3`")
            }
        }
        try await stand.eventually("it is an alert") {
            try stand.alerts().contains { $0.kind == "topicUnfit" && $0.subject == "first" }
        }
        try await Self.expectOthersGoOn(stand, memory, "more partitions")

        let wide = Arrivals.definition("first", partitions: 3)
        _ = try await stand.platform.apply([wide], for: .anybody)
        try await stand.eventually("it is well") { stand.platform.engine.troubles.isEmpty }
        try await stand.settle()
        #expect(
            try Intake.View(Intake(wide), partition: 2, in: stand.store).summary.accepted == 1
        )
        try await stand.eventually("its view follows") {
            let read = try stand.platform.features(
                of: "flights",
                ["tail": "N801JB"],
                at: TestClock.start + .seconds(60),
                withRecords: false
            )
            return read.features[0].value == .int(1)
        }
        try await stand.eventually("the alert is over") {
            try stand.alerts().allSatisfy { $0.resolvedAt != nil }
        }
        try await stand.expectProof()
        stand.stop()
    }

    @Test func `is not said to be folded while records lie where nobody folds them`() async throws {
        let memory = memoryLog()
        let stand = try await Self.stand(memory, memory)
        try await Self.widen(memory)
        #expect(try await stand.platform.engine.settle(within: .seconds(60)) == false)
        #expect(
            stand.platform.engine.stopReasons.contains { $0.contains("3 partitions") },
            "\(stand.platform.engine.stopReasons)"
        )
        #expect(
            try await stand.platform.engine.settle(within: .seconds(60), of: ["second", "third"])
        )
        stand.stop()
    }
}
