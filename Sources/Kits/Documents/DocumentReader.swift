internal import JSON

/// Reads one mapping by the table of its keys. Problems of all of them are collected.
public struct DocumentReader {
    private let element: DocumentElement
    private let rules: [DocumentRule]

    /// `title` says in errors what the mapping is, such as "`spec`". Nil where it is no mapping.
    public init?(_ element: DocumentElement, keys rules: [DocumentRule], of title: String) {
        guard case .object(let members) = element.json else {
            element.report("\(title) is \(element.json.phrase), not a mapping.")
            return nil
        }
        self.element = element
        self.rules = rules
        let names = rules.map(\.name)
        for (key, json) in members where !names.contains(key) {
            let suggestion = Spelling.suggestion(for: key, among: names)
            let help = suggestion.isEmpty ? " There are: \(names.list)." : suggestion
            DocumentElement(json, key: key, path: element.path + [key], element.findings)
                .reportKey("`\(key.excerpt)` is no key of \(title).\(help)")
        }
    }

    /// The value of a key; nil where it is absent or not what the key takes, and then that is said.
    public func value<Value>(_ key: DocumentKey<Value>) -> Value? {
        entry(key.rule).flatMap(key.read)
    }

    /// Says that nothing is to be said of a key: what the rules find there only follows from something else.
    public func doubt(_ rule: DocumentRule) {
        element.findings.doubt(element.path + [rule.name])
    }

    /// The element under a key. It is said where it is required and absent.
    public func entry(_ rule: DocumentRule) -> DocumentElement? {
        if let json = element.json[rule.name] {
            return DocumentElement(
                json,
                key: rule.name,
                path: element.path + [rule.name],
                element.findings
            )
        }
        if rule.isRequired { reportMissing(rule) }
        return nil
    }

    /// Says that a key is missing: at the mapping, because that is where it belongs.
    public func reportMissing(_ rule: DocumentRule) {
        element.findings.add(
            DocumentProblem(element.path, "`\(rule.name)` is missing (\(rule.about))."),
            doubting: element.path + [rule.name]
        )
    }

    public func has(_ rule: DocumentRule) -> Bool { element.json[rule.name] != nil }
}
