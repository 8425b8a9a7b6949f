import JSON
import Testing

@Suite struct `Reading JSON` {
    @Test(arguments: [
        ("", JSONError.malformed("there is no value", at: 0)),
        (" \n", .malformed("there is no value", at: 2)),
        ("{", .malformed("a key in quotes should stand here", at: 1)),
        ("{\"a\":1,}", .malformed("a key in quotes should stand here", at: 7)),
        ("{\"a\" 1}", .malformed("a key is followed by no colon", at: 5)),
        (
            "{\"a\":1 \"b\":2}",
            .malformed("an object goes on without a comma or ends without `}`", at: 7)
        ),
        ("[1,]", .malformed("a value should stand here", at: 3)),
        ("[1 2]", .malformed("an array goes on without a comma or ends without `]`", at: 3)),
        ("[1,", .malformed("the text ends where a value should stand", at: 3)),
        ("{} {}", .malformed("something follows the value", at: 3)),
        ("NaN", .malformed("`NaN` is no JSON value", at: 0)),
        ("[Infinity]", .malformed("`Infinity` is no JSON value", at: 1)),
        ("[-Infinity]", .malformed("a number is not written as JSON has it", at: 1)),
        ("True", .malformed("`True` is no JSON value", at: 0)),
        ("'a'", .malformed("a value should stand here", at: 0)),
        ("01", .malformed("a number is not written as JSON has it", at: 0)),
        ("[1.]", .malformed("a number is not written as JSON has it", at: 1)),
        ("[.5]", .malformed("a value should stand here", at: 1)),
        ("[1e]", .malformed("a number is not written as JSON has it", at: 1)),
        ("[+1]", .malformed("a value should stand here", at: 1)),
        ("[0x10]", .malformed("a number is not written as JSON has it", at: 1)),
        ("[1e400, 01]", .malformed("a number is not written as JSON has it", at: 8)),
        ("\"a", .malformed("a string does not end", at: 0)),
        ("\"a\nb\"", .malformed("a control character stands in a string without an escape", at: 2)),
        ("\"\\x\"", .malformed("there is no such escape", at: 1)),
        ("\"\\u12g4\"", .malformed("`\\u` needs four hexadecimal digits", at: 1)),
        ("\"\\ud800\"", .malformed("an escape is half of a surrogate pair", at: 1)),
        ("\"\\udc00\"", .malformed("an escape is half of a surrogate pair", at: 1)),
        ("\"\\ud800\\u0041\"", .malformed("an escape is half of a surrogate pair", at: 1)),
        ("{\"a\":1,\"b\":2,\"a\":3}", .duplicateKey("a")),
        ("{\"a\":1,\"\\u0061\":3}", .duplicateKey("a")),
        ("[{\"x\":{\"k\":1,\"k\":1}}]", .duplicateKey("k")),
        ("1e400", .numberOutOfRange("1e400")),
        ("[-1e400]", .numberOutOfRange("-1e400")),
        ("9223372036854775808", .numberOutOfRange("9223372036854775808")),
        ("[1, 123456789012345678901]", .numberOutOfRange("123456789012345678901")),
        ("\u{FEFF}{}", .malformed("a value should stand here", at: 0)),
    ])
    func `refuses what is no JSON of ours, and says why`(text: String, reason: JSONError) {
        #expect(throws: reason) { try JSONValue(parsing: text) }
    }

