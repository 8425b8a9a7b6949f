public import Bytes
public import Documents
public import Events
public import JSON
public import Logs
public import Store

/// A kind of resource with the catalog that its declarations are folded into: all that declaring, listing, showing and
/// deleting one takes.
public protocol DeclaredKind: Kind {
    associatedtype Source: Catalog
    associatedtype Content: DeclaredContent

    static var declarations: Table<String, Declared<Content>> { get }
    /// The text that a declaration has.
    static func text(of content: Content) -> DefinitionText<Definition>
    /// The fact that declares it; nil where it is declared so already. Throws a refusal of its domain.
    static func declare(_ definition: Definition, _ now: Declaring) throws -> Source.Event?
    /// Refuses what would be refused whatever is declared along with it, before anything is.
    static func check(_ definition: Definition, _ now: Declaring) throws
    /// The fact that deletes it.
    static func delete(_ name: String) -> Source.Event
    /// What follows from a change, for whoever applied it.
    static func note(_ definition: Definition, after former: Definition) -> String?
    /// What would be refused later as things stand, or comes unexpected, for whoever applies it.
    static func notes(
        _ definition: Definition,
        isNew: Bool,
        among neighbours: Neighbours,
        _ now: Declaring
    ) throws -> [String]
    /// Versions of models that answer, or may be asked to, and were trained with it.
    static func versions(with name: String, in reader: any StoreReader) throws -> [String]
    /// What stands behind the name in a list; what it refers to, unless something else is said.
    static func columns(of definition: Definition) -> [(String, JSONValue)]
    /// What is known beside its declaration, for whoever describes it. `offset`: As of then; nil: by now.
    static func status(
        of name: String,
        in reader: any StoreReader,
        asOf offset: Offset?
    ) throws -> [(String, JSONValue)]
}

extension DeclaredKind {
    public static func check(_ definition: Definition, _ now: Declaring) throws {}
    public static func note(_ definition: Definition, after former: Definition) -> String? { nil }
    public static func versions(
        with name: String,
        in reader: any StoreReader
    ) throws -> [String] { [] }
    public static func notes(
        _ definition: Definition,
        isNew: Bool,
        among neighbours: Neighbours,
        _ now: Declaring
    ) throws -> [String] { [] }
    public static func columns(of definition: Definition) -> [(String, JSONValue)] {
        references(of: definition, among: Neighbours())
            .map { ($0.path.last ?? $0.kind, .string($0.name)) }
    }
    public static func status(
        of name: String,
        in reader: any StoreReader,
        asOf offset: Offset?
    ) throws -> [(String, JSONValue)] { [] }
}

/// What a declaration is decided on.
public struct Declaring {
    public var reader: any StoreReader
    /// How many partitions each topic of the log has.
    public var topics: [String: Int32]
    /// How many records are in the topics of streams that are new, where those are there already.
    var held: [String: Int64] = [:]
}

extension DeclaredKind {
    public static var kind: String { Definition.kind }
    /// What it is called on the command line: `featureview`.
    public static var word: String { kind.lowercased() }

    public static func entry(
        _ name: String,
        in reader: any StoreReader,
        asOf offset: Offset? = nil
    ) throws(StoreError) -> Declared<Content>? {
        try CatalogView<Source>(reader, asOf: offset).tables.get(declarations, name, asOf: offset)
    }

    /// All that are declared, by name.
    public static func entries(
        in reader: any StoreReader,
        asOf offset: Offset? = nil
    ) throws(StoreError) -> [(name: String, entry: Declared<Content>)] {
        try CatalogView<Source>(reader, asOf: offset).tables.all(declarations, asOf: offset)
            .map { ($0.key, $0.row) }
    }

    /// What is declared counts as it was declared last, as far as this release takes that.
    static func add(to neighbours: inout Neighbours, from reader: any StoreReader) throws {
        for (name, entry) in try entries(in: reader) {
            let newest = text(of: entry.newest)
            if let definition = newest.definition ?? text(of: entry.served).definition {
                neighbours.add(definition)
            } else {
                neighbours.add(unreadable: name, of: kind)
            }
        }
    }

    /// Why something would not fit: what it refers to is not there, or is not as it needs it.
    static func allFaults(
        of definition: any ResourceDefinition,
        among neighbours: Neighbours
    ) -> [DocumentProblem] {
        guard let definition = definition as? Definition else { return [] }
        let missing = references(of: definition, among: neighbours)
            .compactMap { neighbours.fault(of: $0) }
        // What the rules find at such a place only follows.
        return missing
            + faults(of: definition, among: neighbours).filter { fault in
                !missing.contains { fault.path.starts(with: $0.path) }
            }
    }

    static func allReferences(
        of definition: any ResourceDefinition,
        among neighbours: Neighbours
    ) -> [Reference] {
        (definition as? Definition).map { references(of: $0, among: neighbours) } ?? []
    }
}
