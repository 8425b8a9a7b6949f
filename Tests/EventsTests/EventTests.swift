import Bytes
import Chance
import Events
import Logs
import SwiftProtobuf
import Testing

@Suite struct `An event of a platform topic` {
    @Test func `of every kind that the release knows is among the samples`() {
        let known = PlatformTopics.events.flatMap { $0.typeNames }

        #expect(Samples.all.compactMap(\.typeName) == known)
        #expect(PlatformTopics.events.map { $0.topic } == PlatformTopics.all)
    }

    @Test(arguments: Samples.all.indices)
    func `reads what it wrote`(_ index: Int) throws {
        try expectRoundTrip(Samples.all[index])
    }

    private func expectRoundTrip<Event: PlatformEvent>(_ event: Event) throws {
        let record = event.newRecord(Samples.envelope).appended()
        let (envelope, read) = try Event.decode(record)

        #expect(read == event)
        #expect(envelope.type == event.typeName)
        #expect(envelope.id == Samples.envelope.id)
        #expect(record.key.map { Array($0) } == Array("weather.observed".utf8))
        #expect(record.text("content-type") == "application/protobuf")
    }

    @Test func `keeps the original bytes of a dead letter, and tells null from empty`() throws {
        var letter = DeadLetterEvent.with { $0.refused = Samples.refused }
        letter.refused.originalKey = nil
        letter.refused.originalValue = []
        let (_, read) = try DeadLetterEvent.decode(letter.newRecord(Samples.envelope).appended())

        #expect(read.refused.originalKey == nil)
        #expect(read.refused.originalValue == [])
        #expect(read.refused.headers.map(\.bytes) == [[1, 2], nil, []])
    }

    @Test func `is read from the middle of a batch`() throws {
        let event = StreamEvent.with { $0.declared = Samples.declared }
        var record = event.newRecord(Samples.envelope).appended()
        let value = Array(record.value ?? [])
        record.value = ([1, 2, 3] + value + [4])[3 ..< 3 + value.count]

        #expect(try StreamEvent.decode(record).event == event)
    }
}

@Suite struct `A fact of a later release` {
    private let declared = StreamEvent.with { $0.declared = Samples.declared }
    private let type = "tributary.streams.v1.Declared"
    private var record: Record { declared.newRecord(Samples.envelope).appended() }

    @Test func `is unknown by its type, whatever its bytes are`() {
        let later = record.replacing(
            header: "ce_type",
            with: Array("tributary.streams.v1.Renamed".utf8)
        )
        var unreadable = later
        unreadable.value = [0xFF, 0xFF]

        for record in [later, unreadable] {
            #expect(throws: EventError.unknownFact(type: "tributary.streams.v1.Renamed")) {
                try StreamEvent.decode(record)
            }
        }
    }

    @Test func `is unknown by the number of the fact`() {
        var later = record
        // Field 100, length-delimited, empty: 100 << 3 | 2.
        later.value = [0xA2, 0x06, 0x00]

        #expect(throws: EventError.unknownFact(type: type)) { try StreamEvent.decode(later) }
    }

    @Test func `is unknown by one more field beside the fact, within it, or within a part of it`()
        throws
    {
        var beside = declared
        try beside.unknownFields = unknownField()
        var within = declared
        try within.declared.unknownFields = unknownField()
        var deepWithin = declared
        try deepWithin.declared.fields[1].unknownFields = unknownField()

        for event in [beside, within, deepWithin] {
            let record = event.newRecord(Samples.envelope).appended()
            #expect(throws: EventError.unknownFact(type: type)) { try StreamEvent.decode(record) }
        }
    }

    @Test func `is unknown by the value of an enumeration`() {
        var format = declared
        format.declared.format = .UNRECOGNIZED(9)
        var fieldType = declared
        fieldType.declared.fields[0].type = .UNRECOGNIZED(77)

        for event in [format, fieldType] {
            let record = event.newRecord(Samples.envelope).appended()
            #expect(throws: EventError.unknownFact(type: type)) { try StreamEvent.decode(record) }
        }
    }

    /// What is left over when an empty message reads a field of a later release.
    private func unknownField() throws -> UnknownStorage {
        try StreamEvent.Deleted(serializedBytes: [0xA0, 0x06, 0x01] as [UInt8]).unknownFields
    }
}

@Suite struct `A record that is no event` {
    private let declared = StreamEvent.with { $0.declared = Samples.declared }
    private var record: Record { declared.newRecord(Samples.envelope).appended() }

