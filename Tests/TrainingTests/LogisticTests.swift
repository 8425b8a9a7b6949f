import Bytes
import Chance
import Evaluators
import Glibc
import Testing

@testable import Training

@Suite struct `Logistic regression` {
    @Test func `finds the weights that made the labels`() throws {
        var random = SeededRandom(seed: 11)
        var rows: [Float] = []
        var labels: [Bool] = []
        for _ in 0 ..< 40_000 {
            let x = Float.random(in: -1 ... 1, using: &random)
            let y = Float.random(in: 0 ... 100, using: &random)
            rows += [x, y]
            let margin = 2 * Double(x) - 0.03 * Double(y) + 1
            labels.append(Double.random(in: 0 ..< 1, using: &random) < 1 / (1 + exp(-margin)))
        }
        let model = try fit(columns: ["x", "y"], rows, labels)
        #expect(abs(model.terms[0].weight / model.terms[0].scale - 2) < 0.08)
        #expect(abs(model.terms[1].weight / model.terms[1].scale + 0.03) < 0.002)
        let mean = model.probabilities(rows: rows).reduce(0, +) / 40_000
        // The intercept has no penalty, so the chances add up to what happened.
        #expect(abs(mean - Double(labels.count { $0 }) / 40_000) < 1e-8)
    }

    @Test func `stays finite where a column separates the labels or says nothing`() throws {
        let rows: [Float] = (0 ..< 100).flatMap { [$0 < 50 ? -1 : 1, 7, .nan] }
        let model = try fit(
            columns: ["x", "constant", "absent"],
            rows,
            (0 ..< 100).map { $0 >= 50 }
        )
        #expect(model.terms.allSatisfy { $0.weight.isFinite })
        #expect(model.terms[1].weight == 0)
        let chances = model.probabilities(rows: [-1, 7, .nan, 1, 7, .nan])
        #expect(chances[0] < 0.01)
        #expect(chances[1] > 0.99)
    }

    @Test func `counts a missing value as the mean`() throws {
        let model = LogisticModel(
            terms: [.init(column: "x", mean: 3, scale: 2, weight: 5)],
            intercept: 0.5
        )
        let chances = model.probabilities(rows: [.nan, 3, 5])
        #expect(chances[0] == chances[1])
        #expect(chances[2] > chances[1])
    }

    @Test func `reads its artifact back`() throws {
        let table = table(rows: 500, seed: 5)
        let model = try LogisticModel(fitting: table, isCancelled: { false })
        #expect(try LogisticModel(artifact: model.artifact()) == model)
        #expect(throws: EvaluatorError.self) { try LogisticModel(artifact: Array("{}".utf8)) }
        #expect(throws: EvaluatorError.self) { try LogisticModel(artifact: [0xFF]) }
    }

    private func fit(
        columns: [String],
        _ rows: [Float],
        _ labels: [Bool]
    ) throws -> LogisticModel {
        try LogisticModel(
            fitting: TrainingTable(
                columns: columns,
                rows: rows,
                labels: labels,
                times: labels.map { _ in Instant(microseconds: 0) }
            ),
            isCancelled: { false }
        )
    }
}
