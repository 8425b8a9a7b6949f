import Bytes
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

    private func records(_ text: String) throws -> [String] {
        var reader = try CSVReader(Array(text.utf8), for: definition)
        var records: [String] = []
        while let record = try reader.next() {
            records.append(String(decoding: record, as: UTF8.self))
        }
        return records
    }

    @Test func `becomes JSON by the types of the stream`() throws {
        #expect(
            try records("k,t,n,x,b,extra\na,2013-01-01T00:00:00Z,-5,0.1,TRUE,9\nb,T,,,,\n") == [
                #"{"k":"a","t":"2013-01-01T00:00:00Z","n":-5,"x":0.1,"b":true,"extra":"9"}"#,
                #"{"k":"b","t":"T","n":null,"x":null,"b":null,"extra":null}"#,
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
        var reader = try CSVReader(Array("t,k,n\n2013-01-01T00:00:00Z,a,3\n".utf8), for: definition)
        let record = try #require(try reader.next())
        #expect(reader.line == 2)
        let row = try RecordReader(definition).read(
            value: record[...],
            arrival: Instant(microseconds: .max / 2)
        )
        #expect(row.values[2] == .int(3))
        #expect(row.key == Array("a".utf8))
    }

    @Test(arguments: [
        ("", "line 1: there is no header."),
        ("k,k,t\n", "line 1, column 2: there are two columns `k`."),
        ("k,,t\n", "line 1, column 2: the column has no name."),
        ("k,tt\n", "line 1: there is no column `t`. Did you mean `tt`?"),
        ("k,t\na\n", "line 2: there are 1 values for 2 columns."),
        (
            "k,t,n\n\n\"a\nb\",T,NA\n",
            "line 3, column 3: `n` is `NA`, which is no int32. Nothing at all stands for null."
        ),
        (
            "k,t,x\na,T,inf\n",
            "line 2, column 3: `x` is `inf`, which is no float. Nothing at all stands for null."
        ),
        (
            "k,t,x\na,T,1e999\n",
            "line 2, column 3: `x` is `1e999`, which is no float. Nothing at all stands for null."
        ),
        (
            "k,t,b\na,T,1\n",
            "line 2, column 3: `b` is `1`, which is no bool. Nothing at all stands for null."
        ),
        ("k,t\na,\"T\n", "line 2, column 2: a quote is never closed."),
        ("k,t\na\"b,T\n", "line 2, column 1: a quote stands inside a value that is not in quotes."),
        ("k,t\n\"a\"b,T\n", "line 2, column 1: something follows a closing quote."),
    ])
    func `that is wrong is refused with line and column`(text: String, reason: String) {
        let error = #expect(throws: CSVError.self) { try records(text) }
        #expect(error?.description == reason)
    }

    @Test func `by chance never does worse than an error`() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let alphabet = Array("kt,,\"\"\n\r\n1aé".utf8) + [0xFF]
        for round in 0 ..< 10_000 {
            let body = (0 ..< Int.random(in: 0 ... 30, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            do throws(CSVError) {
                var reader = try CSVReader(Array("k,t\n".utf8) + body, for: definition)
                while let record = try reader.next() {
                    #expect(throws: Never.self, "seed \(seed), round \(round)") {
                        try JSONValue(parsing: record)
                    }
                }
            } catch {
                #expect(error.line > 0)
            }
        }
    }
}
