internal import Evaluators
internal import Statistics

extension LogisticModel {
    /// The mean loss has ridge/2 · |weights|² added to it, which keeps weights finite where a column
    /// separates the labels.
    private static let ridge = 1e-4
    private static let maximumSteps = 50
    /// The steps end where no slope of the loss is above this.
    private static let flatness = 1e-10

    /// Newton's method from zero, each sum in the order of the rows.
    init(fitting table: TrainingTable, isCancelled: () -> Bool) throws(TrainingError) {
        var model = LogisticModel(terms: Self.scales(of: table), intercept: 0)
        let rows = model.standardised(table.rows)
        let count = model.terms.count
        var weights = [Double](repeating: 0, count: count + 1)
        var loss = Self.loss(weights, rows, table.labels)
        for _ in 0 ..< Self.maximumSteps {
            guard !isCancelled() else { throw .cancelled }
            let curve = LossCurve(at: weights, rows: rows, labels: table.labels, ridge: Self.ridge)
            guard curve.slopes.contains(where: { abs($0) > Self.flatness }),
                let step = solve(curve.curvature, curve.slopes)
            else { break }
            // A full step may overshoot far from the minimum.
            var share = 1.0
            var next = weights
            var nextLoss = Double.infinity
            while share > 1e-6 {
                next = zip(weights, step).map { $0 - share * $1 }
                nextLoss = Self.loss(next, rows, table.labels)
                if nextLoss < loss { break }
                share /= 2
            }
            guard nextLoss < loss else { break }
            (weights, loss) = (next, nextLoss)
        }
        model.intercept = weights[count]
        for index in 0 ..< count { model.terms[index].weight = weights[index] }
        self = model
    }

    private static func scales(of table: TrainingTable) -> [Term] {
        let width = table.columns.count
        return table.columns.enumerated().map { column, name in
            let values = stride(from: column, to: table.rows.count, by: width)
                .map { Double(table.rows[$0]) }.filter { !$0.isNaN }
            let count = Double(max(values.count, 1))
            let mean = values.reduce(0, +) / count
            let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count)
                .squareRoot()
            // What rounding leaves of a column of one value is no deviation.
            let isConstant = deviation <= abs(mean) * 1e-12
            return Term(column: name, mean: mean, scale: isConstant ? 1 : deviation, weight: 0)
        }
    }

    private func standardised(_ rows: [Float]) -> [Double] {
        var standardised = [Double](repeating: 0, count: rows.count)
        for (index, value) in rows.enumerated() where !value.isNaN {
            let term = terms[index % terms.count]
            standardised[index] = (Double(value) - term.mean) / term.scale
        }
        return standardised
    }

    private static func loss(_ weights: [Double], _ rows: [Double], _ labels: [Bool]) -> Double {
        let width = weights.count - 1
        var sum = 0.0
        for (row, label) in labels.enumerated() {
            let margin = LossCurve.margin(weights, rows, start: row * width)
            // ln(1 + e^−m) without overflow, m being towards the label.
            let towards = label ? margin : -margin
            sum += Elementary.log(1 + Elementary.exp(-abs(towards))) + max(-towards, 0)
        }
        let squares = weights.dropLast().reduce(0) { $0 + $1 * $1 }
        return sum / Double(labels.count) + ridge / 2 * squares
    }
}
