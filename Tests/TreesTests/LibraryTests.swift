import Chance
import Glibc
import Testing
import Training

@testable import Trees

/// A model to train and to compare.
struct Example: CustomTestStringConvertible {
    var rounds: Int
    var yesShare: Float = 0.5
    var parameters: KeyValuePairs<String, String>

    var testDescription: String {
        "\(rounds) rounds, \(yesShare) yes, "
            + parameters.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }

    static let all: [Example] =
        (1 ... 10).map { Example(rounds: 21, parameters: ["max_depth": "\($0)"]) } + [
            Example(rounds: 1, parameters: ["max_depth": "3"]),
            Example(rounds: 100, parameters: ["max_depth": "6"]),
            Example(rounds: 30, yesShare: 0.02, parameters: ["max_depth": "5"]),
            Example(
                rounds: 30,
                yesShare: 0.6,
                parameters: ["max_depth": "4", "base_score": "0.9"]
            ),
            Example(rounds: 30, parameters: ["base_score": "0.0123", "subsample": "0.5"]),
            Example(
                rounds: 30,
                yesShare: 0.1,
                parameters: [
                    "base_score": "0.1", "scale_pos_weight": "9", "colsample_bytree": "0.4",
                ]
            ),
            Example(rounds: 10, parameters: ["num_parallel_tree": "3", "subsample": "0.6"]),
            Example(rounds: 5, parameters: ["gamma": "1000", "base_score": "0.3"]),
            Example(
                rounds: 12,
                parameters: ["tree_method": "exact", "gamma": "2", "max_depth": "9"]
            ),
            Example(
                rounds: 12,
                parameters: ["grow_policy": "lossguide", "max_leaves": "40", "max_depth": "30"]
            ),
        ]
}

@Suite struct `A tree ensemble and libxgboost` {
    @Test(arguments: Example.all) func `give the same bits to awkward rows`(
        example: Example
    ) throws {
        let seed = UInt64.random(in: 0 ... .max)
        let model = try TrainedModel(
            seed: seed,
            yesShare: example.yesShare,
            rounds: example.rounds,
            example.parameters
        )
        let ensemble = try TreeEnsemble(xgboost: model.artifact)
        var random = SeededRandom(seed: seed)
        let count = 10_000
        let rows = awkwardRows(
            count: count,
            width: model.width,
            thresholds: try model.thresholds(),
            using: &random
        )
        let theirs = try libraryMargins(
            artifact: model.artifact,
            rows: rows,
            columnCount: model.width
        ).map(\.bitPattern)

        let batch = ensemble.margins(rows: rows, count: count).map(\.bitPattern)
        #expect(batch == theirs, "seed \(seed)")
        let single = (0 ..< count).map {
            ensemble.margin(Array(rows[$0 * model.width ..< ($0 + 1) * model.width])).bitPattern
        }
        #expect(single == theirs, "seed \(seed)")
    }

    @Test func `turn a margin into a chance alike`() throws {
        let ensemble = try TreeEnsemble(xgboost: Array(`Reading a model`.model().utf8))
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0 ..< 100_000 {
            let margin = Float.random(in: -30 ... 30, using: &random)
            // What libxgboost computes, with the C library's function.
            let theirs = 1 / (1 + expf(-margin))
            let ours = ensemble.probability(ofMargin: margin)
            #expect(ours.bitPattern == theirs.bitPattern, "seed \(seed): \(margin)")
        }
        #expect(ensemble.probability(ofMargin: -.infinity) == 0)
        #expect(ensemble.probability(ofMargin: .infinity) == 1)
    }
}
