internal import Bytes
internal import Documents
internal import JSON

/// The keys under `spec` of a Dataset.
enum DatasetKeys {
    static let rows = DocumentKey.text(
        "rows",
        "the stream whose records are the rows",
        isRequired: true,
        takes: "the name of a Stream"
    )
    static let id = DocumentKey.text(
        "id",
        "the field of that stream that names the row",
        isRequired: true,
        takes: "the name of a field"
    )
    static let features = DocumentKey<[String]>(
        "features",
        "what is known of each row: views, or single features of views",
        isRequired: true,
        schema: DocumentSchema.list(of: ["type": "string", "pattern": .string(Names.pattern)])
    ) { element in
        let elements = element.list(takes: "a list of VIEW or VIEW.FEATURE") ?? []
        var features: [String] = []
        for element in elements {
            let text = element.scalar(takes: "VIEW or VIEW.FEATURE") {
                DatasetDefinition.isFeature($0) ? $0 : nil
            }
            guard let text else { continue }
            if features.contains(text) {
                element.report("`\(text)` stands in `features` twice.")
            } else {
                features.append(text)
            }
        }
        return features
    }
    static let label = DocumentKey<DatasetDefinition.Label>(
        "label",
        "what a row is to teach",
        schema: DocumentSchema.mapping(LabelKeys.all)
    ) { element in
        guard let label = DocumentReader(element, keys: LabelKeys.all, of: "`label`") else {
            return nil
        }
        return DatasetDefinition.Label(
            stream: label.value(LabelKeys.stream) ?? "",
            match: label.value(LabelKeys.match) ?? "",
            value: label.value(LabelKeys.value) ?? "",
            within: label.value(LabelKeys.within) ?? .day
        )
    }
    static let filter = DocumentKey.text(
        "where",
        "which rows are taken; all where it is left out",
        takes: "an expression over `label` and the fields of the stream"
    )

    static let all = [rows.rule, id.rule, features.rule, label.rule, filter.rule]
}

/// The keys of a dataset's label.
private enum LabelKeys {
    static let stream = DocumentKey.text(
        "stream",
        "the stream whose records tell how it ended",
        isRequired: true,
        takes: "the name of a Stream"
    )
    static let match = DocumentKey.text(
        "match",
        "the field, of the same name in both streams, that joins the outcome to the row",
        isRequired: true,
        takes: "the name of a field"
    )
    static let value = DocumentKey.text(
        "value",
        "the field of the outcome that is the label",
        isRequired: true,
        takes: "the name of a field"
    )
    static let within = DocumentKey.span(
        "within",
        "an outcome later than this counts as none",
        isRequired: true
    )

    static let all = [stream.rule, match.rule, value.rule, within.rule]
}
