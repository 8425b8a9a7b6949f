import Bytes
import Chance
import Events
import Logs
import Testing

@Suite struct `An envelope` {
    @Test func `has the headers of CloudEvents and our extensions, by these names`() {
        var envelope = Samples.envelope
        envelope.type = "tributary.streams.v1.Declared"
        let texts = envelope.headers().map {
            "\($0.name): \(String(decoding: $0.value ?? [], as: UTF8.self))"
        }

        #expect(
            texts == [
                "ce_specversion: 1.0",
                "ce_id: \(envelope.id)",
                "ce_source: /tributary/test",
                "ce_type: tributary.streams.v1.Declared",
                "ce_time: 2013-07-01T00:00:00.123456Z",
                "ce_subject: weather.observed",
                "content-type: application/protobuf",
                "ce_revision: 12",
                "ce_actor: ada",
                "ce_causation: weather.observed/0@7",
                "ce_request: \(Samples.digest.hex)",
                "ce_streamtime: 2013-06-30T00:00:00.123456Z",
                "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            ]
        )
    }

    @Test func `leaves out what it does not say`() {
        let envelope = Envelope(id: Samples.envelope.id, subject: "planes", time: Samples.time)

        #expect(
            envelope.headers().map(\.name) == [
                "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject",
                "content-type",
            ]
        )
    }

    @Test func `reads what it wrote, whatever it leaves out`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var chance = SeededRandom(seed: seed)
        for round in 0 ..< 1_000 {
            var envelope = Samples.envelope
            envelope.type = "tributary.streams.v1.Deleted"
            envelope.id = EventID(high: chance.next(), low: chance.next())
            envelope.time = Instant(
                microseconds: Int64.random(
                    in: -60_000_000_000_000_000 ... 250_000_000_000_000_000,
                    using: &chance
                )
            )
            if Bool.random(using: &chance) { envelope.actor = nil }
            if Bool.random(using: &chance) { envelope.causation = nil }
            envelope.revision =
                Bool.random(using: &chance) ? nil : .random(in: 1 ... .max, using: &chance)
            if Bool.random(using: &chance) { envelope.requestDigest = nil }
            if Bool.random(using: &chance) { envelope.streamTime = nil }
            if Bool.random(using: &chance) { envelope.traceparent = nil }
            var record = Record(
                offset: 0,
                timestamp: Samples.time,
                key: nil,
                value: nil,
                headers: envelope.headers()
            )
            record.headers.shuffle(using: &chance)

            #expect(try Envelope(record) == envelope, "seed \(seed), round \(round)")
        }
    }

    @Test(arguments: ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject"])
    func `cannot be without`(_ name: String) {
        let record = Self.record.without(header: name)

        #expect(throws: EnvelopeError.missing(header: name)) { try Envelope(record) }
        #expect(throws: EnvelopeError.missing(header: name)) {
            try Envelope(record.replacing(header: name, with: nil))
        }
    }

    @Test(arguments: [
        ("ce_specversion", "0.3"), ("ce_id", "17"), ("ce_source", ""), ("ce_type", ""),
        ("ce_subject", ""),
        ("ce_time", "yesterday"), ("ce_revision", "0"), ("ce_revision", "-1"),
        ("ce_revision", "+1"),
        ("ce_revision", "01"), ("ce_revision", "9223372036854775808"), ("ce_actor", ""),
        ("ce_causation", ""),
        ("ce_request", "00ff"), ("ce_streamtime", "2013-07-01"), ("traceparent", ""),
    ])
    func `names the header that makes no sense`(_ name: String, _ text: String) {
        let error = #expect(throws: EnvelopeError.self) {
            try Envelope(Self.record.replacing(header: name, with: Array(text.utf8)))
        }
        guard case .malformed(name, _)? = error else {
            Issue.record("\(name) = \(text) gave \(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["ce_source", "ce_subject", "ce_actor", "ce_request", "traceparent"])
    func `refuses text that is not UTF-8`(_ name: String) {
        #expect(throws: EnvelopeError.malformed(header: name, "is not UTF-8")) {
            try Envelope(Self.record.replacing(header: name, with: [0xC3, 0x28]))
        }
    }

    @Test func `takes the last value of a name that repeats, and leaves strange names alone`()
        throws
    {
        var record = Self.record
        record.headers.insert(Header("ce_actor", "mallory"), at: 0)
        record.headers.append(Header("ce_colour", [0xFF]))

        #expect(try Envelope(record).actor == "ada")
    }

    @Test func `writes the nearest timestamp for instants that RFC 3339 cannot write`() throws {
        let envelope = Envelope(
            id: Samples.envelope.id,
            type: "a",
            subject: "b",
            time: Samples.time,
            streamTime: .distantPast
        )
        let record = Record(
            offset: 0,
            timestamp: Samples.time,
            key: nil,
            value: nil,
            headers: envelope.headers()
        )

        #expect(record.text("ce_streamtime") == "0001-01-01T00:00:00Z")
        #expect(try Envelope(record).streamTime == Instant(rfc3339: "0001-01-01T00:00:00Z"))
    }

    private static var record: Record {
        var envelope = Samples.envelope
        envelope.type = "tributary.streams.v1.Declared"
        return Record(
            offset: 0,
            timestamp: Samples.time,
            key: nil,
            value: nil,
            headers: envelope.headers()
        )
    }
}
