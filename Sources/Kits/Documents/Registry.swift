public import JSON
internal import Synchronization

/// Something that there are several of, chosen by name.
public protocol Named: Sendable {
    var name: String { get }
    /// What others call it, in small letters: it is meant where one of these is written.
    var synonyms: [String] { get }
}

extension Named {
    public var synonyms: [String] { [] }
}

/// Those there are of something, in the order in which messages list them. What comes from outside is added once, before
/// anything that names it is read.
public final class Registry<Entry: Named>: Sendable {
    /// `metric`
    public let noun: String
    private let entries: Mutex<[Entry]>

    public init(_ noun: String, _ entries: [Entry]) {
        self.noun = noun
        self.entries = Mutex([])
        for entry in entries { add(entry) }
    }

    public var all: [Entry] { entries.withLock { $0 } }
    public var names: [String] { all.map(\.name) }
    public subscript(name: String) -> Entry? { all.first { $0.name == name } }

    /// There is one of a name: which of two was meant would depend on who came first.
    public func add(_ entry: Entry) {
        entries.withLock { entries in
            precondition(
                !entries.contains { $0.name == entry.name },
                "There is one \(noun) `\(entry.name)`."
            )
            entries.append(entry)
        }
    }

    /// Says that there is none of a name, and which was probably meant.
    /// `near`: A word of another kind that may be meant as well.
    public func fault(of word: String, near other: String? = nil) -> String {
        let all = all
        var synonyms: [String: String] = [:]
        if let other, let meant = Spelling.nearest(to: word, among: [other]) {
            synonyms[word.lowercased()] = meant
        } else {
            for entry in all { for synonym in entry.synonyms { synonyms[synonym] = entry.name } }
        }
        return Spelling.fault(word, is: noun, among: all.map(\.name), synonyms: synonyms)
    }
}

extension Registry {
    public var schema: JSONValue { ["enum": .array(names.map { .string($0) })] }

    /// The one that an element names; what is wrong is said.
    public func entry(_ element: DocumentElement) -> Entry? {
        guard let word = element.json.scalarText, !word.isEmpty else {
            let names = names
            element.refuse(takes: names.count == 1 ? "`\(names[0])`" : "one of \(names.list)")
            return nil
        }
        if let entry = self[word] { return entry }
        element.report(fault(of: word))
        return nil
    }
}
