import Bytes
import JSON
import Records
import Testing

/// What becomes of a value: the field's value, or the word of the refusal.
private enum Outcome: Equatable, CustomStringConvertible {
    case value(FieldValue)
    case refused(String)

    init(_ read: () throws(Refusal) -> FieldValue) {
        do throws(Refusal) { self = .value(try read()) } catch { self = .refused(error.word) }
    }

    var description: String {
        switch self {
        case .value(let value): "\(value)"
        case .refused(let word): word
        }
    }
}

@Suite struct `The same value, wherever it stands` {
    private static func field(_ type: FieldType, oneOf: [String] = []) -> StreamDefinition.Field {
        .init("v", type, isOptional: false, oneOf: oneOf)
    }

    private static func definition(_ field: StreamDefinition.Field) -> StreamDefinition {
        StreamDefinition(
            name: "s",
            key: "k",
            time: "t",
            fields: [.init("k", .string), .init("t", .timestamp), field]
        )
    }

    private static func read(_ record: [UInt8], _ field: StreamDefinition.Field) -> Outcome {
        Outcome { () throws(Refusal) in
            try RecordReader(definition(field)).read(
                value: record[...],
                arrival: Instant(microseconds: .max / 2)
            ).values[2]
        }
    }

    /// `json`: As JSON writes it.
    private static func inRecord(_ json: String, _ field: StreamDefinition.Field) -> Outcome {
        read(Array(#"{"k":"a","t":"2026-01-01T00:00:00Z","v":\#(json)}"#.utf8), field)
    }

    private static func inRequest(_ json: String, _ field: StreamDefinition.Field) throws -> Outcome
    {
        let value = try JSONValue(parsing: json)
        return Outcome { () throws(Refusal) in try field.value(of: value) }
    }

    private static func inText(_ text: String, _ field: StreamDefinition.Field) -> Outcome {
        Outcome { () throws(Refusal) in try field.value(ofText: text) }
    }

    private static func inCSV(_ text: String, _ field: StreamDefinition.Field) throws -> Outcome {
        var file = RecordText(.csv, of: definition(field), longestLine: 1 << 20)
        var found: [RecordText.Found] = []
        let quoted = text.isEmpty ? "" : #""\#(text.replacing("\"", with: "\"\""))""#
        file.take(Array("k,t,v\na,2026-01-01T00:00:00Z,\(quoted)\n".utf8)[...]) {
            found.append($0)
        }
        file.finish { found.append($0) }
        guard case .record(let record, line: 2) = try #require(found.first) else {
            return .refused("\(found)")
        }
        return read(record, field)
    }

    /// Numbers as JSON has them, and what they are by each type.
    @Test(arguments: [
        "0", "-0", "5", "5.0", "5e0", "5E+0", "-5.0", "5.5", "0.1", "-0.0", "1e-400", "2147483647",
        "2147483648", "-2147483649", "9007199254740992", "9007199254740993", "9007199254740993.0",
        "-9007199254740993", "9223372036854775807", "9223372036854775808", "1e18", "1e400",
        "-1e400", "99999999999999999999999", "3.5e38",
    ])
    func `is one number or refused for one reason`(number: String) throws {
        for type in FieldType.allCases where type != .string && type != .timestamp {
            let field = Self.field(type)
            let record = Self.inRecord(number, field)
            #expect(try Self.inCSV(number, field) == record, "CSV, \(type)")
            if type != .bool {
                #expect(Self.inText(number, field) == record, "text, \(type)")
            }
            do throws(JSONError) {
                let value = try JSONValue(parsing: number)
                #expect(
                    Outcome { () throws(Refusal) in try field.value(of: value) } == record,
                    "request, \(type)"
                )
            } catch {
                // A request that holds such a number is refused before anybody knows of its fields.
                #expect(error == .numberOutOfRange(number))
                guard case .refused = record else {
                    Issue.record("\(number) is \(record) in a record.")
                    continue
                }
            }
        }
    }

    @Test func `is what it was meant to be`() throws {
        let (int, float) = (Self.field(.int32), Self.field(.float))
        for read in [Self.inText, Self.inRecord] {
            #expect(read("5.0", int) == .value(.int(5)))
            #expect(read("5.5", int) == .refused("fractionalInteger"))
            #expect(read("9007199254740993", float) == .refused("integerTooLargeForFloat"))
            #expect(read("1e400", float) == .refused("notFinite"))
            #expect(read("1e400", int) == .refused("integerOutOfRange"))
        }
        guard case .value(.float(let zero)) = Self.inText("-0.0", float) else {
            Issue.record("-0.0 is a number.")
            return
        }
        #expect(zero.sign == .plus)
    }

