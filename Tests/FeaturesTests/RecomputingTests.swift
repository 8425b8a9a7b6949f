import Bytes
import Features
import JSON
import Logs
import Records
import Testing

/// Records that the state named are taken at their word; what they give is found from themselves.
@Suite struct `Computing a view again from records` {
    private func record(
        _ id: Int64,
        who: String,
        part: Int64,
        at microseconds: Int64
    ) throws -> Record {
        let value = try Sightings.value([
            ("id", .integer(id)), ("at", .string(Sightings.at(microseconds).rfc3339)),
            ("who", .string(who)), ("part", .integer(part)), ("n", .integer(1)),
        ])
        return Record(offset: id, timestamp: Sightings.received, key: nil, value: value[...])
    }

    private func count(_ records: [Record], at microseconds: Int64) throws -> FieldValue? {
        let view = try Sightings.view(
            [.init("times", .count, of: nil, over: [.seconds(60)])],
            filter: "part == 1"
        )
        let partition = Partition(view.stream.topic, 0)
        return view.read(
            Array("jay".utf8),
            at: Sightings.at(microseconds),
            from: records.map { (Position(partition, $0.offset), $0) }
        ).values.first
    }

    @Test func `leaves out what happened at the instant itself`() throws {
        let records = [
            try record(0, who: "jay", part: 1, at: 999),
            try record(1, who: "jay", part: 1, at: 1_000),
        ]
        #expect(try count(records, at: 1_000) == .int(1))
        #expect(try count(records, at: 1_001) == .int(2))
    }

    @Test func `leaves out records of others`() throws {
        let records = [
            try record(0, who: "jay", part: 1, at: 1), try record(1, who: "owl", part: 1, at: 2),
        ]
        #expect(try count(records, at: 1_000) == .int(1))
    }

    @Test func `leaves out what the view's condition leaves out`() throws {
        let records = [
            try record(0, who: "jay", part: 1, at: 1), try record(1, who: "jay", part: 2, at: 2),
        ]
        #expect(try count(records, at: 1_000) == .int(1))
    }
}
