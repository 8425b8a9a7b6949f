import Bytes
import Events
import Logs
import Projections
import Serving
import Store
import Synchronization
import Testing

@testable import Engine
@testable import Platform

/// A reactor that the platform does not know: it echoes records as predictions, in one file and one call of `react`.
@Suite struct `A reactor of a guest` {
    @Test func `holds up only the partition of an input that it cannot answer`() async throws {
        let stage = try await Stage()
        defer { stage.stand.stop() }
        for number in 0 ..< 40 {
            try await stage.say(number == 3 ? "bad" : "\(number)", number % 2)
        }
        let even = (0 ..< 20).map { "\($0 * 2)" }
        try await stage.stand.eventually("the other partition is answered") {
            try stage.heard(0) == even
        }
        try await stage.stand.eventually("it is said what cannot be answered") {
            stage.stand.notices.contains { $0.contains("the echo waits: numbers/1@1: ") }
        }
        #expect(try stage.heard(1) == ["1"])
        stage.echo.isStrict.store(false, ordering: .relaxed)
        try await stage.say("last", 1)
        try await stage.stand.eventually("those behind it follow in order") {
            try stage.heard(1)
                == ["1", "bad"] + (2 ..< 20).map { "\($0 * 2 + 1)" } + ["last"]
        }
        try await stage.stand.eventually("what was answered waits no longer") {
            try (0 ..< 2).allSatisfy { try stage.waiting($0).isEmpty }
        }
    }

    @Test func `is at rest while more waits than it answers at once`() async throws {
        let stage = try await Stage()
        defer { stage.stand.stop() }
        for number in 0 ..< 600 { try await stage.say(number == 0 ? "bad" : "\(number)", 0) }
        try await stage.stand.eventually("all wait") {
            try stage.waiting(0).count == 600
                && stage.stand.notices.contains { $0.contains("the echo waits: ") }
        }
        let before = stage.echo.views.load(ordering: .relaxed)
        for number in 0 ..< 5 {
            try await stage.say("\(number)", 1)
            try await stage.stand.eventually("the other partition goes on") {
                try stage.heard(1).count == number + 1
            }
        }
        // Each of those wakes it some times: for the input, for the append, and for its output.
        #expect(stage.echo.views.load(ordering: .relaxed) - before < 200)
    }

    @Test func `holds up nobody else while the log does not take its outputs, and says so`()
        async throws
    {
        let stage = try await Stage()
        defer { stage.stand.stop() }
        try await stage.say("first", 1)
        try await stage.stand.eventually("it begins") { try stage.heard(1) == ["first"] }
        var faults = FaultyLog.Faults()
        faults.longestRecordBytes = 2_000
        stage.faulty.set(faults)
        try await stage.say(String(repeating: "x", count: 5_000), 0)
        try await stage.say("behind it", 0)
        try await stage.stand.eventually("readiness says so") {
            stage.stand.platform.engine.reasons.contains {
                $0.word == .reactorStopped && $0.sentence.hasPrefix("the echo: ")
                    && $0.sentence.contains("numbers/0@0")
            }
        }
        try await stage.say("second", 1)
        try await stage.stand.eventually("the other partition goes on") {
            try stage.heard(1) == ["first", "second"]
        }
        try await stage.stand.eventually("it is an alert") {
            try stage.stand.alerts().contains {
                $0.kind == "reactorStopped" && $0.subject == "the echo"
            }
        }
        let status = try stage.stand.platform.engine.reactorStatuses().first
        #expect(status?.name == "the echo")
        #expect(status?.stopped.count == 1)
        #expect(status.map { $0.waiting > 0 } == true)
        stage.faulty.set(.none)
        try await stage.stand.eventually("nothing is left out") {
            try stage.heard(0).map(\.count).sorted() == [9, 5_000]
        }
        try await stage.stand.eventually("the alert is over") {
            try stage.stand.alerts().allSatisfy { $0.resolvedAt != nil }
                && stage.stand.platform.engine.troubles.isEmpty
        }
    }

    @Test func `says something shorter where the log does not take the whole`() async throws {
        let stage = try await Stage()
        defer { stage.stand.stop() }
        var faults = FaultyLog.Faults()
        faults.longestRecordBytes = 2_000
        stage.faulty.set(faults)
        stage.echo.mayShorten.store(true, ordering: .relaxed)
        try await stage.say(String(repeating: "x", count: 5_000), 0)
        try await stage.say("behind it", 0)
        try await stage.stand.eventually("both are answered") {
            try Set(stage.heard(0)) == ["xxxxxxxx", "behind it"]
        }
        #expect(stage.stand.platform.engine.troubles.isEmpty)
    }

