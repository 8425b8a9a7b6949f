import Bytes
import Testing

@testable import Training

@Suite struct `Training refuses` {
    private let good = table(rows: 300, seed: 3)

    @Test func `tables that nothing can be learned from`() {
        refuses(.noRows) {
            $0 = TrainingTable(columns: $0.columns, rows: [], labels: [], times: [])
        }
        refuses(.noColumns) {
            $0.columns = []
            $0.rows = []
        }
        refuses(.duplicateColumn("wind")) { $0.columns[3] = "wind" }
        refuses(.badColumnName("")) { $0.columns[3] = "" }
        refuses(.badColumnName("a\nb")) { $0.columns[3] = "a\nb" }
        refuses(.valueCount(1_199, rows: 300, columns: 4)) { $0.rows.removeLast() }
        refuses(.valueCount(1_200, rows: 300, columns: 3)) { $0.columns.removeLast() }
        refuses(.timeCount(299, rows: 300)) { $0.times.removeLast() }
        refuses(.timesFall(row: 7)) { $0.times[7] = $0.times[5] }
        refuses(.infinite(column: "distance", row: 70)) { $0.rows[281] = -.infinity }
        refuses(.allMissing(column: "noise")) {
            for row in 0 ..< 300 { $0.rows[row * 4 + 3] = .nan }
        }
        refuses(.oneClass(true, in: "the table")) {
            $0.labels = Array(repeating: true, count: 300)
        }
    }

    @Test func `splits that leave one side without rows`() throws {
        let span = try #require(TimeSpan("2d"))
        #expect(throws: TrainingError.nothingBeforeValidation(TimeSpan(microseconds: .max / 8))) {
            try attempt(recipe.with(validate: TimeSpan(microseconds: .max / 8)))
        }
        #expect(throws: TrainingError.emptyValidation(.seconds(0))) {
            try attempt(recipe.with(validate: .seconds(0)))
        }
        var table = good
        for row in 0 ..< 300 { table.labels[row] = row > 290 }
        #expect(throws: TrainingError.oneClass(false, in: "the rows before `validate: 2d`")) {
            try train(table, by: recipe.with(validate: span), isCancelled: { false })
        }
    }

    @Test(arguments: [
        ("max_dept", "3", "Did you mean `max_depth`?"),
        ("objective", "rank:map", "Known are: alpha, base_score,"),
        ("max_depth", "0", "Use a whole number from 1 to 30."),
        ("max_depth", "4.5", "Use a whole number from 1 to 30."),
        ("eta", "nan", "Use a number above 0.0 to 1.0."),
        ("eta", "1.01", "Use a number above 0.0 to 1.0."),
        ("learning_rate", "0", "Use a number above 0.0 to 1.0."),
        ("subsample", "1e-60", "Use a number above 0.0 to 1.0."),
        ("base_score", "1", "Use a number above 0.0 and below 1.0."),
        ("lambda", "-1", "Use a number from 0.0."),
        ("lambda", "inf", "Use a number from 0.0."),
        ("grow_policy", "wild", "Use `depthwise` or `lossguide`."),
        ("max_bin", "1", "Use a whole number from 2 to 65536."),
    ])
    func `parameters, and says which would do`(name: String, value: String, advice: String) {
        let error = #expect(throws: TrainingError.self) {
            try attempt(Recipe(rounds: 3, seed: 1, parameters: [.init(name, value)]))
        }
        #expect(error?.description.contains(advice) == true, "\(String(describing: error))")
    }

    @Test func `recipes that contradict themselves or know another engine`() {
        #expect(throws: TrainingError.sameParameter("eta", "learning_rate")) {
            try attempt(recipe.with(.init("learning_rate", "0.1")))
        }
        #expect(throws: TrainingError.sameParameter("eta", "eta")) {
            try attempt(recipe.with(.init("eta", "0.1")))
        }
        for rounds in [0, -1, 100_001] {
            #expect(throws: TrainingError.rounds(rounds)) {
                try attempt(Recipe(rounds: rounds, seed: 1))
            }
        }
        #expect(throws: TrainingError.unknownEngine("lightgbm")) {
            try attempt(Recipe(engine: "lightgbm", rounds: 1, seed: 1))
        }
    }

    @Test func `a constant column, a table of one column and a negative seed are no reason`() throws
    {
        var table = good
        for row in 0 ..< 300 { table.rows[row * 4] = 3 }
        #expect(try train(table, by: recipe, isCancelled: { false }).artifact.count > 100)
        let narrow = TrainingTable(
            columns: ["one"],
            rows: stride(from: 0, to: 1_200, by: 4).map { good.rows[$0] },
            labels: good.labels,
            times: good.times
        )
        let negative = Recipe(rounds: 2, seed: -5)
        #expect(try train(narrow, by: negative, isCancelled: { false }).artifact.count > 100)
    }

    @Test func `artifacts that libxgboost cannot read, in its words`() throws {
        #expect(throws: TrainingError.badArtifact("it is no JSON object")) {
            try libraryMargins(artifact: Array("binf".utf8), rows: [1], columnCount: 1)
        }
        let error = #expect(throws: TrainingError.self) {
            try libraryMargins(artifact: Array("{\"a\":1}".utf8), rows: [1], columnCount: 1)
        }
        #expect(error?.description.hasPrefix("libxgboost failed at reading the model: ") == true)
        #expect(error?.description.contains("\n") == false)
    }

    private func attempt(_ recipe: Recipe) throws {
        _ = try train(good, by: recipe, isCancelled: { false })
    }

    private func refuses(
        _ reason: TrainingError,
        at place: SourceLocation = #_sourceLocation,
        _ change: (inout TrainingTable) -> Void
    ) {
        var table = good
        change(&table)
        #expect(throws: reason, sourceLocation: place) {
            try train(table, by: recipe, isCancelled: { false })
        }
    }
}
