import Bytes
import Documents
import JSON

/// A resource with a key of every sort.
struct Thing: ResourceDefinition {
    static let kind = "Thing"
    static var schema: JSONValue { schema(spec: Keys.all) }

    var name: String
    var description: String
    var owner: String
    var count: Int64
    var isOn: Bool
    var span: TimeSpan
    var at: Instant?
    var size: Size?
    var tags: [String]
    var sizes: [String]

    enum Size: String, CaseIterable { case small, large }

    var problems: [DocumentProblem] {
        var problems = nameProblems
        if count == 3 { problems.append(DocumentProblem(["spec", "count"], "it is not 3.")) }
        if tags.isEmpty { problems.append(DocumentProblem(["spec", "tags"], "there is no tag.")) }
        return problems
    }

    var json: JSONValue {
        var spec: [(String, JSONValue)] = [
            ("count", .integer(count)), ("isOn", .bool(isOn)), ("span", .string(span.description)),
        ]
        if let at { spec.append(("at", .string(at.rfc3339))) }
        if let size { spec.append(("size", .string(size.rawValue))) }
        spec.append(("tags", .array(tags.map(JSONValue.string))))
        spec.append(("sizes", .object(sizes.map { ($0, "small") })))
        return resource(spec: spec)
    }

    init(json: JSONValue) throws(DocumentProblems) {
        self = try Self.read(json, spec: Keys.all) { head, spec in Self(head, spec) }
    }

    private init(_ head: ResourceHead, _ spec: DocumentReader) {
        name = head.name
        description = head.description
        owner = head.owner
        count = spec.value(Keys.count) ?? 1
        isOn = spec.value(Keys.isOn) ?? false
        span = spec.value(Keys.span) ?? .day
        at = spec.value(Keys.at)
        size = spec.value(Keys.size)
        tags = spec.value(Keys.tags) ?? []
        sizes = spec.value(Keys.sizes) ?? []
    }

    private enum Keys {
        static let count = DocumentKey.integer("count", "how many", isRequired: true, in: 1 ... 9)
        static let isOn = DocumentKey.bool("isOn", "whether it is on")
        static let span = DocumentKey.span("span", "how long")
        static let at = DocumentKey.instant("at", "when")
        static let size = DocumentKey<Size>.choice(
            "size",
            "how large",
            "size",
            synonyms: ["big": "large"]
        )
        static let tags = DocumentKey<[String]>("tags", "its tags", schema: ["type": "array"]) {
            $0.list(takes: "a list of texts")?.compactMap { element in
                element.scalar(takes: "texts") { $0.isBlank ? nil : $0 }
            }
        }
        static let sizes = DocumentKey<[String]>("sizes", "sizes by name", schema: [:]) { element in
            element.members(takes: "names with sizes")?.compactMap { element in
                element.choice(of: Size.self, "size").map { _ in element.key }
            }
        }

        static let all = [
            count.rule, isOn.rule, span.rule, at.rule, size.rule, tags.rule, sizes.rule,
        ]
    }
}
