import Bytes
import Chance
import Events
import Logs
import Records
import Streams
import Testing

@Suite struct `A dead letter` {
    private static let partition = Partition("flights.arrived", 1)

    private static func letters(
        to record: Record,
        of definition: StreamDefinition = Arrivals.definition
    ) throws -> (id: EventID, first: NewRecord, shorter: NewRecord?) {
        let records = DeadLetterRecords(intake: Intake(definition), partition: partition)
        return try #require(try records.letter(of: record))
    }

    private static func record(
        _ key: [UInt8]?,
        _ value: [UInt8]?,
        _ headers: [Header] = []
    ) -> Record {
        Record(
            offset: 7,
            timestamp: TestClock.start,
            key: key.map { $0[...] },
            value: value.map { $0[...] },
            headers: headers
        )
    }

    /// What a dead letter says, read as anybody reads it.
    private static func read(
        _ letter: NewRecord
    ) throws -> (id: EventID, refused: DeadLetterEvent.Refused) {
        let record = Record(
            offset: 0,
            timestamp: TestClock.start,
            key: letter.key.map { $0[...] },
            value: letter.value.map { $0[...] },
            headers: letter.headers
        )
        let (envelope, event) = try DeadLetterEvent.decode(record)
        guard case .refused(let refused) = event.fact else {
            throw Stand.Failure("the dead letter holds \(event)")
        }
        return (envelope.id, refused)
    }

    /// Holds what a dead letter says of its record against the record.
    private static func expectTruth(
        _ refused: DeadLetterEvent.Refused,
        of record: Record,
        isWhole: Bool,
        _ comment: Comment
    ) {
        func expect(
            _ part: ArraySlice<UInt8>?,
            _ kept: [UInt8]?,
            _ isOmitted: Bool,
            _ count: Int64,
            _ digest: [UInt8]
        ) {
            guard isOmitted else {
                // Compared first, because a failure would print megabytes.
                let isEqual = part.map { Array($0) } == kept
                #expect(isEqual, comment)
                return
            }
            let part = part ?? []
            #expect(!isWhole, comment)
            #expect(kept == Array(part.prefix(1_024)), comment)
            #expect(count == Int64(part.count), comment)
            #expect(digest == Digest(of: Array(part)).bytes, comment)
        }
        expect(
            record.key,
            refused.originalKey,
            refused.keyOmitted,
            refused.keyBytes,
            Array(refused.keyDigest)
        )
        expect(
            record.value,
            refused.originalValue,
            refused.valueOmitted,
            refused.valueBytes,
            Array(refused.valueDigest)
        )
        #expect(refused.headers.count <= record.headers.count, comment)
        for (kept, header) in zip(refused.headers, record.headers) {
            #expect(kept.name == header.name, comment)
            let value = kept.hasValue ? Array(kept.value) : nil
            #expect(value == header.value, comment)
        }
        #expect(refused.headersOmitted == (refused.headers.count < record.headers.count), comment)
        if refused.headersOmitted {
            #expect(!isWhole, comment)
            #expect(refused.headersCount == Int64(record.headers.count), comment)
            var writer = ByteWriter(reserving: 1_024)
            for header in record.headers {
                for part in [Array(header.name.utf8), header.value] {
                    writer.append(Int64(part?.count ?? -1))
                    writer.append(contentsOf: part ?? [])
                }
            }
            #expect(Array(refused.headersDigest) == Digest(of: writer.bytes).bytes, comment)
        }
    }

    @Test func `of a record that fits holds it byte for byte, and leaves out nothing`() throws {
        let value = [UInt8](repeating: UInt8(ascii: "x"), count: 20 << 20)
        let record = Self.record([1, 2], value, [Header("a", [3]), Header("b", nil)])
        let letters = try Self.letters(to: record)
        let (_, refused) = try Self.read(letters.first)
        Self.expectTruth(refused, of: record, isWhole: true, "whole")
        let shorter = try #require(letters.shorter, "Another's topic may take less.")
        #expect(shorter.byteCount < 256 << 10)
        let (_, short) = try Self.read(shorter)
        #expect(short.valueOmitted)
        Self.expectTruth(short, of: record, isWhole: false, "shorter")
    }