    @Test func `is malformed without an envelope, so that no stranger stops a projector`() {
        let strange = Record(offset: 0, timestamp: Samples.time, key: [1], value: [2])

        #expect(throws: EventError.malformed("the header `ce_specversion` is missing")) {
            try StreamEvent.decode(strange)
        }
    }

    @Test func `is malformed by a type that is not of its topic`() {
        let strange = record.replacing(header: "ce_type", with: Array("com.example.Ordered".utf8))

        #expect(throws: EventError.malformed("com.example.Ordered is no type of tributary.streams"))
        {
            try StreamEvent.decode(strange)
        }
    }

    @Test func `is malformed unless it says that it holds Protobuf`() {
        let json = record.replacing(header: "content-type", with: Array("application/json".utf8))

        for record in [json, record.without(header: "content-type")] {
            #expect(
                throws: EventError.malformed(
                    "the header `content-type` is not application/protobuf"
                )
            ) {
                try StreamEvent.decode(record)
            }
        }
    }

    @Test func `is malformed without a value, or with a value that holds no fact`() {
        var tombstone = record
        tombstone.value = nil
        var empty = record
        empty.value = []

        #expect(throws: EventError.malformed("the record has no value")) {
            try StreamEvent.decode(tombstone)
        }
        #expect(throws: EventError.malformed("the value holds no fact")) {
            try StreamEvent.decode(empty)
        }
    }

    @Test func `is malformed when its key is not its subject`() {
        var other = record
        other.key = Array("planes".utf8)[...]
        var none = record
        none.key = nil

        for record in [other, none] {
            #expect(throws: EventError.malformed("the key of the record is not its `ce_subject`")) {
                try StreamEvent.decode(record)
            }
        }
    }

    @Test func `is malformed without a revision on a control topic, and only there`() throws {
        #expect(throws: EventError.malformed("the header `ce_revision` is missing")) {
            try StreamEvent.decode(record.without(header: "ce_revision"))
        }
        let alert = Samples.all.compactMap { $0 as? AlertEvent }[0]
        let unnumbered = alert.newRecord(Samples.envelope).appended().without(header: "ce_revision")
        #expect(try AlertEvent.decode(unnumbered).event == alert)
    }

    @Test func `is malformed when the type names another fact than the value holds`() {
        let other = record.replacing(
            header: "ce_type",
            with: Array("tributary.streams.v1.Deleted".utf8)
        )

        #expect(
            throws: EventError.malformed(
                "`ce_type` says tributary.streams.v1.Deleted, and the value holds tributary.streams.v1.Declared"
            )
        ) { try StreamEvent.decode(other) }
    }

    @Test func `never crashes the reader, however its bytes are changed`() {
        let seed = UInt64.random(in: 0 ... .max)
        var chance = SeededRandom(seed: seed)
        print("seed \(seed)")
        var outcomes = (read: 0, malformed: 0, unknown: 0)
        for round in 0 ..< 5_000 {
            var record =
                Samples.all.randomElement(using: &chance).map { Self.record(of: $0) } ?? self.record
            var bytes = Array(record.value ?? [])
            for _ in 0 ..< Int.random(in: 1 ... 4, using: &chance) { Self.change(&bytes, &chance) }
            record.value = bytes[...]
            if round % 3 == 0, let index = record.headers.indices.randomElement(using: &chance) {
                var header = record.headers[index].value ?? []
                Self.change(&header, &chance)
                record.headers[index].value = header
            }
            for type in PlatformTopics.events {
                switch Self.decode(record, as: type) {
                case nil: outcomes.read += 1
                case .malformed?: outcomes.malformed += 1
                case .unknownFact?: outcomes.unknown += 1
                }
                let json = PlatformTopics.json(of: record, in: Partition(type.topic.name, 0))
                #expect(json?.contains("\n") == false, "seed \(seed), round \(round)")
            }
        }
        #expect(
            outcomes.read > 0 && outcomes.malformed > 0 && outcomes.unknown > 0,
            "seed \(seed): \(outcomes)"
        )
    }

    private static func record(of event: some PlatformEvent) -> Record {
        event.newRecord(Samples.envelope).appended()
    }

    private static func decode(_ record: Record, as type: any PlatformEvent.Type) -> EventError? {
        do throws(EventError) {
            _ = try type.decode(record)
            return nil
        } catch {
            return error
        }
    }

    private static func change(_ bytes: inout [UInt8], _ chance: inout SeededRandom) {
        guard let index = bytes.indices.randomElement(using: &chance) else {
            bytes.append(.random(in: 0 ... .max, using: &chance))
            return
        }
        switch Int.random(in: 0 ..< 4, using: &chance) {
        case 0: bytes[index] ^= 1 << UInt8.random(in: 0 ..< 8, using: &chance)
        case 1: bytes.removeSubrange(index...)
        case 2: bytes.insert(.random(in: 0 ... .max, using: &chance), at: index)
        default: bytes.remove(at: index)
        }
    }
}
