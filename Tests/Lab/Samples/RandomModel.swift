internal import Bytes
public import Chance
public import ModelRegistry
internal import Statistics

extension ModelDefinition: Sampled {
    public var needed: Set<String> { ["Dataset \(dataset)"] }

    public static func random(using random: inout SeededRandom) -> ModelDefinition {
        let values = [
            "4", "-7", "0.05", "1e-3", "1e3", "007", "+1", "1.50", "hist", "true", "nan", "0x10",
            "9223372036854775808", "-0", "a b", "1_000",
        ]
        let parameters = ["Z", "a", "b c", "eta", "ä"].filter { _ in Bool.random(using: &random) }
            .map { Parameter($0, values.randomElement(using: &random) ?? "1") }
        let metrics = Metric.usual.shuffled(using: &random)
        var promotion: [Stage: Policy] = [:]
        for stage in [Stage.test, .production] where Bool.random(using: &random) {
            let approvals = Int.random(in: 0 ... 3, using: &random)
            promotion[stage] = Policy(
                sealedDataset: Bool.random(using: &random),
                approvals: approvals,
                fourEyes: approvals > 0 && Bool.random(using: &random)
            )
        }
        return ModelDefinition(
            name: ["a", "b.c"].randomElement(using: &random) ?? "a",
            description: ["", "false"].randomElement(using: &random) ?? "",
            owner: ["", "ada"].randomElement(using: &random) ?? "",
            task: .binary,
            dataset: ["d", "e"].randomElement(using: &random) ?? "d",
            recipe: Recipe(
                engine: .xgboost,
                rounds: Int.random(in: 1 ... 100_000, using: &random),
                seed: Int64.random(in: .min ... .max, using: &random),
                parameters: parameters,
                validate: [nil, TimeSpan.day].randomElement(using: &random) ?? nil
            ),
            metrics: Array(metrics.prefix(Int.random(in: 1 ... 3, using: &random))),
            promotion: promotion
        )
    }
}
