import Bytes
import Chance
import Testing

@Suite struct `RFC 3339` {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0, 0),
            ("2013-07-05T18:00:00.25-04:00", 1_373_061_600_250_000, -240),
            ("2000-02-29T23:59:59.999999Z", 951_868_799_999_999, 0),
            ("1969-12-31T23:59:59.999Z", -1_000, 0),
            ("2013-01-01t05:00:00z", 1_357_016_400_000_000, 0),
            ("2013-01-01 05:00:00+00:00", 1_357_016_400_000_000, 0),
            ("2013-01-01T05:00:00.123456789Z", 1_357_016_400_123_456, 0),
            ("2024-12-31T23:59:59-00:00", 1_735_689_599_000_000, 0),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000_000, 0),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999, 0),
            ("1900-03-01T00:00:00+14:00", -2_203_941_600_000_000, 840),
        ] as [(String, Int64, Int32)]
    )
    func `reads what the standard allows`(text: String, microseconds: Int64, offset: Int32) throws {
        let timestamp = try #require(Timestamp(rfc3339: text))
        #expect(timestamp.instant.microseconds == microseconds)
        #expect(timestamp.offsetMinutes == offset)
    }

    @Test(arguments: [
        "", "Z", "2013", "2013-01-01", "2013-01-01T00:00:00", "2013-13-01T00:00:00Z",
        "2013-00-01T00:00:00Z", "2013-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "2013-04-31T00:00:00Z",
        "2013-01-00T00:00:00Z", "2013-01-01T24:00:00Z", "2013-01-01T00:60:00Z",
        "2013-06-30T23:59:60Z",
        "2013-01-01T00:00:00.Z", "2013-01-01T00:00:00,5Z",
        "2013-01-01T00:00:00+24:00", "2013-01-01T00:00:00+00:60", "2013-01-01T00:00:00+0000",
        "2013-01-01T00:00:00 Z", " 2013-01-01T00:00:00Z", "2013-01-01T00:00:00Z ",
        "2013-1-1T0:0:0Z",
        "0000-01-01T00:00:00Z", "12013-01-01T00:00:00Z", "-2013-01-01T00:00:00Z",
        "2013-01-01T00:00:00ZZ",
        "2013-01-01T00:00:00\u{0}Z", "２０１３-01-01T00:00:00Z",
    ])
    func `refuses what it does not`(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test func `reads back what it wrote, for any instant and offset`() {
        var chance = SeededRandom(seed: newSeed())
        for _ in 0 ..< 20_000 {
            var microseconds = Int64.random(
                in: -62_135_510_400_000_000 ... 253_402_214_400_000_000,
                using: &chance
            )
            // Whole seconds and milliseconds are written shorter.
            let step: Int64 =
                [1, 1_000, 1_000_000, 86_400_000_000].randomElement(using: &chance) ?? 1
            microseconds = microseconds / step * step
            let timestamp = Timestamp(
                Instant(microseconds: microseconds),
                offsetMinutes: Int32.random(in: -1_439 ... 1_439, using: &chance)
            )
            #expect(Timestamp(rfc3339: timestamp.rfc3339) == timestamp, "\(timestamp.rfc3339)")
        }
    }

    /// Stored bytes may hold any offset, though no text that is read has one of a day or more.
    @Test func `is written of any instant and any offset`() {
        for offset in [Int32.min, -1_440, -1, 0, 1, 1_440, .max] {
            for instant in [Int64.min, -1, 0, .max] {
                let timestamp = Timestamp(
                    Instant(microseconds: instant),
                    offsetMinutes: offset
                )
                #expect(timestamp.rfc3339.utf8.count >= 20, "\(instant) \(offset)")
            }
        }
    }

    @Test func `never crashes on text that is nearly right`() {
        var chance = SeededRandom(seed: newSeed())
        let seeds = [
            "2013-07-05T18:00:00.25-04:00", "2000-02-29T23:59:59.999999Z", "9999-12-31T23:59:59Z",
        ].map { Array($0.utf8) }
        for _ in 0 ..< 50_000 {
            var text = seeds.randomElement(using: &chance) ?? []
            for _ in 0 ..< Int.random(in: 1 ... 4, using: &chance) where !text.isEmpty {
                let place = Int.random(in: 0 ..< text.count, using: &chance)
                switch Int.random(in: 0 ..< 4, using: &chance) {
                case 0: text[place] = UInt8.random(in: 0 ... 255, using: &chance)
                case 1: text.remove(at: place)
                case 2: text.insert(UInt8.random(in: 48 ... 57, using: &chance), at: place)
                default: text.removeSubrange(place...)
                }
            }
            guard let timestamp = Timestamp(rfc3339: text.span.bytes) else { continue }
            // What it takes, it can write, as the same instant. At the ends of the calendar the offset may lead out.
            let year = timestamp.rfc3339.prefix(4)
            guard year != "0000" else { continue }
            #expect(Timestamp(rfc3339: timestamp.rfc3339) == timestamp)
        }
    }
}

@Suite struct `A span of time` {
    @Test(
        arguments: [
            ("0s", 0), ("30d", 2_592_000_000_000), ("5m", 300_000_000), ("250ms", 250_000),
            ("7us", 7),
            ("36h", 129_600_000_000), ("1500ms", 1_500_000),
        ] as [(String, Int64)]
    )
    func `is read with its unit`(text: String, microseconds: Int64) {
        #expect(TimeSpan(text)?.microseconds == microseconds)
    }

    @Test(arguments: ["", "s", "5", "-1s", "1.5s", "5 s", "s5", "9223372036854775807d", "١s", "+"])
    func `is refused otherwise`(text: String) {
        #expect(TimeSpan(text) == nil)
    }

    @Test(
        arguments: [
            ("60m", "1h"), ("24h", "24h"), ("1d", "24h"), ("25h", "25h"), ("36h", "36h"),
            ("48h", "2d"), ("2d", "2d"), ("168h", "7d"), ("1440m", "24h"), ("90s", "90s"),
            ("0d", "0s"), ("1000us", "1ms"),
        ]
    )
    func `is written in hours up to a day, and in whole days from two on`(
        text: String,
        written: String
    ) {
        #expect(TimeSpan(text)?.description == written)
    }

    @Test func `reads back what it wrote`() {
        var chance = SeededRandom(seed: newSeed())
        for _ in 0 ..< 2_000 {
            let span = TimeSpan(
                microseconds: Int64.random(in: 0 ... .max, using: &chance)
                    >> Int64.random(in: 0 ..< 63, using: &chance)
            )
            #expect(TimeSpan(span.description) == span)
        }
    }
}

@Suite struct `An instant` {
    @Test(
        arguments: [
            (0, 0), (999, 0), (1_000, 1), (-1, -1), (-1_000, -1), (-1_001, -2),
            (.max, 9_223_372_036_854_775), (.min, -9_223_372_036_854_776),
        ] as [(Int64, Int64)]
    )
    func `is rounded down to Kafka's milliseconds`(microseconds: Int64, milliseconds: Int64) {
        #expect(Instant(microseconds: microseconds).milliseconds == milliseconds)
    }

    @Test func `never wraps around`() {
        let latest = Instant(microseconds: .max)
        #expect(latest + .day == latest)
        #expect(Instant(microseconds: .min) - .day == Instant(microseconds: .min))
        #expect(latest - TimeSpan(microseconds: .min) == latest)
    }
}
