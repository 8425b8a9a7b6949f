import Bytes
import Chance
import Training

/// Tables by chance, a row an hour, in which two of four columns decide.
func table(rows count: Int, seed: UInt64) -> TrainingTable {
    var random = SeededRandom(seed: seed)
    var rows: [Float] = []
    var labels: [Bool] = []
    for _ in 0 ..< count {
        let row = (0 ..< 4).map { _ in
            Int.random(in: 0 ..< 10, using: &random) == 0
                ? Float.nan : Float.random(in: -1 ... 1, using: &random)
        }
        rows += row
        let known = row.map { $0.isNaN ? 0 : $0 }
        let noise = Float.random(in: -0.5 ... 0.5, using: &random)
        labels.append(known[0] + known[1] * known[2] * 2 + noise > 0)
    }
    return TrainingTable(
        columns: ["wind", "distance", "hour", "noise"],
        rows: rows,
        labels: labels,
        times: (0 ..< count).map { Instant(microseconds: Int64($0) * 3_600_000_000) }
    )
}

let recipe = Recipe(
    rounds: 20,
    seed: 7,
    parameters: [
        .init("max_depth", "4"), .init("eta", "0.2"), .init("subsample", "0.8"),
        .init("colsample_bytree", "0.6"),
    ]
)

extension Recipe {
    func with(_ parameters: Parameter..., validate: TimeSpan? = nil) -> Recipe {
        Recipe(
            rounds: rounds,
            seed: seed,
            parameters: self.parameters + parameters,
            validate: validate ?? self.validate
        )
    }
}
