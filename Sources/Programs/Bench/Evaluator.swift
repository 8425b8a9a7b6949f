import ArgumentParser
import Bytes
import Training
import Trees

/// One prediction, and a thousand, by our own evaluator and by libxgboost, with the same model and
/// the same rows.
struct Evaluator: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Predictions of a tree ensemble.",
        discussion: "Example: Bench evaluator"
    )

    private static let width = 30
    private static let rowCount = 1_000

    func run() throws { try Self.measure() }

    static func measure() throws {
        let artifact = try model()
        let ensemble = try TreeEnsemble(xgboost: artifact)
        let library = try LibraryModel(artifact: artifact)
        let all = values(count: rowCount, seed: 2)
        let rows = (0 ..< rowCount).map { Array(all[$0 * width ..< ($0 + 1) * width]) }
        guard try ensemble.margins(rows: all, count: rowCount) == library.margins(rows: all) else {
            throw Trouble("the evaluators disagree")
        }
        var sum: Float = 0
        print(
            "\n| \(ensemble.treeCount) trees × depth 6, \(width) features, one thread | count | min µs | p50 µs | p99 µs |\n|---|---|---|---|---|"
        )
        row("the clock alone", count: 20_000) { _ in }
        row("1 row, our evaluator", count: 200_000) { sum += ensemble.margin(rows[$0 % rowCount]) }
        try row("1 row, libxgboost (XGBoosterPredictFromDense)", count: 20_000) {
            sum += try library.margins(rows: rows[$0 % rowCount])[0]
        }
        row("1,000 rows, our evaluator", count: 500) { _ in
            sum += ensemble.margins(rows: all, count: rowCount)[0]
        }
        try row("1,000 rows, libxgboost (XGBoosterPredictFromDense)", count: 200) { _ in
            sum += try library.margins(rows: all)[0]
        }
        guard sum.isFinite else { throw Trouble("a margin is not finite") }
    }

    private static func row(
        _ name: String,
        count: Int,
        _ body: (Int) throws -> Void
    ) rethrows {
        var latencies = Latencies()
        for index in 0 ..< count { latencies.add(try timed { try body(index) }) }
        let figures = [0, 0.5, 0.99].map { share in
            let hundredths = Int((latencies.percentile(share) * 100).rounded())
            return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
        }
        print("| \(name) | \(count) | \(figures.joined(separator: " | ")) |")
    }

    /// 100 trees of depth 6 on 100,000 rows, of which one value in ten is missing.
    private static func model() throws -> [UInt8] {
        let count = 100_000
        let rows = values(count: count, seed: 1)
        let labels = (0 ..< count).map { row in
            let value = { (column: Int) in
                rows[row * width + column].isNaN ? 0 : rows[row * width + column]
            }
            return value(0) * value(1) + value(2) + value(3) * value(4) + value(29) > 0
        }
        let table = TrainingTable(
            columns: (0 ..< width).map { "f\($0)" },
            rows: rows,
            labels: labels,
            times: Array(repeating: Instant(microseconds: 0), count: count)
        )
        let recipe = Recipe(rounds: 100, seed: 1, parameters: [.init("max_depth", "6")])
        return try train(table, by: recipe, isCancelled: { false }).artifact
    }

    private static func values(count: Int, seed: UInt64) -> [Float] {
        // A linear congruential generator (Knuth's MMIX) is chance enough for a benchmark.
        var state = seed
        func next() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / Float(1 << 24)
        }
        return (0 ..< count * width).map { _ in next() < 0.1 ? .nan : next() * 4 - 2 }
    }
}
