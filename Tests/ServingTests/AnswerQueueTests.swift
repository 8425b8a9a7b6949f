import Bytes
import Chance
import Lab
import Logs
import Projections
import Records
import Serving
import Store
import Testing

@Suite struct `The records that an endpoint answers by itself` {
    private static let july = FoldDriver<AnswerQueue>.start
    private static let stream = StreamDefinition(
        name: "scheduled",
        key: "id",
        time: "at",
        identity: "id",
        lateness: .seconds(10),
        fields: [
            .init("id", .int64), .init("at", .timestamp), .init("x", .float, isOptional: true),
        ]
    )

    private static func queue(from: Instant? = nil) -> AnswerQueue {
        AnswerQueue(endpoint: "late", generation: Digest(of: []), stream: stream, from: from)
    }

    private static func record(
        _ id: Int64,
        _ second: Int64,
        x: String = "null",
        sequence: Int64? = nil
    ) -> NewRecord {
        let text = #"{"id":\#(id),"at":"\#((july + .seconds(second)).rfc3339)","x":\#(x)}"#
        let headers =
            sequence.map {
                [
                    Header(Admission.sourceHeader, "file"),
                    Header(Admission.sequenceHeader, "\($0)"),
                ]
            } ?? []
        return NewRecord(key: nil, value: Array(text.utf8), headers: headers)
    }

    @Test func `are those that count: none that is refused, late, or there already`() throws {
        let queue = try FoldDriver(Self.queue())
        let records: [(record: NewRecord, isAnswered: Bool)] = [
            (Self.record(1, 100, x: "0.5"), true),
            (Self.record(2, 100), true),
            (Self.record(1, 100), false),
            (Self.record(3, 90), true),
            (Self.record(4, 89), false),
            (NewRecord(key: nil, value: nil), false),
            (NewRecord(key: nil, value: Array("{}".utf8)), false),
            (Self.record(5, 100, x: "\"text\""), false),
            (Self.record(5, 120, sequence: 7), true),
            (Self.record(6, 120, sequence: 7), false),
            (Self.record(6, 120, sequence: 6), false),
            (Self.record(6, 120, sequence: 8), true),
            (Self.record(7, 109), false),
            (Self.record(1, 110), true),
        ]
        for (record, _) in records { try queue.feed(record) }
        let found = try queue.fold.next(after: -1, of: 0, limit: 100, in: queue.store)
        let expected = records.indices.filter { records[$0].isAnswered }
        #expect(found.map(\.offset) == expected.map { Offset($0) })
        #expect(
            try AnswerInput(stored: try #require(found.first).storedBytes) == found.first
        )
        #expect(found[0].time == Self.july + .seconds(100))
        #expect(found[0].values[0] == .int(1))
        #expect(found[0].values[2] == .float(0.5))
        #expect(found[0].checksum == UInt64(try #require(queue.records[0])[0].checksum))
    }

    @Test func `begin at an instant, though earlier ones count for what is late`() throws {
        let queue = try FoldDriver(Self.queue(from: Self.july + .seconds(100)))
        for (id, second) in [(1, 99), (2, 100), (3, 95), (2, 101), (4, 150), (5, 130)] {
            try queue.feed(Self.record(Int64(id), Int64(second)))
        }
        let found = try queue.fold.next(after: -1, of: 0, limit: 100, in: queue.store)
        #expect(found.map(\.offset) == [1, 4])
    }

    @Test func `come in their order, behind an offset and at most so many`() throws {
        let queue = try FoldDriver(Self.queue())
        for id in 0 ..< 20 { try queue.feed(Self.record(Int64(id), Int64(id)), partition: 1) }
        func next(after offset: Offset, limit: Int, of partition: Int32 = 1) throws -> [Offset] {
            try queue.fold.next(after: offset, of: partition, limit: limit, in: queue.store)
                .map(\.offset)
        }
        #expect(try next(after: -1, limit: 3) == [0, 1, 2])
        #expect(try next(after: 2, limit: 3) == [3, 4, 5])
        #expect(try next(after: 17, limit: 100) == [18, 19])
        #expect(try next(after: 19, limit: 100) == [])
        #expect(try next(after: -1, limit: 0) == [])
        #expect(try next(after: -1, limit: 100, of: 0) == [])
    }

