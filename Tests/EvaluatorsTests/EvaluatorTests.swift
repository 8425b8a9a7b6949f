import Evaluators
import Testing

@Suite struct `An evaluator` {
    private static let logistic = LogisticModel(
        terms: [
            .init(column: "x", mean: 3, scale: 2, weight: 5),
            .init(column: "y", mean: 0, scale: 1, weight: -1),
        ],
        intercept: 0.5
    )

    @Test func `is chosen by the format`() throws {
        let model = try ModelFormat.named("logistic-json").read(Self.logistic.artifact())
        #expect(model.columns == .named(["x", "y"]))
        #expect(model.outputNames == ["probability", "margin"])
        #expect(throws: EvaluatorError.self) { try ModelFormat.named("logistic") }
        #expect(throws: EvaluatorError.badArtifact("it is no logistic model")) {
            try ModelFormat.named("logistic-json").read(Array("{}".utf8))
        }
        #expect(throws: (any Error).self) {
            try ModelFormat.named("xgboost-json").read(Self.logistic.artifact())
        }
    }

    @Test func `gives one row what it gives many`() throws {
        let rows: [Float] = [3, 0, 5, .nan, .nan, 2]
        let chances = Self.logistic.values(of: "probability", rows: rows, count: 3)
        let margins = Self.logistic.values(of: "margin", rows: rows, count: 3)
        #expect(chances == Self.logistic.probabilities(rows: rows))
        #expect(margins == [0.5, 5.5, -1.5])
        for row in 0 ..< 3 {
            let outputs = Self.logistic.outputs(Array(rows[2 * row ..< 2 * row + 2]))
            #expect(outputs == [Float(chances[row]), Float(margins[row])])
        }
    }

    @Test func `says which columns it reads`() {
        #expect(ModelColumns.named(["x", "y"]).fit(["x", "y"]))
        #expect(!ModelColumns.named(["x", "y"]).fit(["y", "x"]))
        #expect(ModelColumns.counted(2).fit(["y", "x"]))
        #expect(!ModelColumns.counted(2).fit(["x"]))
    }
}
