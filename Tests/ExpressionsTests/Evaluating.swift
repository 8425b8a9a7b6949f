import Bytes
import Expressions
import Testing

/// The names that the tests use, and a value for each.
let names: [(Variable, ExpressionValue)] = [
    (Variable("status", .string), .string("landed")),
    (Variable("tail", .string, isOptional: true), .null),
    (Variable("distance", .int), .int(2_475)),
    (Variable("delay", .double, isOptional: true), .null),
    (Variable("speed", .double), .double(7.5)),
    (Variable("late", .bool), .bool(true)),
    (Variable("label", .bool, isOptional: true), .null),
    (Variable("scheduled", .timestamp), .timestamp(instant("2013-07-05T18:07:09.25-04:00"))),
    (Variable("landed_at", .timestamp, isOptional: true), .null),
    (Variable("seats", .int, isOptional: true), .null),
    (Variable("weather.wind_speed", .double), .double(12)),
]

func instant(_ text: String) -> Timestamp {
    Timestamp(rfc3339: text) ?? Timestamp(.distantPast)
}

/// What the text gives over the names above, some of them with another value.
func value(
    of text: String,
    where changed: [String: ExpressionValue] = [:]
) throws -> ExpressionValue {
    let expression = try Expression(text, over: names.map(\.0))
    let result = try expression.evaluate(names.map { changed[$0.0.name] ?? $0.1 })
    #expect(result == .null || result.type == expression.type, "\(text) gives its own type")
    #expect(result != .null || expression.canBeNull, "\(text) said that it may give null")
    return result
}

func refusal(of text: String) -> String? {
    do throws(ExpressionError) {
        _ = try Expression(text, over: names.map(\.0))
        return nil
    } catch {
        return error.description
    }
}