    @Test func `are gone when they were answered, and no digest knows of it`() throws {
        let queue = try FoldDriver(Self.queue())
        for id in 0 ..< 5 { try queue.feed(Self.record(Int64(id), Int64(id))) }
        let store = queue.store
        var changes = Changes(
            over: store,
            family: queue.fold.family,
            shelf: queue.fold.shelf(of: 0)
        )
        changes[Progress.table, "progress"] = Progress(base: 0, foldVersion: queue.fold.foldVersion)
        try store.write(changes.batch(), to: queue.fold.family)
        let before = try #require(try queue.fold.digest(of: 0, in: store))
        try queue.fold.remove([0, 1, 3], of: 0, from: store)
        let left = try queue.fold.next(after: -1, of: 0, limit: 100, in: store)
        #expect(left.map(\.offset) == [2, 4])
        #expect(try queue.fold.digest(of: 0, in: store) == before)
    }

    @Test func `have a generation of their endpoint, its generation and the stream`() {
        var other = Self.stream
        other.lateness = .seconds(11)
        let queues = [
            AnswerQueue(endpoint: "a", generation: Digest(of: []), stream: Self.stream, from: nil),
            AnswerQueue(endpoint: "b", generation: Digest(of: []), stream: Self.stream, from: nil),
            AnswerQueue(endpoint: "a", generation: Digest(of: [1]), stream: Self.stream, from: nil),
            AnswerQueue(endpoint: "a", generation: Digest(of: []), stream: other, from: nil),
        ]
        #expect(Set(queues.map(\.generation)).count == 4)
    }

    @Test func `have one digest whatever the size of the batches`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let queue = try FoldDriver(Self.queue(from: Self.july + .seconds(20)))
        for number in 0 ..< 200 {
            let isSent = Int.random(in: 0 ..< 3, using: &random) == 0
            try queue.feed(
                Self.record(
                    .random(in: 0 ... 60, using: &random),
                    Int64(number) / 2 + .random(in: -15 ... 15, using: &random),
                    x: ["null", "1.5", "true"].randomElement(using: &random) ?? "null",
                    sequence: isSent ? .random(in: 1 ... 200, using: &random) : nil
                )
            )
        }
        let digests = try [1, 2, 7, 1_000].map { try queue.digests(batchLimit: $0) }
        #expect(Set(digests).count == 1, "seed \(seed)")
        #expect(digests[0].allSatisfy { $0 != nil })
        let found = try queue.fold.next(after: -1, of: 0, limit: 1_000, in: queue.store)
        #expect(found.count > 10, "seed \(seed)")
    }

    @Test func `never trip over bytes that are none of theirs`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let queue = try FoldDriver(Self.queue())
        try queue.feed(Self.record(1, 1, x: "0.5"))
        let good = try #require(
            try queue.fold.next(after: -1, of: 0, limit: 1, in: queue.store).first
        ).storedBytes
        for _ in 0 ..< 3_000 {
            var bytes = good
            for _ in 0 ..< Int.random(in: 1 ... 3, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0 ..< bytes.count, using: &random)
                switch Int.random(in: 0 ..< 3, using: &random) {
                case 0: bytes[place] = .random(in: 0 ... 255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.removeSubrange(place...)
                }
            }
            do throws(ByteError) {
                let written = try AnswerInput(stored: bytes).storedBytes
                #expect(try AnswerInput(stored: written).storedBytes == written, "seed \(seed)")
            } catch {
                // Bytes that are no input are refused.
            }
        }
    }
}
