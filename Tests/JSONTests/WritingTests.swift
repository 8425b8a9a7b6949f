import JSON
import Testing

@Suite struct `Writing JSON` {
    @Test func `is compact or pretty, and ends with no line break`() throws {
        let value: JSONValue = [
            "name": "a\"\\\u{1}\t", "list": [1, 2.0, nil], "none": [], "empty": [:],
        ]
        #expect(
            try value.text()
                == #"{"name":"a\"\\\u0001\t","list":[1,2.0,null],"none":[],"empty":{}}"#
        )
        #expect(
            try value.text(.pretty) == #"""
                {
                  "name": "a\"\\\u0001\t",
                  "list": [
                    1,
                    2.0,
                    null
                  ],
                  "none": [],
                  "empty": {}
                }
                """#
        )
    }

    @Test(arguments: [
        (0.1, "0.1"), (1e16, "1e+16"), (Double.leastNonzeroMagnitude, "5e-324"), (-2, "-2.0"),
        (1.0 / 3, "0.3333333333333333"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
    ])
    func `gives a double its shortest digits`(number: Double, text: String) throws {
        #expect(try JSONValue.number(number).text() == text)
        #expect(try JSONValue(parsing: text) == .number(number))
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity]) func `refuses what JSON has no word for`(
        number: Double
    ) {
        #expect(throws: JSONError.notFinite) { try JSONValue.array([.number(number)]).bytes() }
    }
}
