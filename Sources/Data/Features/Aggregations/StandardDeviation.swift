internal import Records

/// The sample standard deviation, in two passes: the mean, then the squares around it. Nothing of fewer than two values.
enum StandardDeviation: Aggregating {
    static let name = "stddev"
    static let synonyms = ["std", "sd"]

    static func value(of rows: WindowValues) -> FieldValue {
        let (sum, count) = rows.sum()
        guard count > 1 else { return .null }
        let mean = sum / Double(count)
        var squares = 0.0
        rows.eachNumber { number in
            let distance = number - mean
            squares += distance * distance
        }
        return FieldValue(finite: (squares / Double(count - 1)).squareRoot())
    }
}

extension Aggregation {
    public static let stddev = Aggregation(StandardDeviation.self)
}
