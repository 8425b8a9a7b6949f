internal import Bytes
public import Chance
internal import Logs
public import Records

extension StreamDefinition: Sampled {
    public var needed: Set<String> { [] }

    public static func random(using random: inout SeededRandom) -> StreamDefinition {
        let bounds = [nil, "2013-01-01T00:00:00Z", "2013-01-01T00:00:00.000001Z"]
        let fields = (0 ..< Int.random(in: 0 ... 3, using: &random)).map { index in
            let type = FieldType.allCases.randomElement(using: &random) ?? .bool
            return Field(
                "x\(index)",
                type,
                isOptional: Bool.random(using: &random),
                oneOf: type == .string && Bool.random(using: &random) ? ["", "null", "1e3"] : []
            )
        }
        return StreamDefinition(
            name: ["a", "b.c", "d-e"].randomElement(using: &random) ?? "a",
            description: ["", "What \"it\" is: ä\n"].randomElement(using: &random) ?? "",
            owner: ["", "ada", "7"].randomElement(using: &random) ?? "",
            topic: [nil, "t"].randomElement(using: &random) ?? nil,
            partitions: Int32.random(in: 1 ... 1_024, using: &random),
            retention: Bool.random(using: &random)
                ? .forever : .span(TimeSpan(microseconds: .random(in: 1 ... .max, using: &random))),
            key: "k",
            time: "t",
            identity: [nil, "k"].randomElement(using: &random) ?? nil,
            lateness: TimeSpan(microseconds: .random(in: 0 ... 1 << 44, using: &random)),
            idle: [nil, TimeSpan.day].randomElement(using: &random) ?? nil,
            notBefore: (bounds.randomElement(using: &random) ?? nil).flatMap {
                Instant(rfc3339: $0)
            },
            notAfter: Bool.random(using: &random)
                ? Instant(microseconds: .random(in: 1 << 51 ... 1 << 57, using: &random)) : nil,
            fields: [Field("k", .string), Field("t", .timestamp)] + fields.shuffled(using: &random)
        )
    }
}
