internal import Documents

/// Where something stands in a file, both counted from 1.
struct Place: Hashable, Comparable {
    var line: Int
    var column: Int

    static func < (one: Place, other: Place) -> Bool {
        (one.line, one.column) < (other.line, other.column)
    }
}

/// A value of a document with its place. Scalars are the text that was written: `NO` and `12:30`
/// stay as they are.
struct Element {
    let place: Place
    let content: Content

    enum Content {
        case scalar(String)
        case mapping([Entry])
        case sequence([Element])
    }

    /// A key and its value.
    struct Entry {
        let key: String
        let place: Place
        let value: Element
    }

    func entry(_ key: String) -> Entry? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key.utf8.elementsEqual(key.utf8) }
    }

    /// The place of the value that a path of keys leads to, or of the last value on the way.
    func place(of path: [String]) -> Place {
        guard let key = path.first, let entry = entry(key) else { return place }
        return path.count == 1 ? entry.value.place : entry.value.place(of: Array(path.dropFirst()))
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
