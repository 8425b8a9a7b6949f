/// How far the mean of the predicted chances lies from the share of yes that was observed.
public func calibrationGap(probabilities: [Double], labels: [Bool]) -> Double {
    precondition(
        !probabilities.isEmpty && probabilities.count == labels.count,
        "There is a row, and each chance has its label."
    )
    let predicted = probabilities.reduce(0, +) / Double(labels.count)
    let observed = Double(labels.count { $0 }) / Double(labels.count)
    return abs(predicted - observed)
}

enum Calibration: Measuring {
    static let name = "calibration_gap"
    static let synonyms = ["calibration"]

    static func value(_ predictions: [Double], _ labels: [Bool]) -> Double? {
        calibrationGap(probabilities: predictions, labels: labels)
    }
}

extension Metric {
    public static let calibrationGap = Metric(Calibration.self)
}
