import Bytes
import Expressions
import Testing

@Suite struct `Functions` {
    @Test(
        arguments: [
            ("double(distance)", .double(2_475)), ("double(speed)", .double(7.5)),
            ("double('1.5e3')", .double(1_500)), ("double('-Infinity')", .double(-.infinity)),
            ("double(9007199254740993)", .double(9_007_199_254_740_992)),
            ("int(7.9)", .int(7)), ("int(-7.9)", .int(-7)), ("int('-42')", .int(-42)),
            ("int(3)", .int(3)),
            ("int(timestamp('1970-01-01T00:01:00Z'))", .int(60)),
            ("int(timestamp('1969-12-31T23:59:59.5Z'))", .int(-1)),
            ("string(7)", .string("7")), ("string(1.0)", .string("1")),
            ("string(0.1)", .string("0.1")),
            ("string(-4.5e-3)", .string("-0.0045")), ("string(6.02214e23)", .string("6.02214e+23")),
            ("string(1.0 / 0.0)", .string("Infinity")), ("string(true)", .string("true")),
            ("string('x')", .string("x")),
            ("string(scheduled)", .string("2013-07-05T18:07:09.250-04:00")),
            (
                "timestamp('2013-07-05T18:00:00-04:00')",
                .timestamp(instant("2013-07-05T18:00:00-04:00"))
            ),
            ("timestamp(0)", .timestamp(instant("1970-01-01T00:00:00Z"))),
            ("timestamp(scheduled) == scheduled", .bool(true)),
            ("size('déjà😀')", .int(5)), ("''.size()", .int(0)), ("status.size()", .int(6)),
            ("status.startsWith('land')", .bool(true)), ("status.startsWith('Land')", .bool(false)),
            ("status.startsWith('')", .bool(true)), ("'a'.startsWith('ab')", .bool(false)),
            ("status.endsWith('ed')", .bool(true)), ("status.endsWith('x')", .bool(false)),
            ("status.contains('nde')", .bool(true)), ("status.contains('')", .bool(true)),
            ("status.contains('landed!')", .bool(false)), ("'e\\u0301'.contains('e')", .bool(true)),
        ] as [(String, ExpressionValue)]
    )
    func `give`(text: String, expected: ExpressionValue) throws {
        #expect(try value(of: text) == expected)
    }

    @Test(
        arguments: [
            ("int(1e300)", .outOfRange(value: "1e+300", type: .int)),
            ("int(9223372036854775808.0)", .outOfRange(value: "9.223372036854776e+18", type: .int)),
            ("int(0.0 / 0.0)", .outOfRange(value: "NaN", type: .int)),
            ("int(-1.0 / 0.0)", .outOfRange(value: "-Infinity", type: .int)),
            ("int('seven')", .unreadable(text: "seven", type: .int)),
            ("int('7.0')", .unreadable(text: "7.0", type: .int)),
            ("int('')", .unreadable(text: "", type: .int)),
            ("int('9223372036854775808')", .unreadable(text: "9223372036854775808", type: .int)),
            ("double('0x10')", .unreadable(text: "0x10", type: .double)),
            ("double('inf')", .unreadable(text: "inf", type: .double)),
            ("double(' 1')", .unreadable(text: " 1", type: .double)),
            ("timestamp(status)", .unreadable(text: "landed", type: .timestamp)),
            ("timestamp(253402300800)", .outOfRange(value: "253402300800", type: .timestamp)),
        ] as [(String, EvaluationError)]
    )
    func `name the value that they cannot turn`(text: String, fault: EvaluationError) {
        #expect(throws: fault) { try value(of: text) }
    }

    @Test(
        arguments: [
            ("getFullYear", 2013, 2013), ("getMonth", 6, 6), ("getDate", 5, 6),
            ("getDayOfMonth", 4, 5),
            ("getDayOfWeek", 5, 6), ("getDayOfYear", 185, 186), ("getHours", 20, 0),
            ("getMinutes", 7, 7), ("getSeconds", 9, 9), ("getMilliseconds", 250, 250),
        ] as [(String, Int64, Int64)]
    )
    func `read the local clock and UTC`(method: String, local: Int64, utc: Int64) throws {
        let friday = [
            "scheduled": ExpressionValue.timestamp(instant("2013-07-05T20:07:09.25-04:00"))
        ]
        #expect(try value(of: "local(scheduled).\(method)()", where: friday) == .int(local))
        #expect(try value(of: "scheduled.\(method)()", where: friday) == .int(utc))
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 4, 0, 0), ("1969-12-31T23:59:59.999Z", 3, 364, 999),
            ("2000-12-31T00:00:00Z", 0, 365, 0), ("0001-01-01T00:00:00Z", 1, 0, 0),
            ("9999-12-31T23:59:59.999Z", 5, 364, 999), ("0001-01-01T00:00:00+23:59", 1, 0, 0),
        ] as [(String, Int64, Int64, Int64)]
    )
    func `know the calendar`(text: String, weekday: Int64, day: Int64, milliseconds: Int64) throws {
        let changed = ["scheduled": ExpressionValue.timestamp(instant(text))]
        #expect(try value(of: "local(scheduled).getDayOfWeek()", where: changed) == .int(weekday))
        #expect(try value(of: "local(scheduled).getDayOfYear()", where: changed) == .int(day))
        #expect(try value(of: "scheduled.getMilliseconds()", where: changed) == .int(milliseconds))
    }

    @Test(arguments: [Int64.min, .min + 1, -1, 0, 1, .max])
    func `read a clock at the ends of time`(microseconds: Int64) throws {
        for offset in [Int32.min, -1_439, 0, 1_439, .max] {
            let time = Timestamp(Instant(microseconds: microseconds), offsetMinutes: offset)
            let hour = try value(
                of: "local(scheduled).getHours()",
                where: ["scheduled": .timestamp(time)]
            )
            guard case .int(0 ... 23) = hour else {
                Issue.record("\(hour) is no hour")
                continue
            }
        }
    }
}
