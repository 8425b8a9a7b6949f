import Bytes
import Evaluators
import Statistics
import Testing
import Trees

@testable import Training

@Suite struct `Training` {
    private let rows = table(rows: 3_000, seed: 1)

    @Test func `gives the same bytes again`() throws {
        let one = try train(rows, by: recipe, isCancelled: { false })
        let other = try train(rows, by: recipe, isCancelled: { false })
        #expect(one.artifact == other.artifact)
        #expect(one.artifactDigest == other.artifactDigest)
        #expect(one.artifactDigest == Digest(of: one.artifact))
        #expect(one.metricsByRound == other.metricsByRound)
        #expect(one.baseline.artifact() == other.baseline.artifact())
    }

    @Test(arguments: ["hist", "approx", "exact"]) func `gives the same bytes on one thread and two`(
        method: String
    ) throws {
        let table = table(rows: 30_000, seed: 2)
        let artifacts = try ["1", "2", "2"].map {
            try train(
                table,
                by: recipe.with(.init("nthread", $0), .init("tree_method", method)),
                isCancelled: { false }
            ).artifact
        }
        #expect(artifacts[0] == artifacts[1])
        #expect(artifacts[1] == artifacts[2])
    }

    @Test func `takes another course with another seed`() throws {
        var other = recipe
        other.seed = 8
        let artifacts = try [recipe, other].map {
            try train(rows, by: $0, isCancelled: { false }).artifact
        }
        #expect(artifacts[0] != artifacts[1])
    }

    @Test func `is judged by the last rows, and still learns from all`() throws {
        let judged = try train(
            rows,
            by: recipe.with(validate: TimeSpan("28d")),
            isCancelled: { false }
        )
        let plain = try train(rows, by: recipe, isCancelled: { false })
        #expect(judged.artifact == plain.artifact)

        let validation = try #require(judged.validation)
        #expect(validation.rows == 28 * 24)
        #expect(judged.metricsByRound.map(\.round) == Array(1 ... 20))
        let last = try #require(judged.metricsByRound.last)
        #expect(last.validationLogLoss == validation.model["log_loss"])
        #expect(last.trainLogLoss < judged.metricsByRound[0].trainLogLoss)
        // The labels hang on a product of two columns, which a linear model cannot see.
        #expect(
            try #require(validation.model["log_loss"])
                < #require(validation.baseline["log_loss"])
        )
        #expect(try #require(validation.model["auc"]) > #require(validation.baseline["auc"]))
    }

    @Test func `is judged by the last fifth of the rows where the recipe does not say`() throws {
        let plain = try train(rows, by: recipe, isCancelled: { false })
        #expect(plain.validation?.rows == 600)
        #expect(plain.metricsByRound.allSatisfy { $0.validationLogLoss != nil })
        #expect(plain.metricsByRound.count == recipe.rounds)
    }

    @Test func `keeps rows of one instant together when it holds the last fifth out`() throws {
        var table = table(rows: 100, seed: 3)
        for row in 70 ..< 85 { table.times[row] = table.times[70] }
        let split = try #require(table.splitLastFifth())
        #expect(split.earlier.rowCount == 70)
        #expect(split.later.rowCount == 30)
        table.times = Array(repeating: table.times[0], count: 100)
        #expect(table.splitLastFifth() == nil, "Nothing would be left to learn from.")
        #expect(try train(table, by: recipe, isCancelled: { false }).validation == nil)
        #expect(table.part(0 ..< 4).splitLastFifth() == nil, "A fifth of four rows is none.")
    }

    @Test func `judges the fit on the earlier rows as a second look does`() throws {
        let span = try #require(TimeSpan("28d"))
        let judged = try train(rows, by: recipe.with(validate: span), isCancelled: { false })
        let (earlier, later) = try rows.split(last: span)
        let fit = try train(earlier, by: recipe, isCancelled: { false })
        let ensemble = try TreeEnsemble(xgboost: fit.artifact)
        let chances = ensemble.margins(rows: later.rows, count: later.rowCount)
            .map { Double(ensemble.probability(ofMargin: $0)) }
        let loss = logLoss(probabilities: chances, labels: later.labels)
        let theirs = try #require(judged.validation?.model["log_loss"])
        #expect(abs(loss - theirs) < 1e-7)
    }

    @Test func `names the features and itself`() throws {
        var renamed = rows
        renamed.columns = ["a \"quoted\" name", "Verspätung", "a<b [c]", "new\\line"]
        let result = try train(renamed, by: recipe, isCancelled: { false })
        #expect(try TreeEnsemble(xgboost: result.artifact).featureNames == renamed.columns)
        #expect(Library.version.hasPrefix("libxgboost 1."))
        #expect(result.parameters.map(\.name) == result.parameters.map(\.name).sorted())
        #expect(result.parameters.contains(.init("objective", "binary:logistic")))
        #expect(result.parameters.contains(.init("eta", "0.2")))
    }

    @Test func `stops between two rounds when it is told to`() {
        var asked = 0
        #expect(throws: TrainingError.cancelled) {
            try train(rows, by: recipe) {
                asked += 1
                return asked > 5
            }
        }
        #expect(asked == 6)
    }
}
