internal import Bytes
internal import Documents
internal import Records

/// Reads the `spec` of a Stream. What cannot be read is said once and is replaced by something
/// harmless, so that the rules about the rest can still be checked.
struct StreamSpec {
    /// Nil where there was something to say.
    let definition: StreamDefinition?

    init(_ head: StreamHead, _ findings: Findings) {
        let mapping = MappingReader(
            head.spec,
            rules: StreamKeys.all,
            of: "`spec`",
            head.subject,
            findings
        )
        let (key, time) = (mapping.value(StreamKeys.key), mapping.value(StreamKeys.time))
        let entries = mapping.required("fields")
        let fields = FieldList(entries, head.subject, findings)
        let draft = StreamDefinition(
            name: head.name ?? "unnamed",
            description: head.description,
            owner: head.owner,
            topic: mapping.value(StreamKeys.topic),
            partitions: mapping.value(StreamKeys.partitions) ?? 1,
            retention: mapping.value(StreamKeys.retention) ?? StreamDefinition.defaultRetention,
            format: mapping.value(StreamKeys.format) ?? .json,
            key: key ?? "",
            time: time ?? "",
            identity: mapping.value(StreamKeys.identity),
            lateness: mapping.value(StreamKeys.lateness) ?? .seconds(0),
            idle: mapping.value(StreamKeys.idle),
            notBefore: mapping.value(StreamKeys.notBefore),
            notAfter: mapping.value(StreamKeys.notAfter),
            fields: fields.read
        )
        for problem in draft.problems
        where !fields.explains(problem, in: draft, hasKey: key != nil, hasTime: time != nil) {
            findings.add(head.subject + problem.message, at: head.root.place(of: problem.path))
        }
        definition = findings.count == head.findingsBefore ? draft : nil
    }
}

/// The fields of a Stream, as far as they could be read.
private struct FieldList {
    private(set) var read: [StreamDefinition.Field] = []
    private var unreadable: Set<String> = []
    private let isMissing: Bool

    init(_ entry: Element.Entry?, _ subject: String, _ findings: Findings) {
        guard let entry, case .mapping(let entries) = entry.value.content else {
            isMissing = true
            if let entry {
                findings.add(
                    "\(subject)`fields` is \(entry.value.content.phrase), not names with types.",
                    at: entry.value.place
                )
            }
            return
        }
        isMissing = false
        for entry in entries {
            if let field = Self.field(entry, subject, findings) {
                read.append(field)
            } else {
                unreadable.insert(entry.key)
            }
        }
    }

    /// Whether a problem only follows from what was said already.
    func explains(
        _ problem: StreamDefinition.Problem,
        in draft: StreamDefinition,
        hasKey: Bool,
        hasTime: Bool
    ) -> Bool {
        switch problem.path {
        case ["spec", "key"]: isMissing || !hasKey || unreadable.contains(draft.key)
        case ["spec", "time"]: isMissing || !hasTime || unreadable.contains(draft.time)
        case ["spec", "identity"]: isMissing || unreadable.contains(draft.identity ?? "")
        case ["spec", "fields"]: isMissing || read.isEmpty && !unreadable.isEmpty
        default: false
        }
    }

    private static func field(
        _ entry: Element.Entry,
        _ subject: String,
        _ findings: Findings
    ) -> StreamDefinition.Field? {
        switch entry.value.content {
        case .scalar(let text): return field(entry.key, text, entry.value.place, subject, findings)
        case .sequence:
            findings.add(
                "\(subject)the field `\(entry.key.excerpt)` is a list, not a type.",
                at: entry.value.place
            )
            return nil
        case .mapping:
            let title = "the field `\(entry.key.excerpt)`"
            let mapping = MappingReader(
                entry.value,
                rules: FieldKeys.all,
                of: title,
                subject,
                findings
            )
            guard let text = mapping.value(FieldKeys.type) else { return nil }
            let place = entry.value.place(of: ["type"])
            var field = field(entry.key, text, place, subject, findings)
            if let list = entry.value.entry("oneOf") {
                field?.oneOf = texts(list, subject, findings)
            }
            return field
        }
    }

    private static func field(
        _ name: String,
        _ type: String,
        _ place: Place,
        _ subject: String,
        _ findings: Findings
    ) -> StreamDefinition.Field? {
        if let field = StreamDefinition.Field(name, shorthand: type) { return field }
        let word = type.hasSuffix("?") ? String(type.dropLast()) : type
        let suggestion =
            word.isEmpty ? "" : findings.suggestion(for: word, among: FieldKeys.typeNames)
        let found =
            type.isEmpty ? "`\(name.excerpt)` has no type." : "`\(type.excerpt)` is no type."
        findings.add("\(subject)\(found) There are \(FieldKeys.typeList).\(suggestion)", at: place)
        return nil
    }

    private static func texts(
        _ entry: Element.Entry,
        _ subject: String,
        _ findings: Findings
    ) -> [String] {
        guard case .sequence(let elements) = entry.value.content, !elements.isEmpty else {
            findings.add(
                "\(subject)`oneOf` is \(entry.value.content.phrase), not a list of texts.",
                at: entry.value.place
            )
            return []
        }
        return elements.compactMap { element in
            if case .scalar(let text) = element.content { return text }
            findings.add(
                "\(subject)`oneOf` has \(element.content.phrase) in it, not a text.",
                at: element.place
            )
            return nil
        }
    }
}
