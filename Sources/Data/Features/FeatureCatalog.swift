public import Bytes
internal import Documents
public import Events
internal import Projections
internal import Records
public import Store

/// Every declared feature view, as the facts of `tributary.features` make it.
public struct FeatureCatalog: Catalog {
    public typealias Event = FeatureEvent
    public typealias View = CatalogView<Self>
    /// A view that is declared.
    public typealias Entry = Declared<Declaration>

    public static let name = "feature views"
    public static let family = Family("featureviews")
    public static let generation = Digest(of: Array("feature views".utf8))
    public let foldVersion: Int64 = 3

    /// By name; a deleted view has none.
    public static let definitions = Table<String, Entry>(
        "definitions",
        number: 16,
        keeps: .everyVersion
    )
    /// Every declaration there ever was, by generation in hex: what a model was trained with stays readable.
    static let declarations = Table<String, Declaration>("declarations", number: 17, keeps: .newest)
    /// The first declaration of each generation, where a later one has another text: one of the two can be read.
    static let originals = Table<String, Declaration>("originals", number: 18, keeps: .newest)

    public init() {}

    /// A definition with the stream it reads.
    public struct Declaration: DeclaredContent {
        public var definition: DefinitionText<FeatureViewDefinition>
        /// As canonical JSON; empty for a view of requests.
        public var stream: String
        public var generation: Digest { definition.generation }

        public init(_ definition: DefinitionText<FeatureViewDefinition>, stream: String) {
            self.definition = definition
            self.stream = stream
        }

        public func write(to writer: inout ByteWriter) {
            definition.write(to: &writer)
            stream.write(to: &writer)
        }

        public init(from reader: inout ByteReader) throws(ByteError) {
            definition = try DefinitionText(from: &reader)
            stream = try String(from: &reader)
        }
    }

    public func fold(
        _ fact: FeatureEvent.OneOf_Fact,
        _ moment: Moment,
        _ changes: inout Changes
    ) {
        let name = moment.subject
        switch fact {
        case .declared(let declared):
            let content = Declaration(
                DefinitionText(name, declared.definition, generation: declared.generation),
                stream: declared.stream
            )
            let generation = content.generation.hex
            if let former = changes[Self.declarations, generation], former != content,
                changes[Self.originals, generation] == nil
            {
                changes[Self.originals, generation] = former
            }
            changes[Self.declarations, generation] = content
            changes[Self.definitions, name] = .declaring(
                content,
                after: changes[Self.definitions, name],
                moment
            )
        case .switched(let switched):
            guard
                let entry = changes[Self.definitions, name]?.switched(to: switched.generation)
            else { return }
            changes[Self.definitions, name] = entry
        case .deleted: changes[Self.definitions, name] = nil
        }
    }
}

extension CatalogView<FeatureCatalog> {
    public func view(_ name: String) throws(StoreError) -> FeatureCatalog.Entry? {
        try tables.get(FeatureCatalog.definitions, name, asOf: asOf)
    }

    /// What a generation was declared as last, or first where this release does not take that.
    public func declaration(
        of generation: Digest
    ) throws(StoreError) -> FeatureCatalog.Declaration? {
        let newest = try tables.get(FeatureCatalog.declarations, generation.hex)
        if newest?.view != nil { return newest }
        return try tables.get(FeatureCatalog.originals, generation.hex) ?? newest
    }

    /// Every view, by name.
    public func views() throws(StoreError) -> [(name: String, entry: FeatureCatalog.Entry)] {
        try tables.all(FeatureCatalog.definitions, asOf: asOf).map { ($0.key, $0.row) }
    }
}

extension FeatureCatalog.Declaration {
    /// The view, made ready over its stream, as this release reads both.
    public func read() throws(UnreadableDefinition) -> FeatureView {
        let definition = try definition.read()
        do throws(DocumentProblems) {
            let stream = stream.isEmpty ? nil : try StreamDefinition(canonical: stream)
            do throws(FeatureViewProblems) {
                return try FeatureView(definition, over: stream, generation: generation)
            } catch {
                throw DocumentProblems(error.list.map { DocumentProblem($0.path, $0.message) })
            }
        } catch {
            throw UnreadableDefinition(
                kind: FeatureViewDefinition.kind,
                name: definition.name,
                error
            )
        }
    }

    /// Nil where this release refuses it or cannot read it.
    public var view: FeatureView? {
        do throws(UnreadableDefinition) { return try read() } catch { return nil }
    }

    /// Why this release does not use it; nil where it does.
    public var fault: UnreadableDefinition? {
        do throws(UnreadableDefinition) {
            _ = try read()
            return nil
        } catch {
            return error
        }
    }
}
