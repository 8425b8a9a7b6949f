internal import Bytes
public import Chance
public import Serving

extension EndpointDefinition: Sampled {
    public var needed: Set<String> {
        Set(["Model \(model.model)"] + (answer.map { ["Stream \($0.stream)"] } ?? []))
    }

    public static func random(using random: inout SeededRandom) -> EndpointDefinition {
        let stage = ["development", "test", "production"].randomElement(using: &random) ?? "test"
        let model = ModelReference(
            ["m", "late-arrival", "1"].randomElement(using: &random) ?? "m",
            Bool.random(using: &random)
                ? .stage(stage) : .version(Int64.random(in: 1 ... .max, using: &random))
        )
        let span = TimeSpan(microseconds: Int64.random(in: 0 ... 1 << 40, using: &random))
        let from = Instant(
            microseconds: Int64.random(
                in: -62_135_596_800_000_000 ... 253_402_300_799_999_999,
                using: &random
            )
        )
        let answer = Answer(
            stream: "s",
            from: Bool.random(using: &random) ? from : nil,
            wait: Bool.random(using: &random) ? .unlimited : .atMost(span)
        )
        let publish = Publish(
            topic: ["scores", "p.1"].randomElement(using: &random) ?? "scores",
            partitions: Int32.random(in: 1 ... 1_024, using: &random)
        )
        return EndpointDefinition(
            name: ["a", "b.c"].randomElement(using: &random) ?? "a",
            description: ["", "0"].randomElement(using: &random) ?? "",
            owner: ["", "ada"].randomElement(using: &random) ?? "",
            model: model,
            answer: Bool.random(using: &random) ? answer : nil,
            publish: Bool.random(using: &random) ? publish : nil,
            durability: Durability.allCases.randomElement(using: &random) ?? .acked,
            missing: Missing.allCases.randomElement(using: &random) ?? .keep
        )
    }
}
