internal import Documents
internal import JSON

/// Where something stands in a file, both counted from 1.
struct Place: Hashable, Comparable, Sendable {
    var line: Int
    var column: Int

    static func < (one: Place, other: Place) -> Bool {
        (one.line, one.column) < (other.line, other.column)
    }
}

/// A value of a document with its place. Scalars are the text that was written: `NO` and `12:30`
/// stay as they are.
struct Element: Sendable {
    let place: Place
    let content: Content

    enum Content: Sendable {
        case scalar(String)
        case mapping([Entry])
        case sequence([Element])
    }

    /// A key and its value.
    struct Entry: Sendable {
        let key: String
        let place: Place
        let value: Element
    }

    func entry(_ key: String) -> Entry? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key.utf8.elementsEqual(key.utf8) }
    }

    /// The place of the value that a path of keys and indices leads to, or of the last value on the
    /// way.
    func place(of path: [String]) -> Place {
        var element = self
        for step in path {
            guard let next = element.child(step) else { break }
            element = next
        }
        return element.place
    }

    /// The place of the last key of a path; that of its value where it is no key.
    func place(ofKey path: [String]) -> Place {
        guard let key = path.last else { return place }
        var element = self
        for step in path.dropLast() {
            guard let next = element.child(step) else { return element.place }
            element = next
        }
        return element.entry(key)?.place ?? place(of: path)
    }

    private func child(_ step: String) -> Element? {
        switch content {
        case .scalar: return nil
        case .mapping: return entry(step)?.value
        case .sequence(let elements):
            guard let index = Int(step), elements.indices.contains(index) else { return nil }
            return elements[index]
        }
    }

    /// The value without places. Every scalar is the text that was written.
    var json: JSONValue {
        switch content {
        case .scalar(let text): .string(text)
        case .mapping(let entries): .object(entries.map { ($0.key, $0.value.json) })
        case .sequence(let elements): .array(elements.map(\.json))
        }
    }
}

extension Element.Content {
    var phrase: String {
        switch self {
        case .scalar(let text): text.isEmpty ? "nothing" : "`\(text.excerpt)`"
        case .mapping: "a mapping"
        case .sequence: "a list"
        }
    }
}
