public import Documents
public import JSON

extension StreamDefinition.Field {
    /// Reads names with their types, such as `carrier: string?`, in a document. What cannot be read
    /// is said and left out.
    public static func list(in element: DocumentElement) -> [Self]? {
        element.members(takes: "names with types such as `distance: int32`")?.compactMap(Self.init)
    }

    /// The schema of what `list` reads.
    public static let listSchema = DocumentSchema.members(
        of: ["anyOf": [type.rule.schema, DocumentSchema.mapping([type.rule, oneOf.rule])]]
    )

    private init?(_ element: DocumentElement) {
        if element.json.array != nil {
            element.report("the field `\(element.key.excerpt)` is a list, not a type.")
            return nil
        }
        guard element.json.object != nil else {
            guard let text = element.json.scalarText, !text.isEmpty else {
                element.report("`\(element.key.excerpt)` has no type. There are \(Self.types).")
                return nil
            }
            self.init(element.key, text, element)
            return
        }
        let title = "the field `\(element.key.excerpt)`"
        guard
            let keys = DocumentReader(element, keys: [Self.type.rule, Self.oneOf.rule], of: title)
        else { return nil }
        let texts = keys.value(Self.oneOf) ?? []
        guard let type = keys.value(Self.type), let place = keys.entry(Self.type.rule) else {
            return nil
        }
        self.init(element.key, type, place)
        oneOf = texts
    }

    private init?(_ name: String, _ type: String, _ place: DocumentElement) {
        guard let field = Self(name, shorthand: type) else {
            let word = type.hasSuffix("?") ? String(type.dropLast()) : type
            let suggestion = Spelling.suggestion(for: word, among: Self.typeNames)
            place.report("`\(type.excerpt)` is no type. There are \(Self.types).\(suggestion)")
            return nil
        }
        self = field
    }

    private static let typeNames = FieldType.allCases.map(\.rawValue)
    private static let types = typeNames.joined(separator: ", ")

    private static let type = DocumentKey(
        "type",
        "what the field holds; `?` behind it allows null",
        isRequired: true,
        schema: ["enum": .array((typeNames + typeNames.map { $0 + "?" }).map { .string($0) })]
    ) { $0.scalar(takes: "a type: \(types)") { $0.isEmpty ? nil : $0 } }

    private static let oneOf = DocumentKey(
        "oneOf",
        "the only texts allowed",
        schema: DocumentSchema.list(of: ["type": "string"])
    ) { element -> [String]? in
        guard let elements = element.list(takes: "a list of texts") else { return nil }
        if elements.isEmpty { element.report("`oneOf` has no text in it.") }
        return elements.compactMap { $0.scalar(takes: "texts") { $0 } }
    }
}
