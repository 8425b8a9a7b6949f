/// The area under the receiver's operating curve: how likely a random yes scores above a random no,
/// where a tie counts one half (Mann and Whitney 1947, with middle ranks). Nil where all labels are
/// alike.
///
/// Ranks are summed as whole numbers, so the order of the rows changes nothing.
public func auc(scores: [Double], labels: [Bool]) -> Double? {
    precondition(scores.count == labels.count, "Each score has its label.")
    precondition(!scores.contains { $0.isNaN }, "A score that is not a number has no rank.")
    let positives = labels.count { $0 }
    let negatives = labels.count - positives
    guard positives > 0, negatives > 0 else { return nil }

    let order = scores.indices.sorted { scores[$0] < scores[$1] }
    var doubledRanks = 0
    var start = 0
    while start < order.count {
        var end = start
        var positivesHere = 0
        while end < order.count, scores[order[end]] == scores[order[start]] {
            if labels[order[end]] { positivesHere += 1 }
            end += 1
        }
        // The ranks from start + 1 to end have the middle (start + 1 + end) / 2.
        doubledRanks += positivesHere * (start + 1 + end)
        start = end
    }
    let doubledWins = doubledRanks - positives * (positives + 1)
    return Double(doubledWins) / 2 / (Double(positives) * Double(negatives))
}

enum RankArea: Measuring {
    static let name = "auc"
    static let synonyms = ["roc_auc"]

    static func value(_ predictions: [Double], _ labels: [Bool]) -> Double? {
        auc(scores: predictions, labels: labels)
    }
}

extension Metric {
    public static let auc = Metric(RankArea.self)
}
