/// The mean of −ln p over the chances p that were given to what then happened.
///
/// A chance is kept 2^−52 away from 0 and 1, as scikit-learn does for doubles: one wrong certainty
/// then costs 36, not infinity. The rows are added in their order.
public func logLoss(probabilities: [Double], labels: [Bool]) -> Double {
    precondition(
        !probabilities.isEmpty && probabilities.count == labels.count,
        "There is a row, and each chance has its label."
    )
    let margin = Double.ulpOfOne
    var sum = 0.0
    for (probability, label) in zip(probabilities, labels) {
        precondition((0 ... 1).contains(probability), "A chance lies between 0 and 1.")
        let chance = min(max(probability, margin), 1 - margin)
        sum -= Elementary.log(label ? chance : 1 - chance)
    }
    return sum / Double(labels.count)
}

enum LogLoss: Measuring {
    static let name = "log_loss"
    static let synonyms = ["logloss"]

    static func value(_ predictions: [Double], _ labels: [Bool]) -> Double? {
        logLoss(probabilities: predictions, labels: labels)
    }
}

extension Metric {
    public static let logLoss = Metric(LogLoss.self)
}
