/// Finds what somebody meant who wrote something close to it.
enum NearestName {
    /// ` Did you mean …?` with a space before it, or else the list of what there is.
    static func hint(for word: String, among known: [String], called kind: String) -> String {
        if let nearest = nearest(to: word, among: known) { return " Did you mean `\(nearest)`?" }
        if known.isEmpty { return " There are no \(kind)." }
        let shown = known.prefix(20).joined(separator: ", ")
        return " The \(kind) are: \(shown)\(known.count > 20 ? ", …" : "")."
    }

    /// The name with the least edits, at most a third of the longer one's length; the first of equals.
    private static func nearest(to word: String, among known: [String]) -> String? {
        let word = Array(word.lowercased().utf8.prefix(64))
        var best: (name: String, distance: Int)?
        for name in known {
            let other = Array(name.lowercased().utf8.prefix(64))
            let longer = max(word.count, other.count)
            let distance = distance(from: word, to: other)
            guard distance <= max(1, longer / 3), distance < longer else { continue }
            if distance < best?.distance ?? .max { best = (name, distance) }
        }
        return best?.name
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
    private static func distance(from one: [UInt8], to other: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0 ... other.count)
        for i in one.indices {
            var row = [i + 1]
            for j in other.indices {
                let kept = last[j] + (one[i] == other[j] ? 0 : 1)
                var least = min(kept, last[j + 1] + 1, row[j] + 1)
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