    @Test(arguments: [(0, 33_554_300, 0), (33_554_300, 2, 0), (9, 2, 33_600_000)])
    func `of a record that is as long as the log takes says how long it is, and its digest`(
        _ key: Int,
        _ value: Int,
        _ headers: Int
    ) throws {
        let record = Self.record(
            Array(repeating: 7, count: key),
            Array(repeating: 8, count: value),
            headers == 0
                ? [] : [Header("first", [1]), Header("h", Array(repeating: 9, count: headers))]
        )
        let letters = try Self.letters(to: record)
        #expect(letters.first.byteCount < 256 << 10)
        #expect(letters.shorter == nil)
        let (_, refused) = try Self.read(letters.first)
        Self.expectTruth(refused, of: record, isWhole: false, "\(key) \(value) \(headers)")
        #expect(refused.valueOmitted == (value > 64 << 10))
        #expect(refused.keyOmitted == (key > 64 << 10))
        #expect(refused.headersOmitted == (headers > 64 << 10))
    }

    @Test func `always fits, reads back, and says what it leaves out`() throws {
        var random = SeededRandom(seed: newSeed())
        func bytes(_ most: Int) -> [UInt8]? {
            guard Int.random(in: 0 ..< 8, using: &random) > 0 else { return nil }
            // As often of ten bytes as of a thousand or a million.
            let digits = Double.random(in: 0 ... 1, using: &random)
            var count = 1
            while Double(count) < Double(most), digits > 0,
                Double.random(in: 0 ... 1, using: &random) < digits
            {
                count *= 4
            }
            return Array(
                repeating: UInt8.random(in: 0 ... 255, using: &random),
                count: min(count, most)
            )
        }
        for turn in 0 ..< 300 {
            let isLarge = turn.isMultiple(of: 50)
            let headers = (0 ..< Int.random(in: 0 ..< 40, using: &random)).map { number in
                Header("\(number % 7)", bytes(isLarge ? 1 << 20 : 1 << 16))
            }
            // No record of the stream begins so.
            let value = bytes(isLarge ? 40 << 20 : 1 << 18).map { [0xFF] + $0 }
            let record = Self.record(bytes(isLarge ? 8 << 20 : 1 << 17), value, headers)
            let letters = try Self.letters(to: record)
            #expect(letters.first.byteCount <= Int(TopicSpec.longestRecordBytes), "\(turn)")
            let (_, refused) = try Self.read(letters.first)
            Self.expectTruth(refused, of: record, isWhole: false, "turn \(turn)")
            guard let shorter = letters.shorter else { continue }
            #expect(shorter.byteCount < 256 << 10, "\(turn)")
            Self.expectTruth(
                try Self.read(shorter).refused,
                of: record,
                isWhole: false,
                "turn \(turn), shorter"
            )
        }
    }

    @Test func `of a record under a changed definition has an id of its own`() throws {
        let record = Self.record(nil, Array("none".utf8))
        let changed = Arrivals.definition("flights.arrived", lateness: .seconds(61))
        let first = try Self.read(try Self.letters(to: record).first)
        let again = try Self.read(try Self.letters(to: record).first)
        let other = try Self.read(try Self.letters(to: record, of: changed).first)
        // As release 0.1 made it.
        let position = Array("flights.arrived/1@7".utf8)
        let checksum = UInt64(record.checksum).orderedBytes
        let generation = Arrivals.definition.generation.bytes
        #expect(first.id == EventID(of: Array("intake".utf8), generation, position, checksum))
        #expect(first.id == again.id)
        #expect(first.id != other.id)
        #expect(first.refused.generation != other.refused.generation)
    }
}
