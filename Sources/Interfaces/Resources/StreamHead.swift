/// What a Stream has as every resource has it.
struct StreamHead {
    let root: Element
    let kind: String
    let name: String?
    let description: String
    let owner: String
    /// The mapping under `spec`.
    let spec: Element
    /// What errors begin with: `Stream flights.arrived: `.
    let subject: String
    /// How many errors the file had before this document.
    let findingsBefore: Int

    /// Nil where there is no `spec` to read.
    init?(_ root: Element, kind: String, _ findings: Findings) {
        self.root = root
        self.kind = kind
        findingsBefore = findings.count
        let known = root.name
        subject = known.map { "\(kind) \($0): " } ?? "\(kind): "
        let mapping = MappingReader(root, rules: HeadKeys.all, of: "a resource", subject, findings)
        name = mapping.value(HeadKeys.name)
        description = mapping.value(HeadKeys.description) ?? ""
        owner = mapping.value(HeadKeys.owner) ?? ""
        guard let entry = mapping.required("spec") else { return nil }
        guard case .mapping = entry.value.content else {
            findings.add(
                "\(subject)`spec` is \(entry.value.content.phrase), not a mapping.",
                at: entry.value.place
            )
            return nil
        }
        spec = entry.value
    }
}
