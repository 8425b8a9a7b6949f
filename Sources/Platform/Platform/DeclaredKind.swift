public import Documents
internal import Events
internal import Logs
internal import Store

/// A kind of resource with the catalog that its declarations are folded into: all that declaring, listing, showing and
/// deleting one takes.
protocol DeclaredKind: Kind {
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
}

extension DeclaredKind {
    static func check(_ definition: Definition, _ now: Declaring) throws {}
    static func note(_ definition: Definition, after former: Definition) -> String? { nil }
    static func versions(with name: String, in reader: any StoreReader) throws -> [String] { [] }
    static func notes(
        _ definition: Definition,
        isNew: Bool,
        among neighbours: Neighbours,
        _ now: Declaring
    ) throws -> [String] { [] }
}

/// What a declaration is decided on.
struct Declaring {
    var reader: any StoreReader
    /// How many partitions each topic of the log has.
    var topics: [String: Int32]
    /// How many records are in the topics of streams that are new, where those are there already.
    var held: [String: Int64] = [:]
}

extension DeclaredKind {
    static var kind: String { Definition.kind }

    static func entry(
        _ name: String,
        in reader: any StoreReader,
        asOf offset: Offset? = nil
    ) throws(StoreError) -> Declared<Content>? {
        try CatalogView<Source>(reader, asOf: offset).tables.get(declarations, name, asOf: offset)
    }

    /// All that are declared, by name.
    static func entries(
        in reader: any StoreReader
    ) throws(StoreError) -> [(name: String, entry: Declared<Content>)] {
        try CatalogView<Source>(reader).tables.all(declarations).map { ($0.key, $0.row) }
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

extension Platform {
    /// Every kind that there is.
    static let kinds: [any DeclaredKind.Type] = [
        StreamKind.self, FeatureViewKind.self, DatasetKind.self, ModelKind.self, EndpointKind.self,
    ]

    static func kind(_ name: String) -> (any DeclaredKind.Type)? {
        kinds.first { $0.kind == name }
    }

    /// What every kind is defined by, for whoever reads files.
    public static let definitions: [any ResourceDefinition.Type] = kinds.map { $0.definitionType }
}

extension DeclaredKind {
    fileprivate static var definitionType: any ResourceDefinition.Type { Definition.self }
}
