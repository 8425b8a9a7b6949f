/// Finds what somebody meant who wrote something close to it.
public enum Spelling {
    /// ` Did you mean …?` with a space before it, or nothing.
    public static func suggestion(for word: String, among known: [String]) -> String {
        nearest(to: word, among: known).map { " Did you mean `\($0)`?" } ?? ""
    }

    /// The known word with the least edits, at most a third of the longer word's length; the first
    /// of equals.
    public static func nearest(to word: String, among known: [String]) -> String? {
        let word = Array(word.lowercased().utf8.prefix(256))
        var best: (word: String, distance: Int)?
        for candidate in known {
            let other = Array(candidate.lowercased().utf8.prefix(256))
            let limit = max(1, max(word.count, other.count) / 3)
            guard abs(word.count - other.count) <= limit else { continue }
            let distance = distance(from: word, to: other)
            // Words with nothing in common are no misspellings, however short.
            guard distance < max(word.count, other.count) else { continue }
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
    static func distance(from one: [UInt8], to other: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0 ... other.count)
        for i in one.indices {
            var row = [i + 1]
            for j in other.indices {
                var least = min(last[j + 1] + 1, row[j] + 1, last[j] + (one[i] == other[j] ? 0 : 1))
                if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] {
                    least = min(least, beforeLast[j - 1] + 1)
                }
                row.append(least)
            }
            (beforeLast, last) = (last, row)
        }
        return last[other.count]
    }
}
