internal import Statistics

/// A model that grows on one table.
struct Fit: ~Copyable {
    private let booster: Booster
    private let matrix: Matrix
    private let labels: [Bool]

    init(_ table: TrainingTable, settings: [Recipe.Parameter]) throws(TrainingError) {
        let matrix = try Matrix(
            rows: table.rows,
            columnCount: table.columns.count,
            labels: table.labels
        )
        let booster = try Booster(for: matrix)
        for setting in settings { try booster.set(setting) }
        try booster.name(features: table.columns)
        self.matrix = matrix
        self.booster = booster
        self.labels = table.labels
    }

    borrowing func grow(round: Int) throws(TrainingError) {
        try booster.grow(round: round, on: matrix)
    }

    /// On the rows it grows on.
    borrowing func logLoss() throws(TrainingError) -> Double {
        Statistics.logLoss(probabilities: try booster.probabilities(of: matrix), labels: labels)
    }

    borrowing func probabilities(of matrix: borrowing Matrix) throws(TrainingError) -> [Double] {
        try booster.probabilities(of: matrix)
    }

    borrowing func artifact() throws(TrainingError) -> [UInt8] { try booster.artifact() }
}
