import Bytes
import Chance
import JSON
import Records
import Testing

@Suite struct `A CSV file` {
    let definition = StreamDefinition(
        name: "s",
        key: "k",
        time: "t",
        fields: [
            .init("k", .string), .init("t", .timestamp), .init("n", .int32, isOptional: true),
            .init("x", .float, isOptional: true), .init("b", .bool, isOptional: true),
        ]
    )

    /// What a reader finds that gets the text in pieces of so many bytes.
    private func found(
        _ text: [UInt8],
        pieces: Int = .max,
        longestLine: Int = 1 << 20
    ) -> [RecordText.Found] {
        var reader = RecordText(.csv, of: definition, longestLine: longestLine)
        var found: [RecordText.Found] = []
        var rest = text[...]
        while !rest.isEmpty {
            reader.take(rest.prefix(pieces)) { found.append($0) }
            rest = rest.dropFirst(pieces)
        }
        reader.finish { found.append($0) }
        return found
    }

    private func records(_ text: String) throws -> [String] {
        try found(Array(text.utf8)).map {
            switch $0 {
            case .record(let bytes, line: _): String(decoding: bytes, as: UTF8.self)
            case .fault(let error): throw error
            }
        }
    }

    @Test func `becomes JSON by the types of the stream`() throws {
        #expect(
            try records(
                "k,t,n,x,b,extra\na,2013-01-01T00:00:00Z,-5,0.1,TRUE,9\nb,T,,,,\nc,T,5.0,5,,\n"
            ) == [
                #"{"k":"a","t":"2013-01-01T00:00:00Z","n":-5,"x":0.1,"b":true,"extra":"9"}"#,
                #"{"k":"b","t":"T","n":null,"x":null,"b":null,"extra":null}"#,
                #"{"k":"c","t":"T","n":5.0,"x":5,"b":null,"extra":null}"#,
            ]
        )
    }

    @Test func `may have quotes, commas and line breaks in a value, CRLF and a byte-order mark`()
        throws
    {
        let text = "\u{FEFF}\"k\",t\r\n\"a \"\"b\"\", c\r\nd\",T\r\n\r\n\"\",U"
        #expect(try records(text) == [#"{"k":"a \"b\", c\r\nd","t":"T"}"#, #"{"k":"","t":"U"}"#])
    }

    @Test func `gives records that the stream reads`() throws {
        let text = Array("t,k,n\n2013-01-01T00:00:00Z,a,3\n".utf8)
        guard case .record(let record, line: 2) = try #require(found(text).first) else {
            Issue.record("The row is on line 2.")
            return
        }
        let row = try RecordReader(definition).read(
            value: record[...],
            arrival: Instant(microseconds: .max / 2)
        )
        #expect(row.values[2] == .int(3))
        #expect(row.key == Array("a".utf8))
    }

    @Test func `keeps what is of no type of its field, for the stream to refuse`() throws {
        #expect(
            try records("k,t,n,x,b\na,T,NA,inf,1\n") == [
                #"{"k":"a","t":"T","n":"NA","x":"inf","b":"1"}"#
            ]
        )
    }

    @Test(arguments: [
        ("", "line 1: there is no header."),
        ("k,k,t\n", "line 1, column 2: there are two columns `k`."),
        ("k,,t\n", "line 1, column 2: the column has no name."),
        ("k,tt\n", "line 1: there is no column `t`. Did you mean `tt`?"),
        ("k,t\na\n", "line 2: there are 1 values for 2 columns."),
        ("k,t\n\"a\nb\",T\nc\n", "line 4: there are 1 values for 2 columns."),
        (
            "k,t\n\"a\nb\",T\"\n",
            "line 3, column 2: a quote stands inside a value that is not in quotes."
        ),
        ("k,t\na,\"T\n", "line 2, column 2: a quote is never closed."),
        ("k,t\na\"b,T\n", "line 2, column 1: a quote stands inside a value that is not in quotes."),
        ("k,t\n\"a\"b,T\n", "line 2, column 1: something follows a closing quote."),
    ])
    func `that is wrong is refused with line and column`(text: String, reason: String) {
        let error = #expect(throws: CSVError.self) { try records(text) }
        #expect(error?.description == reason)
    }

    @Test func `names every row that is wrong, and reads on behind it`() {
        var text = Array("k,t\na\nb,T\nc\"d,T\n".utf8)
        text += Array("e".utf8) + [0xFF] + Array(",T\nf,T\n".utf8)
        let lines = found(text).map {
            switch $0 {
            case .record(_, let line): line
            case .fault(let error): -error.line
            }
        }
        #expect(lines == [-2, 3, -4, -5, 6])
    }

    @Test func `refuses a line that is too long to be appended, and says how long it is`() throws {
        let long = "a" + String(repeating: "b", count: 100)
        let found = found(Array("k,t\n\(long),T\nc,T\n".utf8), longestLine: 50)
        guard case .fault(let error) = try #require(found.first) else {
            Issue.record("The long line is no record.")
            return
        }
        #expect(error.description == "line 2: the line has 103 bytes; at most 50 can be appended.")
        #expect(found.last == .record(Array(#"{"k":"c","t":"T"}"#.utf8), line: 3))
    }

    @Test func `by chance never does worse than an error, however it comes in pieces`() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let alphabet = Array("kt,,\"\"\n\r\n1aé".utf8) + [0xFF]
        for round in 0 ..< 10_000 {
            let body = (0 ..< Int.random(in: 0 ... 30, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            let text = Array("k,t\n".utf8) + body
            let whole = found(text)
            let pieces = Int.random(in: 1 ... 5, using: &random)
            #expect(found(text, pieces: pieces) == whole, "seed \(seed), round \(round)")
            for case .record(let record, _) in whole {
                #expect(throws: Never.self, "seed \(seed), round \(round)") {
                    try JSONValue(parsing: record)
                }
            }
        }
    }
}

