/// Reads every document of every file, and collects whatever is wrong, in the order of the files
/// and lines. Where there is one error, nothing is to be applied.
public func readResources(_ files: [SourceFile]) -> (resources: [Resource], errors: [ResourceError])
{
    var reading = ResourceReading()
    for file in files { reading.read(file) }
    return (reading.resources, reading.errors)
}

/// The resources and errors found so far, and where each name was first declared.
private struct ResourceReading {
    var resources: [Resource] = []
    var errors: [ResourceError] = []
    private var declared: [String: String] = [:]

    mutating func read(_ file: SourceFile) {
        let findings = Findings(file: file.name)
        for root in YAMLText(file.text).roots(findings) { read(root, of: file, findings) }
        errors += findings.sorted
    }

    private mutating func read(_ root: Element, of file: SourceFile, _ findings: Findings) {
        guard case .mapping = root.content else {
            findings.add(
                "a resource has the keys \(HeadKeys.list), but here is \(root.content.phrase).",
                at: root.place
            )
            return
        }
        guard let kind = kind(of: root, findings) else { return }
        guard let head = ResourceHead(root, kind: kind, findings) else { return }
        noteDeclaration(of: head, in: file, findings)
        if let definition = StreamSpec(head, findings).definition {
            resources.append(.stream(definition))
        }
    }

    /// The kind decides which keys there may be, so nothing else is said of a document without a
    /// good one.
    private func kind(of root: Element, _ findings: Findings) -> String? {
        guard let entry = root.entry("kind") else {
            let list = ResourceKind.known.joined(separator: ", ")
            findings.add("`kind` is missing. There is: \(list).", at: root.place)
            return nil
        }
        guard let kind = HeadKeys.kind.read(entry, "", findings) else { return nil }
        if ResourceKind.known.contains(kind) { return kind }
        let list = ResourceKind.known.joined(separator: ", ")
        if ResourceKind.later.contains(kind) {
            findings.add(
                "the kind `\(kind)` is not in this release. There is: \(list).",
                at: entry.value.place
            )
        } else {
            let suggestion = findings.suggestion(
                for: kind,
                among: ResourceKind.known + ResourceKind.later
            )
            findings.add(
                "`\(kind)` is no kind. There is: \(list).\(suggestion)",
                at: entry.value.place
            )
        }
        return nil
    }

    private mutating func noteDeclaration(
        of head: ResourceHead,
        in file: SourceFile,
        _ findings: Findings
    ) {
        guard let name = head.name else { return }
        let subject = "\(head.kind) \(name)"
        let place = head.root.place(of: ["name"])
        if let first = declared[subject] {
            findings.add("\(subject): it is declared already, at \(first).", at: place)
        } else {
            declared[subject] = "\(file.name):\(place.line):\(place.column)"
        }
    }
}

/// What every resource has, whatever its kind.
struct ResourceHead {
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
        let known = root.entry("name").flatMap { entry in
            if case .scalar(let text) = entry.value.content, !text.isEmpty { text } else { nil }
        }
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
