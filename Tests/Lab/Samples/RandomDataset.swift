internal import Bytes
public import Chance
public import Datasets

extension DatasetDefinition: Sampled {
    public var needed: Set<String> {
        let views = ["v": "v", "w.f": "w", "w.g": "w", "x-y": "x-y"]
        return Set(
            ["Stream \(rows)"] + (label.map { ["Stream \($0.stream)"] } ?? [])
                + features.map { "FeatureView \(views[$0] ?? $0)" }
        )
    }

    public static func random(using random: inout SeededRandom) -> DatasetDefinition {
        let label = Label(
            stream: "arrived",
            match: ["id", "flight"].randomElement(using: &random) ?? "id",
            value: "late",
            within: TimeSpan(microseconds: Int64.random(in: 1 ... 1 << 50, using: &random))
        )
        let features = ["v", "w.f", "w.g", "x-y"].shuffled(using: &random)
        return DatasetDefinition(
            name: ["a", "b.c"].randomElement(using: &random) ?? "a",
            description: ["", "Rows: \\ ä"].randomElement(using: &random) ?? "",
            owner: ["", "true", "7"].randomElement(using: &random) ?? "",
            rows: ["s", "1"].randomElement(using: &random) ?? "s",
            id: "id",
            features: Array(features.prefix(Int.random(in: 1 ... 4, using: &random))),
            label: Bool.random(using: &random) ? label : nil,
            filter: [nil, "label != null"].randomElement(using: &random) ?? nil
        )
    }
}
