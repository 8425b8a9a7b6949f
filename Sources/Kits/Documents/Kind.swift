public import JSON

/// A kind of resource: what its definitions refer to, and whether they fit that. The order in which resources are
/// applied, and what uses what, follow from the references.
public protocol Kind: Sendable {
    associatedtype Definition: ResourceDefinition

    /// The kinds of what its definitions refer to.
    static var refersTo: [String] { get }
    /// What must be declared for it, before or along with it. `neighbours`: All there would be then.
    static func references(of definition: Definition, among neighbours: Neighbours) -> [Reference]
    /// What does not fit. What is said of something that is not there is left out.
    static func faults(of definition: Definition, among neighbours: Neighbours) -> [DocumentProblem]
}

extension Kind {
    public static var refersTo: [String] { [] }

    public static func references(
        of definition: Definition,
        among neighbours: Neighbours
    ) -> [Reference] { [] }

    public static func faults(
        of definition: Definition,
        among neighbours: Neighbours
    ) -> [DocumentProblem] { [] }
}

/// That a definition names another resource.
public struct Reference: Sendable, Hashable {
    /// `Stream`
    public var kind: String
    public var name: String
    /// The keys that lead to the name.
    public var path: [String]

    public init(_ kind: String, _ name: String, at path: [String]) {
        self.kind = kind
        self.name = name
        self.path = path
    }

    /// `Stream flights.arrived`
    public var subject: String { "\(kind) \(name)" }
}

/// Definitions that stand beside each other, by kind and name.
public struct Neighbours: Sendable {
    private enum Neighbour: Sendable {
        case definition(any ResourceDefinition)
        /// This release does not take it.
        case unreadable
    }

    private var neighbours: [String: [String: Neighbour]] = [:]

    public init() {}

    public mutating func add(_ definition: any ResourceDefinition) {
        neighbours[type(of: definition).kind, default: [:]][definition.name] =
            .definition(definition)
    }

    /// One that this release does not take.
    public mutating func add(unreadable name: String, of kind: String) {
        neighbours[kind, default: [:]][name] = .unreadable
    }

    /// Nil where there is none of the name, or none that this release takes.
    public subscript<Definition: ResourceDefinition>(
        _ type: Definition.Type,
        _ name: String
    ) -> Definition? {
        guard case .definition(let found)? = neighbours[Definition.kind]?[name] else { return nil }
        return found as? Definition
    }

    public func has(_ kind: String, _ name: String) -> Bool { neighbours[kind]?[name] != nil }

    /// In ascending order.
    public func names(of kind: String) -> [String] { neighbours[kind]?.keys.sorted() ?? [] }

    /// All that can be read, by kind and name.
    public var all: [any ResourceDefinition] {
        sorted.compactMap {
            if case .definition(let definition) = $0.neighbour { definition } else { nil }
        }
    }

    private var sorted: [(subject: String, neighbour: Neighbour)] {
        neighbours.sorted { $0.key < $1.key }.flatMap { kind, named in
            named.sorted { $0.key < $1.key }.map { ("\(kind) \($0.key)", $0.value) }
        }
    }

    /// Why a reference leads nowhere; nil where it leads to something that can be read.
    public func fault(of reference: Reference) -> DocumentProblem? {
        switch neighbours[reference.kind]?[reference.name] {
        case .definition?: return nil
        case .unreadable?:
            return DocumentProblem(
                reference.path,
                "this release does not take what \(reference.subject) was declared as."
            )
        case nil:
            let names = names(of: reference.kind)
            let suggestion = Spelling.suggestion(for: reference.name, among: names)
            return DocumentProblem(
                reference.path,
                "there is no \(reference.kind) `\(reference.name)`.\(suggestion)"
            )
        }
    }
}

extension JSONValue {
    /// Whether a text in it is a name, or begins with it as `NAME.FEATURE` and `NAME@STAGE` do. Of a definition that cannot
    /// be read that is all there is to go by.
    public func mayName(_ name: String) -> Bool {
        switch self {
        case .string(let text):
            text == name || text.hasPrefix("\(name).") || text.hasPrefix("\(name)@")
        case .array(let elements): elements.contains { $0.mayName(name) }
        case .object(let members): members.contains { $0.1.mayName(name) }
        default: false
        }
    }
}
