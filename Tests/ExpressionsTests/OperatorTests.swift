import Expressions
import Testing

@Suite struct `Operators` {
    /// Each row fails if the precedence or the side it groups to were another.
    @Test(
        arguments: [
            ("2 + 3 * 4", .int(14)), ("2 * 3 + 4", .int(10)), ("(2 + 3) * 4", .int(20)),
            ("10 - 4 - 3", .int(3)), ("24 / 4 / 2", .int(3)), ("24 / 4 * 2", .int(12)),
            ("7 - 5 % 3", .int(5)), ("-2 + 3", .int(1)), ("-(2 + 3)", .int(-5)),
            ("2 - -3", .int(5)),
            ("2-3", .int(-1)), ("- - 2", .int(2)), ("--2", .int(2)), ("!!true", .bool(true)),
            ("!true || true", .bool(true)), ("!(true || true)", .bool(false)),
            ("1 + 1 == 2", .bool(true)), ("1 < 2 == true", .bool(true)),
            ("1 + 1 in [2]", .bool(true)), ("1 in [1] == true", .bool(true)),
            ("true || false && false", .bool(true)), ("(true || false) && false", .bool(false)),
            ("false && false || true", .bool(true)), ("1 == 1 && 2 == 2", .bool(true)),
            ("true ? 1 : 2 + 3", .int(1)), ("false ? 1 : true ? 2 : 3", .int(2)),
            ("true || true ? 1 : 2", .int(1)), ("(true ? 1 : 2) + 3", .int(4)),
            ("true ? false ? 1 : 2 : 3", .int(2)),
            ("-status.size()", .int(-6)), ("!status.contains('x') && late", .bool(true)),
        ] as [(String, ExpressionValue)]
    )
    func `bind as in CEL`(text: String, expected: ExpressionValue) throws {
        // CEL's grammar allows no second conditional between `?` and `:` without parentheses.
        if text == "true ? false ? 1 : 2 : 3" {
            #expect(
                refusal(of: text)
                    == "column 14: Here `:` and what else to give was expected, and not `?`."
            )
        } else {
            #expect(try value(of: text) == expected)
        }
    }

    @Test(
        arguments: [
            ("7 / 2", .int(3)), ("-7 / 2", .int(-3)), ("7 % 3", .int(1)), ("-7 % 3", .int(-1)),
            ("7 % -3", .int(1)), ("7.0 / 2.0", .double(3.5)), ("1.5 + 1.5", .double(3)),
            ("1.5 - 2.0", .double(-0.5)), ("1.5 * 2.0", .double(3)), ("-speed", .double(-7.5)),
            ("1.0 / 0.0", .double(.infinity)), ("-1.0 / 0.0", .double(-.infinity)),
            ("string(0.0 / 0.0)", .string("NaN")), ("1e308 * 10.0", .double(.infinity)),
            ("'a' + 'b' + status", .string("ablanded")), ("weather.wind_speed * 2.0", .double(24)),
        ] as [(String, ExpressionValue)]
    )
    func `compute`(text: String, expected: ExpressionValue) throws {
        #expect(try value(of: text) == expected)
    }

    @Test(
        arguments: [
            ("9223372036854775807 + 1", .overflow(calculation: "9223372036854775807 + 1")),
            ("-9223372036854775808 - 1", .overflow(calculation: "-9223372036854775808 - 1")),
            ("9223372036854775807 * -2", .overflow(calculation: "9223372036854775807 * (-2)")),
            ("-(-9223372036854775808)", .overflow(calculation: "-(-9223372036854775808)")),
            ("-9223372036854775808 / -1", .overflow(calculation: "-9223372036854775808 / (-1)")),
            ("-9223372036854775808 % -1", .overflow(calculation: "-9223372036854775808 % (-1)")),
            ("distance / 0", .divisionByZero(calculation: "2475 / 0")),
            ("distance % 0", .divisionByZero(calculation: "2475 % 0")),
            ("-9223372036854775808 / 0", .divisionByZero(calculation: "-9223372036854775808 / 0")),
        ] as [(String, EvaluationError)]
    )
    func `of ints name the fault`(text: String, fault: EvaluationError) {
        #expect(throws: fault) { try value(of: text) }
    }

    @Test(arguments: [
        "1 == 1", "1 == 1.0", "1.0 == 1", "1 != 1.5", "1 < 1.5", "2 > 1.5", "1.5 < 2", "1.5 >= 1",
        "9007199254740993 > 9007199254740992.0", "9007199254740992.0 < 9007199254740993",
        "9223372036854775807 < 9223372036854775808.0",
        "-9223372036854775808 == -9223372036854775808.0",
        "-9223372036854775808 > -1e300", "-1 > -1.5", "-2 < -1.5", "1 < 1e300", "0.0 == -0.0",
        "!(0.0 / 0.0 == 0.0 / 0.0)", "0.0 / 0.0 != 1", "!(0.0 / 0.0 < 1)", "!(1 >= 0.0 / 0.0)",
        "'a' < 'b'", "'Z' < 'a'", "'a' < 'aa'", "'' < 'a'", "'é' > 'z'",
        "'\\uffff' < '\\U0001F600'",
        "'\\u00e9' != 'e\\u0301'", "false < true", "true >= true", "'a' <= 'a'", "'b' >= 'a'",
        "timestamp('2013-07-05T18:00:00-04:00') == timestamp('2013-07-05T22:00:00Z')",
        "timestamp('2013-07-05T18:00:00-04:00') > timestamp('2013-07-05T21:00:00Z')",
        "scheduled >= timestamp('2013-01-01T00:00:00Z')",
        "distance in [1, 2475]", "distance in [2475.0]", "!(distance in [])",
        "status in ['landed',]",
        "!(status in ['a', 'b'])", "distance in [1, distance]", "null in [1, null]", "1 != null",
        "null == null", "!(null in [1])",
    ])
    func `compare`(text: String) throws {
        #expect(try value(of: text) == .bool(true))
    }
}
