import Bytes
import Chance
import Records
import Testing

@Suite struct `Reading a record` {
    @Test func `gives its values in the order of the fields`() throws {
        let row = try Arrivals.read(Arrivals.record())
        let time = try #require(Timestamp(rfc3339: "2013-07-04T18:00:00-04:00"))
        #expect(row.time == time)
        #expect(row.time.offsetMinutes == -240)
        #expect(
            row.values == [
                .int(7), .timestamp(time), .string("N804JB"), .int(-3), .float(2475.5), .bool(true),
                .string("landed"),
            ]
        )
        #expect(row.key == Array("N804JB".utf8))
        #expect(row.identity == Array("7".utf8))
    }

    @Test func `does not depend on the order of the members or on fields nobody declared`() throws {
        let members = Arrivals.good.reversed().map { #""\#($0.name)" : \#($0.text)"# }
        let text =
            #"{"more":{"id":[1,{"x":1e999}]},"# + members.joined(separator: " ,\n") + #","":null}"#
        #expect(try Arrivals.read(Array(text.utf8)) == Arrivals.read(Arrivals.record()))
    }

    @Test func `takes null and absence alike where the field allows it`() throws {
        let expected = FieldValue.null
        #expect(try Arrivals.read(Arrivals.record(["delay": "null"])).values[3] == expected)
        #expect(try Arrivals.read(Arrivals.record(["delay": nil])).values[3] == expected)
    }

    @Test(arguments: [
        ("id", "9223372036854775807", FieldValue.int(.max)),
        ("id", "-9223372036854775808", .int(.min)),
        ("id", "-0", .int(0)), ("id", "5.0", .int(5)), ("id", "5e2", .int(500)),
        ("id", "9007199254740992.0", .int(9_007_199_254_740_992)),
        ("delay", "2147483647", .int(2_147_483_647)),
        ("miles", "9007199254740992", .float(9_007_199_254_740_992)), ("miles", "-0.0", .float(0)),
        ("miles", "1e-400", .float(0)), ("miles", "0.1", .float(0.1)), ("miles", "12", .float(12)),
        ("tail", #""\u00e9\n""#, .string("é\n")), ("tail", #""""#, .string("")),
    ])
    func `holds the value that was written`(field: String, text: String, value: FieldValue) throws {
        let row = try Arrivals.read(Arrivals.record([field: text]))
        let index = try #require(Arrivals.definition.fields.firstIndex { $0.name == field })
        #expect(row.values[index] == value)
        if case .float(let number) = row.values[index] { #expect(number.sign == .plus) }
    }

    @Test(arguments: [
        ("id", "null", Refusal.nullField("id")),
        ("id", #""7""#, .wrongType(field: "id", expected: .int64, found: "a string")),
        ("id", "true", .wrongType(field: "id", expected: .int64, found: "true or false")),
        ("id", "7.5", .fractionalInteger(field: "id", expected: .int64, text: "7.5")),
        (
            "id", "9007199254740994.0",
            .integerOutOfRange(field: "id", expected: .int64, text: "9.007199254740994e+15")
        ),
        (
            "id", "9223372036854775808",
            .integerOutOfRange(field: "id", expected: .int64, text: "9223372036854775808")
        ),
        (
            "id", "123456789012345678901",
            .integerOutOfRange(field: "id", expected: .int64, text: "123456789012345678901")
        ),
        ("id", "1e400", .integerOutOfRange(field: "id", expected: .int64, text: "1e400")),
        (
            "delay", "2147483648",
            .integerOutOfRange(field: "delay", expected: .int32, text: "2147483648")
        ),
        (
            "delay", "-2147483649.0",
            .integerOutOfRange(field: "delay", expected: .int32, text: "-2147483649")
        ),
        ("delay", "[]", .wrongType(field: "delay", expected: .int32, found: "an array")),
        (
            "miles", "9007199254740993",
            .integerTooLargeForFloat(field: "miles", text: "9007199254740993")
        ),
        (
            "miles", "-9007199254740993",
            .integerTooLargeForFloat(field: "miles", text: "-9007199254740993")
        ),
        (
            "miles", "18446744073709551615",
            .integerTooLargeForFloat(field: "miles", text: "18446744073709551615")
        ),
        (
            "miles", "99999999999999999999999",
            .integerTooLargeForFloat(field: "miles", text: "99999999999999999999999")
        ),
        ("miles", "1e400", .notFinite(field: "miles", text: "1e400")),
        ("miles", "-1.5E+999", .notFinite(field: "miles", text: "-1.5E+999")),
        ("miles", #""2475""#, .wrongType(field: "miles", expected: .float, found: "a string")),
        ("miles", "{}", .wrongType(field: "miles", expected: .float, found: "an object")),
        ("late", "1", .wrongType(field: "late", expected: .bool, found: "a number")),
        ("late", #""true""#, .wrongType(field: "late", expected: .bool, found: "a string")),
        ("tail", "804", .wrongType(field: "tail", expected: .string, found: "a number")),
        ("at", "1373000000", .wrongType(field: "at", expected: .timestamp, found: "a number")),
        ("at", #""2013-07-04""#, .notATimestamp(field: "at", text: "2013-07-04")),
        ("at", #""2013-07-04T18:00:00""#, .notATimestamp(field: "at", text: "2013-07-04T18:00:00")),
        (
            "at", #""2013-02-29T18:00:00Z""#,
            .notATimestamp(field: "at", text: "2013-02-29T18:00:00Z")
        ),
        ("status", #""Landed""#, .notOneOf(field: "status", text: "Landed")),
        ("miles", "NaN", .notJSON("`NaN` is no JSON value", at: 76)),
        ("miles", "Infinity", .notJSON("`Infinity` is no JSON value", at: 76)),
        ("miles", "01", .notJSON("a number is not written as JSON has it", at: 76)),
    ])
    func `refuses a value that does not fit, and says why`(
        field: String,
        text: String,
        reason: Refusal
    ) {
        #expect(throws: reason) { try Arrivals.read(Arrivals.record([field: text])) }
    }

    @Test(arguments: [
        ("2012-12-31T23:59:59.999999Z", "tooEarly"), ("1900-01-01T00:00:00Z", "tooEarly"),
        ("2014-01-01T00:00:00.000001Z", "tooLate"), ("2100-01-01T00:00:00Z", "tooLate"),
        ("2013-07-06T04:53:20.000001Z", "inTheFuture"),
    ])
    func `refuses a time that cannot be`(time: String, word: String) throws {
        let refusal = #expect(throws: Refusal.self) {
            try Arrivals.read(Arrivals.record(["at": "\"\(time)\""]))
        }
        #expect(refusal?.word == word)
    }

    @Test(arguments: ["2013-01-01T00:00:00Z", "2013-01-01T02:00:00+02:00", "2013-07-06T04:53:20Z"])
    func `takes a time that is just possible`(time: String) throws {
        #expect(try Arrivals.read(Arrivals.record(["at": "\"\(time)\""])).time.rfc3339 == time)
    }

    @Test func `refuses what is no object of JSON`() {
        func refusal(_ bytes: [UInt8]?) -> Refusal? {
            #expect(throws: Refusal.self) { try Arrivals.read(bytes) }
        }
        #expect(refusal(nil) == .emptyValue)
        #expect(refusal([]) == .emptyValue)
        #expect(refusal(Array("[1]".utf8)) == .notAnObject(found: "an array"))
        #expect(refusal(Array("null".utf8)) == .notAnObject(found: "null"))
        #expect(refusal(Array("{".utf8)) == .notJSON("a key in quotes should stand here", at: 1))
        #expect(refusal([0x22, 0xFF, 0x22]) == .notUTF8(at: 1))
        #expect(refusal(Arrivals.record(more: #","x":1,"x":2"#)) == .duplicateKey("x"))
        #expect(refusal(Arrivals.record(more: #","id":7"#)) == .duplicateKey("id"))
        #expect(refusal(Arrivals.record(more: #","x":[{"y":1,"y":1}]"#)) == .duplicateKey("y"))
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(refusal(Arrivals.record(more: #","x":"# + deep))?.word == "tooDeep")
        let large = Arrivals.record(
            more: #","x":""# + String(repeating: "x", count: 10 << 20) + "\""
        )
        #expect(refusal(large) == .tooLarge(byteCount: large.count))
        #expect(refusal(Arrivals.record(["tail": nil])) == .missingField("tail"))
        #expect(
            refusal(Arrivals.record(more: " ").dropLast() + [0])
                == .notJSON(
                    "an object goes on without a comma or ends without `}`",
                    at: Arrivals.record().count
                )
        )
    }

    @Test func `names the first of several faults in the order of the rules`() {
        func word(_ changes: [String: String?], more: String = "") -> String? {
            (#expect(throws: Refusal.self) {
                try Arrivals.read(Arrivals.record(changes, more: more))
            })?.word
        }
        #expect(word(["id": nil, "status": "1"], more: #","x":1,"x":2"#) == "duplicateKey")
        #expect(word(["id": nil, "status": "1"]) == "missingField")
        #expect(word(["at": #""1900-01-01T00:00:00Z""#, "status": "1"]) == "wrongType")
        #expect(word(["status": "1", "id": "1e999"]) == "integerOutOfRange")
    }

    @Test func `keeps apart names that only Unicode holds to be equal`() throws {
        let definition = StreamDefinition(
            name: "kelvins",
            key: "K",
            time: "t",
            fields: [.init("K", .string), .init("t", .timestamp)]
        )
        let text = "{\"t\":\"2013-01-01T00:00:00Z\",\"\u{212A}\":\"sign\",\"K\":\"letter\"}"
        let row = try RecordReader(definition).read(
            value: Array(text.utf8)[...],
            arrival: Arrivals.received
        )
        #expect(row.values[0] == .string("letter"))
        #expect(FieldValue.string("e\u{301}") != .string("é"))
        #expect(
            throws: Refusal.missingField("K")
        ) {
            let text = "{\"t\":\"2013-01-01T00:00:00Z\",\"\u{212A}\":\"sign\"}"
            _ = try RecordReader(definition).read(
                value: Array(text.utf8)[...],
                arrival: Arrivals.received
            )
        }
    }

    @Test func `gives the same answer whatever the reader read before`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let old = RecordReader(Arrivals.definition)
        var accepted = 0
        for round in 0 ..< 10_000 {
            var bytes = Arrivals.record()
            for _ in 0 ..< Int.random(in: 0 ... 2, using: &random) {
                let place = Int.random(in: 0 ..< bytes.count, using: &random)
                switch Int.random(in: 0 ..< 3, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] = UInt8.random(in: 0 ... 127, using: &random)
                default:
                    bytes.insert(
                        Array(#""{}[],:01.e-\"#.utf8).randomElement(using: &random) ?? 0,
                        at: place
                    )
                }
            }
            let first = Result { () throws(Refusal) in
                try old.read(value: bytes[...], arrival: Arrivals.received)
            }
            let second = Result { () throws(Refusal) in try Arrivals.read(bytes) }
            #expect(first == second, "seed \(seed), round \(round): \(bytes)")
            if case .success = first { accepted += 1 }
        }
        #expect(accepted > 100, "Seed \(seed) left too few records whole to prove anything.")
    }

    @Test func `judges the future by when the log got it, and by nothing else`() throws {
        let reader = RecordReader(Arrivals.definition)
        let text = Arrivals.record()[...]
        for years in [-40, 0, 40] as [Int64] {
            let arrival = Arrivals.received + .seconds(years * 31_557_600)
            let word = Result { () throws(Refusal) in try reader.read(value: text, arrival: arrival)
            }
            if case .failure(let refusal) = word {
                #expect(years < 0 && refusal.word == "inTheFuture", "\(refusal)")
            } else {
                #expect(years >= 0)
            }
        }
        #expect(
            try reader.read(value: text, arrival: nil).time.rfc3339 == "2013-07-04T18:00:00-04:00"
        )
    }

    @Test(arguments: [Int64.min, .min / 4, -1, 0, .max])
    func `has words for every instant that Kafka may give it`(
        microseconds: Int64
    ) {
        let received = Instant(microseconds: microseconds)
        let refusal = Refusal.inTheFuture(time: received, received: received)
        #expect(!refusal.description.isEmpty)
        let reader = RecordReader(Arrivals.definition)
        let row = Result { () throws(Refusal) in
            try reader.read(value: Arrivals.record()[...], arrival: received)
        }
        if case .failure(let refusal) = row { #expect(refusal.word == "inTheFuture") }
    }

    @Test func `keeps a reason short however long the fault is`() throws {
        let long = String(repeating: "é", count: 100_000)
        let refusal = try #require(
            #expect(throws: Refusal.self) {
                try Arrivals.read(Arrivals.record(["at": "\"\(long)\""]))
            }
        )
        #expect(refusal.word == "notATimestamp")
        #expect(refusal.description.utf8.count < 300)
    }
}
