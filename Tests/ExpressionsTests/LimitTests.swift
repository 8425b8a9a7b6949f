import Expressions
import Testing

@Suite struct `The limits of an expression` {
    @Test func `are 4,096 bytes`() throws {
        let padding = String(repeating: " ", count: Expression.longest - 4)
        #expect(try value(of: "late" + padding) == .bool(true))
        #expect(
            refusal(of: "late " + padding)
                == "column 1: The expression has 4097 bytes; at most 4096 are allowed."
        )
    }

    @Test(arguments: [
        (1, "(", "late", ")"), (0, "!", "late", ""), (0, "- ", "speed", ""),
        (0, "late ? late : ", "late", ""),
        (0, "string(", "speed", ")"), (0, "speed + ", "speed", ""),
        (0, "", "string(speed)", " + 'a'"),
        (0, "late == (", "late", ")"),
    ])
    func `are 64 levels of anything`(less: Int, before: String, middle: String, after: String) {
        func nested(_ count: Int) -> String? {
            refusal(
                of: String(repeating: before, count: count) + middle
                    + String(repeating: after, count: count)
            )
        }
        #expect(nested(30) == nil)
        for count in [65, 150, 280] {
            #expect(
                nested(count)?.hasSuffix("stand within each other.") == true,
                "\(count) of \(before)\(after)"
            )
        }
    }

    @Test func `do not hinder a long chain of terms`() throws {
        let chain = Array(repeating: "distance == 7", count: 200).joined(separator: " || ")
        #expect(try value(of: chain) == .bool(false))
    }
}

@Suite struct `An expression` {
    @Test func `tells its type and the names it uses`() throws {
        let expression = try Expression(
            "late && seats + distance > 7 && distance < 9",
            over: names.map(\.0)
        )
        #expect(expression.type == .bool)
        #expect(expression.canBeNull)
        #expect(expression.variables == ["distance", "late", "seats"])
        #expect(expression.text == "late && seats + distance > 7 && distance < 9")
        #expect(try !Expression("status == 'x'", over: names.map(\.0)).canBeNull)
    }

    @Test func `refuses values that it was not declared over`() throws {
        let expression = try Expression("distance + 1", over: [Variable("distance", .int)])
        #expect(throws: EvaluationError.wrongCount(expected: 1, found: 0)) {
            try expression.evaluate([])
        }
        #expect(
            throws: EvaluationError.wrongValue(variable: "distance", expected: .int, found: .double)
        ) {
            try expression.evaluate([.double(1)])
        }
        #expect(
            throws: EvaluationError.wrongValue(variable: "distance", expected: .int, found: .null)
        ) {
            try expression.evaluate([.null])
        }
    }

    @Test(
        arguments: [
            (.divisionByZero(calculation: "7 / 0"), "7 / 0 divides by zero."),
            (.overflow(calculation: "1 + 2"), "1 + 2 is beyond the 64 bits of an int."),
            (.outOfRange(value: "1e+300", type: .int), "1e+300 is out of the range of an int."),
            (.unreadable(text: "x", type: .double), "\"x\" does not read as a double."),
            (
                .unreadable(text: "x", type: .timestamp),
                "\"x\" does not read as a timestamp of RFC 3339."
            ),
            (
                .wrongValue(variable: "x", expected: .int, found: .bool),
                "`x` is a bool, and was declared as an int."
            ),
            (
                .wrongValue(variable: "x", expected: .int, found: .null),
                "`x` is null, and was declared as an int that never is."
            ),
            (
                .wrongCount(expected: 1, found: 2),
                "The expression was declared over 1 variables, and got 2 values."
            ),
        ] as [(EvaluationError, String)]
    )
    func `says what went wrong with its values`(fault: EvaluationError, message: String) {
        #expect(fault.description == message)
    }
}
