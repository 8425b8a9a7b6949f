internal import Bytes
internal import Documents
internal import JSON

extension FeatureViewDefinition.Computed {
    static func list(in element: DocumentElement) -> [Self] {
        let members = element.members(takes: "names with expressions") ?? []
        return members.compactMap { element in
            let text = element.scalar(takes: "an expression over the request") { text in
                text.isBlank ? nil : text
            }
            return text.map { Self(element.key, $0) }
        }
    }
}

extension FeatureViewDefinition.Aggregate {
    static func list(in element: DocumentElement) -> [Self] {
        (element.members(takes: "names with aggregations") ?? []).compactMap(Self.init)
    }

    /// Reads `{mean: arr_delay, over: [3h, 24h]}`.
    private init?(_ element: DocumentElement) {
        let takes = "an aggregation such as {mean: FIELD, over: [3h, 24h]}"
        guard let members = element.members(takes: takes) else { return nil }
        var found: [(aggregation: Aggregation, value: DocumentElement)] = []
        var (windows, isWhole): ([TimeSpan], Bool) = ([], true)
        for member in members {
            if let aggregation = Aggregation.registry[member.key] {
                if let first = found.first {
                    member.reportKey(
                        "`\(element.key.excerpt)` has `\(first.aggregation.name)` already. "
                            + "A feature has one aggregation; write two features."
                    )
                }
                found.append((aggregation, member))
            } else if member.key == AggregateKeys.over.rule.name {
                if let spans = AggregateKeys.over.read(member) {
                    windows = spans.sorted()
                } else {
                    isWhole = false
                }
            } else {
                member.reportKey(AggregateKeys.fault(of: member.key))
                isWhole = false
            }
        }
        guard isWhole || !found.isEmpty else { return nil }
        guard let (aggregation, value) = found.first else {
            let list = Aggregation.registry.names.joined(separator: ", ")
            element.report("`\(element.key.excerpt)` has no aggregation. There are \(list).")
            return nil
        }
        guard let field = AggregateKeys.field(of: aggregation, value) else { return nil }
        self.init(element.key, aggregation, of: field.name, over: windows)
    }
}

/// The keys of one aggregated feature: `over`, and one of the aggregations.
enum AggregateKeys {
    static let over = DocumentKey<[TimeSpan]>(
        "over",
        "the widths of its windows",
        schema: DocumentSchema.list(of: DocumentSchema.span)
    ) { element in
        let elements = element.list(takes: "a list of lengths of time such as [3h, 24h]")
        guard let elements else { return nil }
        if elements.isEmpty { element.report("`over` has no window in it. Leave it out.") }
        var spans: [TimeSpan] = []
        for element in elements {
            let takes = "lengths of time such as `3h` or `7d`, longer than none"
            let span = element.scalar(takes: takes) { text in
                TimeSpan(text).flatMap { $0.microseconds > 0 ? $0 : nil }
            }
            guard let span else { continue }
            if spans.contains(span) {
                element.report("the window \(span) stands in `over` twice.")
            } else {
                spans.append(span)
            }
        }
        return spans
    }

    static var schema: JSONValue {
        DocumentSchema.mapping(
            Aggregation.all.map { aggregation in
                DocumentRule(
                    aggregation.name,
                    aggregation.about,
                    schema: aggregation.takesField ? DocumentSchema.text : ["const": true]
                )
            } + [over.rule]
        )
    }

    /// The aggregations that need no window.
    static var windowless: String {
        Aggregation.all.filter(\.readsNewest).map { "`\($0.name)`" }.joined(separator: " or ")
    }

    /// Says that a key is neither `over` nor an aggregation.
    static func fault(of word: String) -> String {
        Aggregation.registry.fault(of: word, near: over.rule.name)
    }

    /// What is aggregated: nothing but `true` where records are counted. Nil where it cannot be read.
    static func field(of aggregation: Aggregation, _ element: DocumentElement) -> FieldName? {
        guard aggregation.takesField else {
            return element.scalar(takes: "`true`; it counts records, whatever is in them") {
                $0 == "true" ? FieldName(name: nil) : nil
            }
        }
        return element.scalar(takes: "the name of a field") {
            $0.isBlank ? nil : FieldName(name: $0)
        }
    }

    /// The field of an aggregation; none where records are counted.
    struct FieldName {
        let name: String?
    }
}
