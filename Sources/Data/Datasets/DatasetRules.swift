public import Bytes
public import Documents
internal import JSON

extension DatasetDefinition {
    public var problems: [DocumentProblem] {
        var problems = nameProblems
        func report(_ path: [String], _ message: String?) {
            if let message { problems.append(DocumentProblem(["spec"] + path, message)) }
        }
        report(["rows"], Names.fault(of: rows))
        report(["id"], Names.fault(ofColumn: id, of: "a field"))
        if features.isEmpty { report(["features"], "a dataset has at least one feature.") }
        var seen: Set<String> = []
        for (index, feature) in features.enumerated() {
            let path = ["features", String(index)]
            if !Self.isFeature(feature) {
                report(path, "`\(feature.excerpt)` is neither VIEW nor VIEW.FEATURE.")
            }
            if !seen.insert(feature).inserted {
                report(path, "`\(feature.excerpt)` stands in `features` twice.")
            }
        }
        if let label {
            report(["label", "stream"], Names.fault(of: label.stream))
            report(["label", "match"], Names.fault(ofColumn: label.match, of: "a field"))
            report(["label", "value"], Names.fault(ofColumn: label.value, of: "a field"))
            if label.within.microseconds <= 0 {
                report(["label", "within"], "`within` is longer than none.")
            }
        }
        if let filter, filter.isBlank { report(["where"], "`where` is an expression.") }
        return problems
    }

    /// `VIEW` or `VIEW.FEATURE`. Names of views may have dots, so only who knows the views can tell
    /// which of the two it is.
    static func isFeature(_ text: String) -> Bool {
        Names.fault(of: text) == nil && text.utf8.first != UInt8(ascii: ".")
            && text.utf8.last != UInt8(ascii: ".")
    }

    /// Of all that decides which rows there are and what stands in them. Words for people are not
    /// in it.
    public var generation: Digest {
        let decisive: JSONValue = [
            "generation": "Dataset 1", "name": .string(name), "spec": .object(spec),
        ]
        return Digest(of: Array(decisive.canonicalText.utf8))
    }
}
