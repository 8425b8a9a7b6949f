import Bytes
import Logs
import Records

/// A stream with a field of every type, and a record that fits it.
enum Arrivals {
    static let definition = StreamDefinition(
        name: "flights.arrived",
        description: "How a departure ended.",
        owner: "demo",
        partitions: 4,
        retention: .span(.seconds(30 * 86_400)),
        key: "tail",
        time: "at",
        identity: "id",
        lateness: .seconds(60),
        idle: .seconds(3_600),
        notBefore: Instant(rfc3339: "2013-01-01T00:00:00Z"),
        notAfter: Instant(rfc3339: "2014-01-01T00:00:00Z"),
        fields: [
            .init("id", .int64), .init("at", .timestamp), .init("tail", .string),
            .init("delay", .int32, isOptional: true),
            .init("miles", .float), .init("late", .bool, isOptional: true),
            .init("status", .string, oneOf: ["landed", "cancelled"]),
        ]
    )

    static let received = Instant(microseconds: 1_373_000_000_000_000)  // 2013-07-05T04:53:20Z

    static let good: [(name: String, text: String)] = [
        ("id", "7"), ("at", #""2013-07-04T18:00:00-04:00""#), ("tail", #""N804JB""#),
        ("delay", "-3"),
        ("miles", "2475.5"), ("late", "true"), ("status", #""landed""#),
    ]

    /// The good record with other texts for some values; nil takes the field away.
    static func record(_ changes: [String: String?] = [:], more: String = "") -> [UInt8] {
        let members = good.compactMap { name, text in
            (changes[name] ?? text).map { #""\#(name)":\#($0)"# }
        }
        return Array(("{" + members.joined(separator: ",") + more + "}").utf8)
    }

    static func read(_ bytes: [UInt8]?) throws(Refusal) -> Row {
        try RecordReader(definition).read(value: bytes?[...], arrival: received)
    }
}
