/// The word that was probably meant: the one with the fewest changed, added or dropped letters, if
/// these are few.
func nearest(to word: String, among words: [String]) -> String? {
    let distances = words.map { (word: $0, distance: distance(Array(word.utf8), Array($0.utf8))) }
    guard let best = distances.min(by: { $0.distance < $1.distance }),
        best.distance <= max(2, word.utf8.count / 3)
    else { return nil }
    return best.word
}

/// How many letters differ (Levenshtein 1966).
private func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    guard !one.isEmpty, !other.isEmpty else { return max(one.count, other.count) }
    var row = Array(0 ... other.count)
    for (line, letter) in one.enumerated() {
        var diagonal = row[0]
        row[0] = line + 1
        for column in other.indices {
            let substituted = diagonal + (letter == other[column] ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(substituted, diagonal + 1, row[column] + 1)
        }
    }
    return row[other.count]
}