    @Test func `refuses bytes that are not UTF-8 before anything else`() {
        #expect(throws: JSONError.notUTF8(at: 2)) {
            try JSONValue(parsing: [UInt8]("[\"".utf8) + [0xFF] + [UInt8]("\"".utf8))
        }
        // An overlong slash, a surrogate, and what lies past Unicode's end.
        for wrong in [[0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]] as [[UInt8]] {
            #expect(throws: JSONError.notUTF8(at: 1)) {
                try JSONValue(parsing: [0x22] + wrong + [0x22])
            }
        }
    }

    @Test func `reads 64 levels and refuses the 65th`() throws {
        func nested(_ depth: Int, _ open: String, _ close: String) -> String {
            String(repeating: open, count: depth) + String(repeating: close, count: depth)
        }
        _ = try JSONValue(parsing: nested(64, "[", "]"))
        #expect(throws: JSONError.tooDeep(at: 64)) { try JSONValue(parsing: nested(65, "[", "]")) }
        #expect(throws: JSONError.tooDeep(at: 64)) {
            try JSONValue(parsing: nested(100_000, "[", "]"))
        }
        #expect(throws: JSONError.tooDeep(at: 320)) {
            try JSONValue(
                parsing: String(repeating: "{\"a\":", count: 65) + "1"
                    + String(repeating: "}", count: 65)
            )
        }
    }

    @Test func `keeps order, escapes and the kinds of numbers`() throws {
        let text =
            #" {"b":[1,-0,2.0,1e2,null,true,false],"a":"\u00e9\ud83d\ude00\n\/\u0000","":{}} "#
        let value = try JSONValue(parsing: text)
        #expect(
            value == [
                "b": [1, 0, 2.0, 100.0, nil, true, false], "a": "é😀\n/\u{0}", "": [:],
            ]
        )
        #expect(value["a"]?.string == "é😀\n/\u{0}")
        #expect(value["c"] == nil)
    }

    @Test func `finds a key that comes twice among thousands`() throws {
        let names = (0 ..< 5_000).map { "\"k\($0)\":\($0)" }
        let value = try JSONValue(parsing: "{" + names.joined(separator: ",") + "}")
        #expect(value.object?.count == 5_000)
        #expect(throws: JSONError.duplicateKey("k4321")) {
            try JSONValue(parsing: "{" + (names + ["\"k4321\":0"]).joined(separator: ",") + "}")
        }
    }

    @Test func `is the same parser after refusals and texts of any size`() throws {
        var parser = JSONParser()
        for size in [1, 5_000, 10, 70_000, 100, 1_000_000, 3] {
            let text = "[\"" + String(repeating: "x", count: size) + "\",\(size)]"
            try parser.parse(Array(text.utf8).span.bytes)
            #expect(parser.count == 3)
            #expect(parser.integer(of: 2) == Int64(size))
            #expect(parser.string(of: 1).utf8.count == size)
            #expect(throws: JSONError.self) { try parser.parse(Array("[1".utf8).span.bytes) }
            #expect(parser.count == 0)
        }
    }

    @Test func `lends an oversized number as it was written`() throws {
        var parser = JSONParser()
        let text =
            #"{"a": 1, "s": "1e999 \" -7", "big": -123456789012345678901234, "b": 1e-400, "c": 1E+999, "d": 2}"#
        try parser.parse(Array(text.utf8).span.bytes)
        let kinds = (0 ..< parser.count).map { parser.kind(of: $0) }
        #expect(
            kinds == [
                .object, .integer, .string, .oversizedNumber, .number, .oversizedNumber, .integer,
            ]
        )
        #expect(parser.string(of: 3) == "-123456789012345678901234")
        #expect(parser.number(of: 4) == 0)
        #expect(parser.string(of: 5) == "1E+999")
        #expect(parser.integer(of: 6) == 2)
        #expect(parser.string(of: 2) == "1e999 \" -7")
    }

    @Test func `tells apart integers up to the last of 64 bits`() throws {
        var parser = JSONParser()
        let text =
            "[9223372036854775807,-9223372036854775808,9223372036854775808,18446744073709551615,18446744073709551616,-9223372036854775809]"
        try parser.parse(Array(text.utf8).span.bytes)
        let kinds = (1 ..< parser.count).map { parser.kind(of: $0) }
        #expect(
            kinds == [
                .integer, .integer, .unsignedInteger, .unsignedInteger, .oversizedNumber,
                .oversizedNumber,
            ]
        )
        #expect(parser.integer(of: 2) == .min)
        #expect(parser.unsignedInteger(of: 4) == .max)
    }
}
