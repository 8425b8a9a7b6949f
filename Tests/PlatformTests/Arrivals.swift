import Bytes
import Logs
import Records

/// A stream of flights that have arrived, with a field of every type.
enum Arrivals {
    static let definition = definition("flights.arrived")

    static func definition(
        _ name: String,
        partitions: Int32 = 3,
        lateness: TimeSpan = .seconds(60),
        idle: TimeSpan? = nil,
        description: String = "How a departure ended."
    ) -> StreamDefinition {
        StreamDefinition(
            name: name,
            description: description,
            owner: "demo",
            partitions: partitions,
            key: "tail",
            time: "at",
            identity: "id",
            lateness: lateness,
            idle: idle,
            notBefore: Instant(rfc3339: "2013-01-01T00:00:00Z"),
            notAfter: Instant(rfc3339: "2014-01-01T00:00:00Z"),
            fields: [
                .init("id", .int64), .init("at", .timestamp), .init("tail", .string),
                .init("delay", .int32, isOptional: true), .init("miles", .float),
                .init("late", .bool, isOptional: true),
                .init("status", .string, oneOf: ["landed", "cancelled", "diverted"]),
            ]
        )
    }

    /// A record that fits, with other texts for some of its values; nil takes a field away.
    static func record(
        _ id: Int,
        at time: Instant,
        _ changes: [String: String?] = [:],
        more: String = ""
    ) -> [UInt8] {
        let good: [(name: String, text: String)] = [
            ("id", "\(id)"), ("at", "\"\(time.rfc3339)\""), ("tail", "\"N80\(id % 7)JB\""),
            ("delay", id % 5 == 0 ? "null" : "\(id % 90 - 10)"), ("miles", "\(id % 2_475).5"),
            ("late", id.isMultiple(of: 3) ? "true" : "false"),
            ("status", ["\"landed\"", "\"cancelled\"", "\"diverted\""][id % 3]),
        ]
        let members = good.compactMap { name, text in
            (changes[name] ?? text).map { "\"\(name)\":\($0)" }
        }
        return Array(("{" + members.joined(separator: ",") + more + "}").utf8)
    }
}