    /// What people write where all is text, and JSON has no form for.
    @Test(arguments: [
        ("007", "7"), ("+5", "5"), ("-007.50", "-7.50"), (".5", "0.5"), ("5.", "5.0"),
        ("-.5e-3", "-0.5e-3"), ("00", "0"),
    ])
    func `may be a number with a plus sign or zeros before it in a text`(
        text: String,
        json: String
    ) throws {
        for type in [FieldType.int32, .int64, .float] {
            let field = Self.field(type)
            #expect(Self.inText(text, field) == Self.inRecord(json, field))
            #expect(try Self.inCSV(text, field) == Self.inRecord(json, field))
        }
    }

    @Test(arguments: [
        "0x10", " 5", "5 ", "5\u{A0}", "1,000", "1_000", "５", "٥", "inf", "Infinity", "nan", "NaN",
        "NA", "null", "-", "+", ".", "e5", "5e", "5e+", "--5", "1e5.5", "true", "five", "1d",
    ])
    func `is no number where JSON would have none`(text: String) throws {
        for type in [FieldType.int32, .int64, .float] {
            let field = Self.field(type)
            #expect(Self.inText(text, field) == .refused("wrongType"))
            #expect(try Self.inCSV(text, field) == .refused("wrongType"))
            let json = try JSONValue.string(text).text()
            #expect(Self.inRecord(json, field) == .refused("wrongType"))
            #expect(try Self.inRequest(json, field) == .refused("wrongType"))
        }
    }

    @Test(arguments: [
        ("true", FieldValue.bool(true)), ("TRUE", .bool(true)), ("False", .bool(false)),
        ("1", nil), ("yes", nil), (" true", nil), ("ＴＲＵＥ", nil),
    ])
    func `is true or false by these words and no others`(text: String, value: FieldValue?) throws {
        let outcome = value.map(Outcome.value) ?? .refused("wrongType")
        #expect(Self.inText(text, Self.field(.bool)) == outcome)
        #expect(try Self.inCSV(text, Self.field(.bool)) == outcome)
    }

    @Test(arguments: [
        "2026-01-01T00:00:00Z", "2026-01-01t00:00:00z", "2026-01-01 00:00:00+01:00",
        "2026-01-01T00:00:00.1234567891234Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00",
        "2026-01-01", "2026-02-30T00:00:00Z", "2026-01-01T23:59:60Z", "２026-01-01T00:00:00Z",
        " 2026-01-01T00:00:00Z", "1767225600",
    ])
    func `is one instant or none`(text: String) throws {
        let field = Self.field(.timestamp)
        let json = try JSONValue.string(text).text()
        let record = Self.inRecord(json, field)
        #expect(try Self.inRequest(json, field) == record)
        #expect(try Self.inCSV(text, field) == record)
        #expect(Self.inText(text, field) == record)
    }

    @Test func `has six decimals of a second, however many were written`() {
        let field = Self.field(.timestamp)
        #expect(
            Self.inText("2026-01-01T00:00:00.1234567891234567890Z", field)
                == Self.inText("2026-01-01T00:00:00.123456Z", field)
        )
        #expect(
            Self.inText("2026-01-01T00:00:00.999999999999Z", field)
                == Self.inText("2026-01-01T00:00:00.999999Z", field)
        )
    }

    @Test func `is a text that the stream lists, byte for byte`() throws {
        let field = Self.field(.string, oneOf: ["web", "é"])
        for (text, word) in [("web", nil), ("pigeon", "notOneOf"), ("e\u{301}", "notOneOf")] {
            let outcome = word.map(Outcome.refused) ?? .value(.string(text))
            let json = try JSONValue.string(text).text()
            #expect(Self.inRecord(json, field) == outcome)
            #expect(try Self.inRequest(json, field) == outcome)
            #expect(try Self.inCSV(text, field) == outcome)
            #expect(Self.inText(text, field) == outcome)
        }
    }

    @Test func `is null where nothing is written, and the field says whether that may be`() throws {
        for type in FieldType.allCases {
            for isOptional in [true, false] {
                let field = StreamDefinition.Field("v", type, isOptional: isOptional)
                let outcome = isOptional ? Outcome.value(.null) : .refused("nullField")
                #expect(Self.inRecord("null", field) == outcome)
                #expect(try Self.inRequest("null", field) == outcome)
                #expect(try Self.inCSV("", field) == outcome)
                #expect(Self.inText("", field) == outcome)
            }
        }
    }

    @Test func `is refused in words that show a text that was written`() {
        let refusal = #expect(throws: Refusal.self) {
            try Self.field(.int32).value(ofText: "far")
        }
        #expect(refusal?.description == "`v` is `far`, not an int32.")
    }

    @Test func `is what a model takes if 32 bits hold it`() {
        #expect(FieldValue.float(3.5e38).modelInput == nil)
        #expect(FieldValue.float(-1e300).modelInput == nil)
        #expect(FieldValue.float(3.4e38).modelInput == 3.4e38)
        #expect(FieldValue.float(1e-300).modelInput == 0)
        #expect(FieldValue.int(.max).modelInput == 9.223372e18)
        #expect(FieldValue.bool(true).modelInput == 1)
        #expect(FieldValue.null.modelInput?.isNaN == true)
    }
}