    @Test func `ends with the platform while the log does not answer`() async throws {
        let stage = try await Stage()
        var faults = FaultyLog.Faults()
        faults.mutedTopics = [PredictionEvent.topic.name]
        stage.faulty.set(faults)
        try await stage.say("first", 0)
        try await stage.stand.eventually("it waits for the log") {
            try stage.waiting(0).count == 1 && stage.echo.views.load(ordering: .relaxed) > 0
        }
        // It comes back: that is what is tested.
        stage.stand.stop()
        stage.faulty.close()
    }

    private struct Stage {
        let log = memoryLog()
        let faulty: FaultyLog
        let stand: Stand
        let echo = Echo()

        init() async throws {
            try log.create(TopicSpec(Echo.topic, partitions: 2))
            faulty = FaultyLog(log, seed: 1)
            stand = Stand.unstarted(faulty)
            let platform = stand.platform
            try await platform.engine.start([platform, platform.proof, Guest()])
            platform.engine.seat(Numbers(), partitions: 2)
            platform.engine.react(echo, as: "echo")
        }

        func say(_ word: String, _ partition: Int) async throws {
            let record = NewRecord(key: nil, value: Array(word.utf8))
            _ = try await log.append(record, to: Echo.topic, partition: Int32(partition))
        }

        /// The answers to a partition.
        func heard(_ partition: Int32) throws -> [String] {
            let output = PredictionLedger.outputPartition(of: Partition(Echo.topic, partition))
            return try log.records(of: output).map {
                let (_, event) = try PredictionEvent.decode($0)
                return event.predicted.endpoint
            }
        }

        func waiting(_ partition: Int32) throws -> [Word] {
            try Numbers().next(after: -1, of: partition, limit: 1_000, in: stand.store)
        }
    }
}

private final class Guest: Wing {
    var families: [Family] { [Numbers.family] }
}

private struct Numbers: Outbox {
    static let family = Family("numbers")
    static let outbox = Table<Offset, Word>("words", number: 16, keeps: .newest)
    let name = "numbers"
    let topic = Echo.topic
    var family: Family { Self.family }
    let generation = Digest(of: Array("numbers".utf8))
    let foldVersion: Int64 = 1

    func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) {
        changes[Self.outbox, record.offset] = Word(
            offset: record.offset,
            checksum: UInt64(record.checksum),
            text: String(decoding: record.value ?? [], as: UTF8.self)
        )
    }
}

private struct Word: Waiting {
    var offset: Offset
    var checksum: UInt64
    var text: String

    init(offset: Offset, checksum: UInt64, text: String) {
        (self.offset, self.checksum, self.text) = (offset, checksum, text)
    }

    func write(to writer: inout ByteWriter) {
        offset.write(to: &writer)
        checksum.write(to: &writer)
        text.write(to: &writer)
    }

    init(from reader: inout ByteReader) throws(ByteError) {
        offset = try Int64(from: &reader)
        checksum = try UInt64(from: &reader)
        text = try String(from: &reader)
    }
}

private final class Echo: Reactor {
    static let topic = "numbers"
    struct Refused: Error {}

    let name = "the echo"
    let queue = Numbers()
    let partitions: Int32 = 2
    let scope = [Array("echo".utf8)]
    let isStrict = Atomic(true)
    let mayShorten = Atomic(false)
    /// How often it was asked what it goes by.
    let views = Atomic(0)

    func outputPartition(of input: Partition) -> Partition {
        PredictionLedger.outputPartition(of: input)
    }

    var ledger: any Projection { PredictionLedger() }

    func isAnswered(
        _ id: EventID,
        of input: Partition,
        in reader: any StoreReader
    ) throws(StoreError) -> Bool {
        try PredictionLedger.has(id, in: outputPartition(of: input).index, of: reader)
    }

    func view() { views.add(1, ordering: .relaxed) }

    func react(
        to input: Word,
        at position: Position,
        given view: Void,
        hasWaited: Bool
    ) throws -> Output {
        if input.text == "bad", isStrict.load(ordering: .relaxed) { throw Refused() }
        var event = PredictionEvent()
        event.predicted.endpoint = input.text
        guard mayShorten.load(ordering: .relaxed) else {
            return Output(event, subject: nil, streamTime: nil)
        }
        var shorter = PredictionEvent()
        shorter.predicted.endpoint = String(input.text.prefix(8))
        return Output(event, shorter: shorter, subject: nil, streamTime: nil)
    }
}
