internal import Documents
internal import Yams

/// The text of a file, cut into its documents, so that a fault in one hides nothing in the others.
struct YAMLText {
    /// A larger file is refused unread.
    static let maximumByteCount = 1 << 20
    /// Of more documents none is read.
    static let maximumDocumentCount = 10_000

    private let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    /// Its documents, in their order.
    func documents(_ findings: Findings) -> [YAMLDocument] {
        guard bytes.count <= Self.maximumByteCount else {
            findings.add(
                "the file has \(bytes.count) bytes; at most \(Self.maximumByteCount) are read.",
                at: Place(line: 1, column: 1)
            )
            return []
        }
        let documents = documents
        guard documents.count <= Self.maximumDocumentCount else {
            findings.add(
                "the file has more than \(Self.maximumDocumentCount) documents, which is the most that are read.",
                at: Place(line: 1, column: 1)
            )
            return []
        }
        return documents.map { YAMLDocument($0.text, firstLine: $0.firstLine) }
    }

    /// A line that begins with `---` and a space or its end begins a document, wherever it stands (YAML 1.2, 9.1.4), and
    /// one that begins with `...` ends it. What stands before a document belongs to it: comments, directives such as
    /// `%YAML 1.2`, and a byte-order mark (5.2, 6.8), which is left out.
    private var documents: [(text: String, firstLine: Int)] {
        var documents: [(text: String, firstLine: Int)] = []
        var (text, firstLine, line, index): ([UInt8], Int, Int, Int) = ([], 1, 1, 0)
        var hasBegun = false
        func cut() {
            documents.append((String(decoding: text, as: UTF8.self), firstLine))
            (text, firstLine, hasBegun) = ([], line, false)
        }
        while index < bytes.count, documents.count <= Self.maximumDocumentCount {
            if !hasBegun, bytes[index...].starts(with: Self.byteOrderMark) {
                index += Self.byteOrderMark.count
            }
            let end = bytes[index...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
            let next = bytes[index ..< end]
            let isBeginning = Self.isMarker("---", next)
            if isBeginning, hasBegun { cut() }
            (index, line) = (end, line + 1)
            if Self.isMarker("...", next) {
                // An end says no more than the end of the text does.
                cut()
                continue
            }
            if !isBeginning, !hasBegun, Self.isBeforeDocument(next) {
                // The parser stumbles over a tab in a line that is empty otherwise.
                text += next.contains { $0 > 0x20 } ? next : [0x0A]
            } else {
                text += next
                hasBegun = true
            }
        }
        cut()
        return documents
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private static func isMarker(_ marker: String, _ line: ArraySlice<UInt8>) -> Bool {
        guard line.starts(with: marker.utf8) else { return false }
        return line.dropFirst(3).first.map { [0x20, 0x09, 0x0A, 0x0D].contains($0) } ?? true
    }

    /// Whether a line is empty, a comment or a directive.
    private static func isBeforeDocument(_ line: ArraySlice<UInt8>) -> Bool {
        if line.first == UInt8(ascii: "%") { return true }
        let first = line.first { $0 != 0x20 && $0 != 0x09 }
        return first.map { [0x0A, 0x0D, UInt8(ascii: "#")].contains($0) } ?? true
    }
}

/// One document's text: read by Yams, and made into elements with all that we do not use refused.
struct YAMLDocument {
    private let text: String
    private let firstLine: Int

    init(_ text: String, firstLine: Int) {
        self.text = text
        self.firstLine = firstLine
    }

    /// Its root. An empty document has none.
    func roots(_ findings: Findings) -> [Element] {
        // Yams writes out an alias wherever it stands, and compares keys with all that is in them:
        // a few lines of aliases in keys would keep it busy for years.
        if let place = AliasScan(text).place {
            findings.add(Self.noAnchors, at: shifted(place))
            return []
        }
        do {
            let parser = try Parser(yaml: text, resolver: .basic)
            // Anchors are held weakly by the nodes that have them.
            return try withExtendedLifetime(parser) {
                var roots: [Element] = []
                while let node = try parser.nextRoot() {
                    let root = element(node, findings)
                    if !root.isEmpty { roots.append(root) }
                }
                return roots
            }
        } catch {
            let (message, place) = explain(error)
            findings.add(message, at: shifted(place))
            return []
        }
    }

    private static let noAnchors =
        "anchors and aliases (`&name`, `*name`) are not used here. Write the value out."

    /// Of keys Yams has looked at the tags already, and with that given each plain one the tag of
    /// text.
    private func element(_ node: Node, _ findings: Findings, isKey: Bool = false) -> Element {
        let place = place(of: node.mark)
        if node.anchor != nil { findings.add(Self.noAnchors, at: place) }
        let content: Element.Content
        let hasTag: Bool
        switch node {
        case .scalar(let scalar):
            // Yams gives every quoted scalar the tag of text.
            hasTag =
                scalar.tag != .implicit
                && (scalar.style == .plain && !isKey || scalar.tag != Tag(.str))
            content = .scalar(scalar.string)
        case .sequence(let sequence):
            hasTag = sequence.tag != .implicit
            content = .sequence(sequence.map { element($0, findings) })
        case .mapping(let mapping):
            hasTag = mapping.tag != .implicit
            content = .mapping(entries(of: mapping, findings))
        case .alias:
            findings.add(Self.noAnchors, at: place)
            return Element(place: place, content: .scalar(""))
        }
        if hasTag { findings.add("tags (`!name`) are not used here.", at: place) }
        return Element(place: place, content: content)
    }

    private func entries(of mapping: Node.Mapping, _ findings: Findings) -> [Element.Entry] {
        var entries: [Element.Entry] = []
        var words: Set<[UInt8]> = []
        for (key, value) in mapping {
            let keyPlace = place(of: key.mark)
            guard case .scalar(let word) = element(key, findings, isKey: true).content else {
                findings.add("a key is a word, nothing larger.", at: keyPlace)
                continue
            }
            if !words.insert(Array(word.utf8)).inserted {
                findings.add("`\(word.excerpt)` stands in one mapping twice.", at: keyPlace)
            }
            entries.append(
                Element.Entry(key: word, place: keyPlace, value: element(value, findings))
            )
        }
        return entries
    }

    private func explain(_ error: any Error) -> (String, Place) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return ("it is not YAML: \(problem).", Place(line: mark.line, column: mark.column))
        case .duplicatedKeysInMapping(let keys, let context):
            let list = keys.map { "`\($0.excerpt)`" }.joined(separator: ", ")
            return (
                "\(list) \(keys.count == 1 ? "stands" : "stand") in one mapping twice.",
                Place(line: context.mark.line, column: context.mark.column)
            )
        case .reader(let problem, let offset, _, _):
            let before = text.utf8.prefix(offset ?? 0)
            let column = before.reversed().prefix { $0 != 0x0A }.count + 1
            return (
                "it is not YAML: \(problem).",
                Place(line: before.count { $0 == 0x0A } + 1, column: column)
            )
        default: return ("it is not YAML.", Place(line: 1, column: 1))
        }
    }

    private func place(of mark: Mark?) -> Place {
        shifted(Place(line: mark?.line ?? 1, column: mark?.column ?? 1))
    }

    private func shifted(_ place: Place) -> Place {
        Place(line: max(place.line, 1) + firstLine - 1, column: max(place.column, 1))
    }
}

extension Element {
    fileprivate var isEmpty: Bool {
        if case .scalar(let text) = content { text.isEmpty } else { false }
    }
}
