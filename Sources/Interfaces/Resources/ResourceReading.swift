public import Documents

/// Reads every document of every file, and collects whatever is wrong, in the order of the files
/// and lines. Where there is one error, nothing is to be applied, and after `mostErrors` no more are looked for.
/// `kinds`: What a document may declare.
public func readResources(
    _ files: [SourceFile],
    of kinds: [any ResourceDefinition.Type]
) -> (resources: [ReadResource], errors: [ResourceError]) {
    readResources(files, of: kinds, goesOn: {})
}

/// The same. `goesOn` throws where the reading is to end; it is asked before each document.
public func readResources(
    _ files: [SourceFile],
    of kinds: [any ResourceDefinition.Type],
    goesOn: () throws -> Void
) rethrows -> (resources: [ReadResource], errors: [ResourceError]) {
    var reading = ResourceReading(of: kinds)
    for file in files where reading.errors.count < mostErrors {
        try reading.read(file, goesOn: goesOn)
    }
    return (reading.resources, reading.errors)
}

/// Whoever has so many has seen enough.
private let mostErrors = 100

/// The resources and errors found so far, and where each name was first declared.
private struct ResourceReading {
    let kinds: [any ResourceDefinition.Type]
    var resources: [ReadResource] = []
    var errors: [ResourceError] = []
    private var declared: [String: String] = [:]

    init(of kinds: [any ResourceDefinition.Type]) { self.kinds = kinds }

    mutating func read(_ file: SourceFile, goesOn: () throws -> Void) rethrows {
        let findings = Findings(file: file.name)
        for document in YAMLText(file.text).documents(findings) {
            try goesOn()
            for root in document.roots(findings) { read(root, of: file, findings) }
            if findings.count >= mostErrors { break }
        }
        errors += findings.sorted
    }

    private mutating func read(_ root: Element, of file: SourceFile, _ findings: Findings) {
        guard case .mapping = root.content else {
            findings.add(
                "a resource has the keys kind, name, description, owner, spec, but here is \(root.content.phrase).",
                at: root.place
            )
            return
        }
        guard let kind = kind(of: root, findings) else { return }
        let findingsBefore = findings.count
        noteDeclaration(of: kind.kind, root, in: file, findings)
        guard let definition = definition(kind, root, findings), findings.count == findingsBefore
        else { return }
        resources.append(ReadResource(definition, in: file.name, root))
    }

    /// Nil where there was something to say.
    private func definition<Definition: ResourceDefinition>(
        _ type: Definition.Type,
        _ root: Element,
        _ findings: Findings
    ) -> (any ResourceDefinition)? {
        do throws(DocumentProblems) {
            return try Definition(json: root.json)
        } catch {
            let subject = root.name.map { "\(Definition.kind) \($0): " } ?? "\(Definition.kind): "
            for problem in error.list {
                findings.add(subject + problem.message, at: root.place(of: problem))
            }
            return nil
        }
    }

    /// The kind decides which keys there may be, so nothing else is said of a document without a
    /// good one.
    private func kind(
        of root: Element,
        _ findings: Findings
    ) -> (any ResourceDefinition.Type)? {
        let names = kinds.map { $0.kind }
        let list = names.joined(separator: ", ")
        guard let entry = root.entry("kind") else {
            findings.add("`kind` is missing. There are: \(list).", at: root.place)
            return nil
        }
        guard case .scalar(let kind) = entry.value.content, !kind.isEmpty else {
            findings.add(
                "`kind` is \(entry.value.content.phrase). It takes the name of a kind.",
                at: entry.value.place
            )
            return nil
        }
        if let known = kinds.first(where: { $0.kind == kind }) { return known }
        if Self.later.contains(kind) {
            findings.add(
                "the kind `\(kind)` is not in this release. There are: \(list).",
                at: entry.value.place
            )
        } else {
            let suggestion = findings.suggestion(
                for: kind,
                among: names + Self.later
            )
            findings.add(
                "`\(kind.excerpt)` is no kind. There are: \(list).\(suggestion)",
                at: entry.value.place
            )
        }
        return nil
    }

    /// Kinds of the design that a later release knows.
    private static let later = ["Monitor", "Pipeline"]

    private mutating func noteDeclaration(
        of kind: String,
        _ root: Element,
        in file: SourceFile,
        _ findings: Findings
    ) {
        guard let name = root.name else { return }
        let subject = "\(kind) \(name)"
        let place = root.place(of: ["name"])
        if let first = declared[subject] {
            findings.add("\(subject): it is declared already, at \(first).", at: place)
        } else {
            declared[subject] = "\(file.name):\(place.line):\(place.column)"
        }
    }
}

extension Element {
    /// The name that a resource gives itself, good or not.
    var name: String? {
        guard case .scalar(let text) = entry("name")?.value.content, !text.isEmpty else {
            return nil
        }
        return text
    }
}
