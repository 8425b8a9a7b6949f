internal import JSON

extension DocumentElement {
    /// One of the words of a type. `noun` says what they are; `synonyms` what others call them.
    public func choice<Value>(
        of type: Value.Type = Value.self,
        _ noun: String,
        synonyms: [String: String] = [:]
    ) -> Value? where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
        let known = Value.allCases.map(\.rawValue)
        guard let word = json.scalarText, !word.isEmpty else {
            refuse(takes: known.count == 1 ? "`\(known[0])`" : "one of \(known.list)")
            return nil
        }
        if let value = Value(rawValue: word) { return value }
        report(Spelling.fault(word, is: noun, among: known, synonyms: synonyms))
        return nil
    }
}

extension DocumentKey
where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
    public static func choice(
        _ name: String,
        _ about: String,
        isRequired: Bool = false,
        _ noun: String,
        synonyms: [String: String] = [:]
    ) -> DocumentKey {
        DocumentKey(
            name,
            about,
            isRequired: isRequired,
            schema: ["enum": .array(Value.allCases.map { .string($0.rawValue) })]
        ) { $0.choice(noun, synonyms: synonyms) }
    }
}

extension Spelling {
    /// Says that a word is none of those that there are, and which was probably meant:
    /// `` `avg` is no aggregation. There are count, sum, mean. Did you mean `mean`? ``
    public static func fault(
        _ word: String,
        is noun: String,
        among known: [String],
        synonyms: [String: String] = [:]
    ) -> String {
        let meant =
            synonyms[word.lowercased()].map { " Did you mean `\($0)`?" }
            ?? suggestion(for: word, among: known)
        let verb = known.count == 1 ? "is" : "are"
        return "`\(word.excerpt)` is no \(noun). There \(verb) \(known.list).\(meant)"
    }
}

extension [String] {
    var list: String { joined(separator: ", ") }
}
