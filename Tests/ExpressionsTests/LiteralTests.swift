import Expressions
import Testing

@Suite struct `Literals` {
    @Test(
        arguments: [
            ("0", 0), ("7", 7), ("-7", -7), ("- 7", -7), ("0x1F", 31), ("-0X10", -16), ("007", 7),
            ("9223372036854775807", .max), ("-9223372036854775808", .min),
            ("-0x8000000000000000", .min), ("7 // and a comment", 7), ("\n\t 7\r\n", 7),
        ] as [(String, Int64)]
    )
    func `are ints`(text: String, expected: Int64) throws {
        #expect(try value(of: text) == .int(expected))
    }

    @Test(
        arguments: [
            ("0.0", 0), ("1.5", 1.5), (".5", 0.5), ("1e3", 1_000), ("1E+3", 1_000),
            ("2.5e-1", 0.25),
            ("-1.5", -1.5), ("1e-400", 0), ("9007199254740993.0", 9_007_199_254_740_992),
        ] as [(String, Double)]
    )
    func `are doubles`(text: String, expected: Double) throws {
        #expect(try value(of: text) == .double(expected))
    }

    @Test(arguments: [
        (#""a""#, "a"), (#"'a'"#, "a"), (#""""#, ""), (#"'"'"#, "\""), (#""'""#, "'"),
        (#"'\a\b\f\n\r\t\v'"#, "\u{7}\u{8}\u{C}\n\r\t\u{B}"),
        (#"'\\ \? \" \' \`'"#, "\\ ? \" ' `"),
        (#"'\x41\X42'"#, "AB"), (#"'\u00e9'"#, "é"), (#"'\U0001F600'"#, "😀"),
        (#"'\101\000'"#, "A\0"),
        (#"r'\n'"#, "\\n"), (#"R"a\""#, "a\\"), ("'''a\n'b'\n'''", "a\n'b'\n"),
        ("\"\"\"say \"hi\" \"\"\"", "say \"hi\" "), ("r'''\\'''", "\\"), ("'déjà'", "déjà"),
    ])
    func `are strings`(text: String, expected: String) throws {
        #expect(try value(of: text) == .string(expected))
    }

    @Test func `are true, false and null`() throws {
        #expect(try value(of: "true") == .bool(true))
        #expect(try value(of: "false") == .bool(false))
        #expect(try value(of: "null") == .null)
    }

    @Test(arguments: [
        (
            "9223372036854775808",
            "column 1: 9223372036854775808 is too large for an int; write it as a double, with `.0`."
        ),
        (
            "-9223372036854775809",
            "column 2: 9223372036854775809 is too large for an int; write it as a double, with `.0`."
        ),
        (
            "distance -9223372036854775808",
            "column 11: 9223372036854775808 is too large for an int; write it as a double, with `.0`."
        ),
        ("1e999", "column 1: 1e999 is too large for a double."),
        ("5u", "column 2: There are no unsigned ints here: write 5 without the `u`."),
        ("5x", "column 2: `x` cannot stand right behind the number 5."),
        ("1e", "column 2: `e` cannot stand right behind the number 1."),
        ("0x", "column 1: Write digits behind `0x`, as in 0x1F."),
        ("b'a'", "column 1: There are no bytes here: leave out the `b`."),
        ("'a", "column 1: The string that begins here has no end: write `'`."),
        ("'a\nb'", "column 1: The string that begins here has no end: write `'`."),
        ("'''a'", "column 1: The string that begins here has no end: write `'''`."),
        (#"'\'"#, "column 1: The string that begins here has no end: write `'`."),
        (
            #"'\d'"#,
            #"column 2: There is no such escape; write `\\` for a backslash, or r"…" around the text."#
        ),
        (#"'a\x4'"#, "column 3: This escape needs 2 hexadecimal digits."),
        (#"'\18'"#, "column 2: This escape needs 3 octal digits."),
        (#"'\ud800'"#, "column 2: This escape names no character of Unicode."),
        (#"'\UFFFFFFFF'"#, "column 2: This escape names no character of Unicode."),
    ])
    func `that are wrong say what to write`(text: String, message: String) {
        #expect(refusal(of: text) == message)
    }
}
