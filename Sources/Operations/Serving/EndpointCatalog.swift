public import Bytes
public import Events
internal import Projections
public import Store

/// Every declared endpoint, as the facts of `tributary.endpoints` make it.
public struct EndpointCatalog: Catalog {
    public typealias Event = EndpointEvent
    public typealias View = CatalogView<Self>
    /// An endpoint that is declared.
    public typealias Entry = Declared<DefinitionText<EndpointDefinition>>

    public static let name = "endpoints"
    public static let family = Family("endpoints")
    public static let generation = Digest(of: Array("endpoints".utf8))
    public let foldVersion: Int64 = 3

    /// By name; a deleted endpoint has none.
    public static let definitions = Table<String, Entry>(
        "definitions",
        number: 16,
        keeps: .everyVersion
    )

    public init() {}

    public func fold(
        _ fact: EndpointEvent.OneOf_Fact,
        _ moment: Moment,
        _ changes: inout Changes
    ) {
        let name = moment.subject
        changes[Self.definitions, name] =
            switch fact {
            case .declared(let declared):
                Declared(
                    DefinitionText(name, declared.definition, generation: declared.generation),
                    moment
                )
            case .deleted: nil
            }
    }
}

extension CatalogView<EndpointCatalog> {
    public func endpoint(_ name: String) throws(StoreError) -> EndpointCatalog.Entry? {
        try tables.get(EndpointCatalog.definitions, name, asOf: asOf)
    }

    /// Every endpoint, by name.
    public func endpoints() throws(StoreError) -> [EndpointCatalog.Entry] {
        try tables.all(EndpointCatalog.definitions, asOf: asOf).map(\.row)
    }
}
