internal import Statistics

/// Slope and curvature of the penalised mean loss at some weights; the last weight is the intercept,
/// which has no penalty.
struct LossCurve {
    private(set) var slopes: [Double]
    /// Row by row, the lower triangle only.
    private(set) var curvature: [Double]

    init(at weights: [Double], rows: [Double], labels: [Bool], ridge: Double) {
        let width = weights.count - 1
        let size = weights.count
        var slopes = [Double](repeating: 0, count: size)
        var curvature = [Double](repeating: 0, count: size * size)
        var values = [Double](repeating: 1, count: size)
        for (row, label) in labels.enumerated() {
            let chance = 1 / (1 + Elementary.exp(-Self.margin(weights, rows, start: row * width)))
            let error = chance - (label ? 1 : 0)
            let certainty = chance * (1 - chance)
            for column in 0 ..< width { values[column] = rows[row * width + column] }
            for one in 0 ..< size {
                slopes[one] += error * values[one]
                let scaled = certainty * values[one]
                for other in 0 ... one { curvature[one * size + other] += scaled * values[other] }
            }
        }
        let count = Double(labels.count)
        for one in 0 ..< size {
            let penalty = one < width ? ridge : 0
            slopes[one] = slopes[one] / count + penalty * weights[one]
            for other in 0 ... one { curvature[one * size + other] /= count }
            curvature[one * size + one] += penalty
        }
        self.slopes = slopes
        self.curvature = curvature
    }

    static func margin(_ weights: [Double], _ rows: [Double], start: Int) -> Double {
        let width = weights.count - 1
        var margin = weights[width]
        for column in 0 ..< width { margin += weights[column] * rows[start + column] }
        return margin
    }
}

/// x with A·x = b by Cholesky's method, for a symmetric A of which the lower triangle is read; nil
/// where A is not positive definite.
func solve(_ matrix: [Double], _ right: [Double]) -> [Double]? {
    let size = right.count
    var factor = matrix
    for row in 0 ..< size {
        for column in 0 ... row {
            var sum = factor[row * size + column]
            for index in 0 ..< column {
                sum -= factor[row * size + index] * factor[column * size + index]
            }
            if column < row {
                factor[row * size + column] = sum / factor[column * size + column]
            } else {
                guard sum > 0 else { return nil }
                factor[row * size + row] = sum.squareRoot()
            }
        }
    }
    var solution = right
    for row in 0 ..< size {
        for index in 0 ..< row { solution[row] -= factor[row * size + index] * solution[index] }
        solution[row] /= factor[row * size + row]
    }
    for row in (0 ..< size).reversed() {
        for index in row + 1 ..< size {
            solution[row] -= factor[index * size + row] * solution[index]
        }
        solution[row] /= factor[row * size + row]
    }
    return solution
}