@Suite struct `A file of JSON lines` {
    private func found(_ text: String, pieces: Int) -> [String] {
        let definition = StreamDefinition(
            name: "s",
            key: "k",
            time: "t",
            fields: [.init("k", .string), .init("t", .timestamp)]
        )
        var reader = RecordText(.lines, of: definition, longestLine: 20)
        var found: [String] = []
        func note(_ next: RecordText.Found) {
            switch next {
            case .record(let bytes, let line):
                found.append("\(line) \(String(decoding: bytes, as: UTF8.self))")
            case .fault(let error): found.append("\(error)")
            }
        }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            reader.take(rest.prefix(pieces), note)
            rest = rest.dropFirst(pieces)
        }
        reader.finish(note)
        return found
    }

    @Test(arguments: [1, 2, 3, 7, 1_000])
    func `has a record on each line, without marks, empty lines and carriage returns`(pieces: Int) {
        #expect(
            found("\u{FEFF}{\"a\":1}\r\n\r\n\n{\"b\":2}\n \n{}", pieces: pieces) == [
                #"1 {"a":1}"#, #"4 {"b":2}"#, "5  ", "6 {}",
            ]
        )
        #expect(found("\u{FEFF}", pieces: pieces) == [])
        #expect(found("\r\n", pieces: pieces) == [])
        #expect(found("a\n\u{FEFF}b", pieces: pieces) == ["1 a", "2 \u{FEFF}b"])
    }

    @Test(arguments: [1, 5, 1_000])
    func `may have a line that cannot be appended, which is not kept`(pieces: Int) {
        let long = String(repeating: "x", count: 1_000)
        #expect(
            found("a\n\(long)\nb\n\(long)", pieces: pieces) == [
                "1 a", "line 2: the line has 1000 bytes; at most 20 can be appended.", "3 b",
                "line 4: the line has 1000 bytes; at most 20 can be appended.",
            ]
        )
    }
}
