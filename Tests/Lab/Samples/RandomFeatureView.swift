internal import Bytes
public import Chance
public import Features
internal import Records

extension FeatureViewDefinition: Sampled {
    public var needed: Set<String> {
        if case .stream(let source) = source { ["Stream \(source.stream)"] } else { [] }
    }

    public static func random(using random: inout SeededRandom) -> FeatureViewDefinition {
        FeatureViewDefinition(
            name: ["a", "b.c", "d-e"].randomElement(using: &random) ?? "a",
            description: ["", "What \"it\" is: ä\n"].randomElement(using: &random) ?? "",
            owner: ["", "ada"].randomElement(using: &random) ?? "",
            source: Bool.random(using: &random)
                ? .stream(stream(using: &random)) : .request(request(using: &random))
        )
    }

    private static func stream(using random: inout SeededRandom) -> StreamSource {
        let features = (0 ..< Int.random(in: 1 ... 4, using: &random)).map { index in
            let aggregation = Aggregation.all.randomElement(using: &random) ?? .count
            var spans: Set<TimeSpan> = []
            let count = Int.random(in: aggregation.readsNewest ? 0 ... 3 : 1 ... 3, using: &random)
            for _ in 0 ..< count {
                let unit: Int64? = [1, 1_000, 1_000_000, 3_600_000_000, 86_400_000_000]
                    .randomElement(
                        using: &random
                    )
                let microseconds = Int64.random(in: 1 ... 50, using: &random) * (unit ?? 1)
                spans.insert(TimeSpan(microseconds: microseconds))
            }
            return Aggregate(
                "f\(index)",
                aggregation,
                of: aggregation.takesField ? "x\(index)" : nil,
                over: spans.sorted()
            )
        }
        return StreamSource(
            stream: ["s", "t.u"].randomElement(using: &random) ?? "s",
            entity: "e",
            filter: [nil, "x == \"y\"", "true"].randomElement(using: &random) ?? nil,
            ttl: [nil, TimeSpan.seconds(100 * 86_400)].randomElement(using: &random) ?? nil,
            features: features
        )
    }

    private static func request(using random: inout SeededRandom) -> RequestSource {
        let fields = (0 ..< Int.random(in: 1 ... 3, using: &random)).map { index in
            let type = FieldType.allCases.randomElement(using: &random) ?? .bool
            return StreamDefinition.Field(
                "r\(index)",
                type,
                isOptional: Bool.random(using: &random),
                oneOf: type == .string && Bool.random(using: &random) ? ["a", "true", "1"] : []
            )
        }
        let features = (0 ..< Int.random(in: 1 ... 3, using: &random)).map { index in
            Computed("c\(index)", ["r0 + 1", "1", "true"].randomElement(using: &random) ?? "1")
        }
        return RequestSource(fields: fields, features: features)
    }
}
