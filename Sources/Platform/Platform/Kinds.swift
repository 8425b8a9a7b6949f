public import Documents
public import Engine
public import Events
internal import Projections

/// The kinds of resources that there are: those of the platform, and those that wings bring.
public struct Kinds: Sendable {
    /// In the order in which messages list them.
    public let all: [any DeclaredKind.Type]
    /// Those that wings bring.
    public let joined: [any DeclaredKind.Type]

    static let own: [any DeclaredKind.Type] = [
        StreamKind.self, FeatureViewKind.self, DatasetKind.self, ModelKind.self, EndpointKind.self,
    ]

    /// There is one of a name: which of two was meant would depend on who came first.
    init(_ joined: [any DeclaredKind.Type] = []) {
        self.joined = joined
        all = Self.own + joined
        let words = all.map { $0.word }
        precondition(Set(words).count == words.count, "There is one kind of a name: \(words).")
    }

    subscript(name: String) -> (any DeclaredKind.Type)? { all.first { $0.kind == name } }

    /// What each is defined by, for whoever reads files.
    public var definitions: [any ResourceDefinition.Type] { all.map { $0.definitionType } }
}

/// A wing that brings kinds of resources.
public protocol KindWing: Wing {
    var kinds: [any DeclaredKind.Type] { get }
}

extension KindWing {
    /// The catalogs of its kinds.
    public var ledgers: [Folding] { kinds.map { ($0.catalog, 1) } }
    /// What their topics hold.
    public var events: [any PlatformEvent.Type] { kinds.map { $0.eventType } }
}

extension DeclaredKind {
    static var definitionType: any ResourceDefinition.Type { Definition.self }
    static var catalog: any Projection { Source() }
    static var eventType: any PlatformEvent.Type { Source.Event.self }
}

extension Platform {
    /// What every kind is defined by, for whoever reads files.
    public var definitions: [any ResourceDefinition.Type] { kinds.definitions }
}
