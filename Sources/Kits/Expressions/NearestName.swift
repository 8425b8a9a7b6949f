internal import Documents

/// Finds what somebody meant who wrote something close to it.
enum NearestName {
    /// ` Did you mean …?` with a space before it, or else the list of what there is.
    static func hint(for word: String, among known: [String], called kind: String) -> String {
        let suggestion = Spelling.suggestion(for: word, among: known)
        guard suggestion.isEmpty else { return suggestion }
        if known.isEmpty { return " There are no \(kind)." }
        let shown = known.prefix(20).joined(separator: ", ")
        return " The \(kind) are: \(shown)\(known.count > 20 ? ", …" : "")."
    }
}
