import Bytes
import Chance
import Expressions
import Testing

@Suite struct `Any text` {
    /// Random tokens, random characters, and good expressions with something changed.
    @Test func `is either evaluated or refused, and never stops the process`() {
        let seed = newSeed()
        var chance = SeededRandom(seed: seed)
        var (accepted, refused) = (0, 0)
        for turn in 0 ..< 10_000 {
            let text = chance.expressionText()
            do throws(ExpressionError) {
                let expression = try Expression(text, over: names.map(\.0))
                accepted += 1
                for _ in 0 ..< 3 {
                    check(expression, chance.row(), "seed \(seed), turn \(turn): \(text)")
                }
            } catch {
                refused += 1
                #expect(
                    (1 ... text.count + 1).contains(error.column) && !error.message.isEmpty,
                    "seed \(seed), turn \(turn): \(text)"
                )
            }
        }
        #expect(accepted > 2_000 && refused > 1_000, "seed \(seed): \(accepted) and \(refused)")
    }

    private func check(
        _ expression: Expression,
        _ row: [ExpressionValue],
        _ place: Comment
    ) {
        do throws(EvaluationError) {
            let value = try expression.evaluate(row)
            #expect(value == .null ? expression.canBeNull : value.type == expression.type, place)
        } catch {
            switch error {
            case .wrongCount, .wrongValue: Issue.record(place)
            default: #expect(!error.description.isEmpty, place)
            }
        }
    }
}

extension SeededRandom {
    fileprivate mutating func expressionText() -> String {
        var scalars: [Unicode.Scalar]
        switch Int.random(in: 0 ..< 4, using: &self) {
        case 0: scalars = Array(grown(depth: 3).unicodeScalars)
        case 1:
            let count = Int.random(in: 0 ..< 40, using: &self)
            scalars = (0 ..< count).flatMap { _ in Array(pick(Self.words).unicodeScalars) + [" "] }
        case 2:
            scalars = (0 ..< Int.random(in: 0 ..< 60, using: &self)).map { _ in anyScalar() }
        default:
            scalars = Array(grown(depth: 3).unicodeScalars)
            for _ in 0 ... Int.random(in: 0 ..< 4, using: &self) { mutate(&scalars) }
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    /// Well formed, and most often well typed.
    private mutating func grown(_ wanted: ExpressionType? = nil, depth: Int) -> String {
        let type = wanted ?? pick([.bool, .int, .double, .string, .timestamp])
        if depth <= 0 || next() % 8 == 0 { return pick(Self.leaves[type] ?? []) }
        // One in two hundred is of the wrong type.
        func part(_ type: ExpressionType, _ chance: inout SeededRandom) -> String {
            chance.grown(chance.next() % 200 == 0 ? nil : type, depth: depth - 1)
        }
        if next() % 8 == 0 {
            return "(\(part(.bool, &self)) ? \(part(type, &self)) : \(part(type, &self)))"
        }
        switch type {
        case .bool:
            let other = pick([ExpressionType.bool, .int, .double, .string, .timestamp])
            let sign = pick(["==", "!=", "<", "<=", ">", ">="])
            let method = pick(["startsWith", "endsWith", "contains"])
            return pick([
                "(\(part(other, &self)) \(sign) \(part(other, &self)))", "!\(part(.bool, &self))",
                "(\(part(.bool, &self)) && \(part(.bool, &self)) || \(part(.bool, &self)))",
                "\(part(.string, &self)).\(method)(\(part(.string, &self)))",
                "(\(part(other, &self)) in [\(part(other, &self)), \(part(other, &self)), null])",
            ])
        case .int:
            let sign = pick(["+", "-", "*", "/", "%"])
            let time = part(.timestamp, &self)
            return pick([
                "(\(part(.int, &self)) \(sign) \(part(.int, &self)))", "(-\(part(.int, &self)))",
                "size(\(part(.string, &self)))", "int(\(part(.double, &self)))",
                "int(\(part(.string, &self)))", "\(time).getDayOfYear()",
                "local(\(time)).getDate()",
            ])
        case .double:
            let sign = pick(["+", "-", "*", "/"])
            return pick([
                "(\(part(.double, &self)) \(sign) \(part(.double, &self)))",
                "double(\(part(.int, &self)))", "double(\(part(.string, &self)))",
            ])
        case .string:
            return pick([
                "(\(part(.string, &self)) + \(part(.string, &self)))",
                "string(\(part(pick([.bool, .int, .double, .timestamp]), &self)))",
            ])
        default:
            return pick([
                "timestamp(\(part(.int, &self)))", "timestamp(\(part(.timestamp, &self)))",
            ])
        }
    }

    private mutating func mutate(_ scalars: inout [Unicode.Scalar]) {
        guard !scalars.isEmpty else { return }
        let place = Int.random(in: 0 ..< scalars.count, using: &self)
        switch Int.random(in: 0 ..< 4, using: &self) {
        case 0: scalars.remove(at: place)
        case 1: scalars.insert(anyScalar(), at: place)
        case 2: scalars[place] = anyScalar()
        default:
            let repeated = scalars[place...].prefix(Int.random(in: 1 ..< 20, using: &self))
            for _ in 0 ..< Int.random(in: 1 ..< 100, using: &self) {
                scalars.insert(contentsOf: repeated, at: place)
            }
        }
    }

    private mutating func anyScalar() -> Unicode.Scalar {
        if next() % 4 == 0 {
            return Unicode.Scalar(UInt32.random(in: 0 ... 0x10FFFF, using: &self)) ?? "\u{FFFD}"
        }
        return Unicode.Scalar(UInt8.random(in: 0 ..< 128, using: &self))
    }

    fileprivate mutating func row() -> [ExpressionValue] {
        names.map { name in
            if name.0.isOptional, next() % 3 == 0 { return .null }
            switch name.0.type {
            case .bool: return .bool(next() % 2 == 0)
            case .int: return .int(pick([0, 1, -1, .max, .min, Int64(bitPattern: next())]))
            case .double:
                return .double(
                    pick([0, -0.0, 1, .nan, .infinity, 1e300, Double(bitPattern: next())])
                )
            case .string:
                return .string(
                    pick(["", "landed", "7", "1e5", "é", "\u{0}", "2013-07-05T18:00:00Z"])
                )
            default:
                let time = Instant(
                    microseconds: pick([.min, .max, 0, Int64(bitPattern: next()) >> 8])
                )
                return .timestamp(Timestamp(time, offsetMinutes: pick([0, -240, 840, .min, .max])))
            }
        }
    }

    private mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0 ..< choices.count, using: &self)]
    }

    private static let leaves: [ExpressionType: [String]] = [
        .bool: ["late", "label", "true", "false", "label == null"],
        .int: ["distance", "seats", "0", "1", "-1", "9223372036854775807", "scheduled.getHours()"],
        .double: ["speed", "delay", "weather.wind_speed", "2.5", "1e300", "0.0"],
        .string: ["status", "tail", "'a'", "\"7\"", "r'\\'", "'\\u00e9'", "''"],
        .timestamp: ["scheduled", "landed_at", "timestamp('2013-07-05T18:00:00-04:00')"],
    ]

    private static let words =
        leaves.values.joined().sorted() + [
            "+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "(", ")", "[",
            "]",
            ",", ".", "?", ":", "!", "in", "size", "local", "double(", "'", "\"", "'''", "\\", "0x",
            "1e", "// ", "r'", "startsWith", "getHours()", "null", "\u{301}", "\n",
        ]
}
