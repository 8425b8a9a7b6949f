/// The functions and methods of the language, by name.
enum Functions {
    /// Called as `name(value)`.
    static let functions: [String: [ExpressionType: (gives: ExpressionType, body: Unary.Body)]] = {
        var functions: [String: [ExpressionType: (gives: ExpressionType, body: Unary.Body)]] = [:]
        for to in [ExpressionType.double, .int, .string, .timestamp] {
            for from in ExpressionType.allCases {
                guard let body = Conversions.body(from, to: to), from != .null else { continue }
                functions[to.rawValue, default: [:]][from] = (to, body)
            }
        }
        functions["size"] = [.string: (.int, size)]
        return functions
    }()

    /// Called as `text.name("part")`; bytes are compared.
    static let textMethods: [String: @Sendable (String, String) -> Bool] = [
        "startsWith": { $0.utf8.starts(with: $1.utf8) },
        "endsWith": { $0.utf8.reversed().starts(with: $1.utf8.reversed()) },
        "contains": { contains(Array($0.utf8), Array($1.utf8)) },
    ]

    /// Called as `timestamp.name()` or `local(timestamp).name()`.
    static let clockMethods = Dictionary(
        WallClock.readings.map { ($0.name, $0.read) },
        uniquingKeysWith: { first, _ in first }
    )

    static let functionNames = (Array(functions.keys) + ["local"]).sorted()
    static let methodNames = textMethods.keys.sorted() + ["size"] + WallClock.readings.map(\.name)

    /// In code points, as in CEL.
    static let size: Unary.Body = { .int(Int64($0.asString.unicodeScalars.count)) }

    /// In what people know from elsewhere, and what to write here.
    static let instead = [
        "has": "Write `x != null` to ask whether there is a value.",
        "matches": "There are no regular expressions here; "
            + "there are startsWith, endsWith and contains.",
        "duration": "There are no durations here.",
        "bool": "Write `x == \"true\"`.",
        "uint": "There are no unsigned ints here: write `int(…)`.",
        "len": "Write `size(…)`.",
        "length": "Write `size(…)`.",
        "float": "Write `double(…)`.",
        "str": "Write `string(…)`.",
        "now": "An expression knows no clock: it gives the same at any time.",
    ]

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard part.count <= text.count else { return false }
        return (0 ... text.count - part.count).contains { start in
            text[start ..< start + part.count].elementsEqual(part)
        }
    }
}
