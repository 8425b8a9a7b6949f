public import Bytes
internal import Documents
internal import Events
internal import FoundationEssentials
public import Logs
public import Projections
internal import Records
public import Store
internal import SwiftProtobuf

/// Every declared feature view, as the facts of `tributary.features` make it.
public struct FeatureCatalog: Projection {
    public static let family = Family("featureviews")
    /// By name; a deleted view has none.
    public static let definitions = Table<String, Entry>(
        "definitions",
        number: 16,
        keeps: .everyVersion
    )
    /// Every declaration there ever was, by generation in hex: what a model was trained with stays readable.
    static let declarations = Table<String, Declaration>("declarations", number: 17, keeps: .newest)

    public let name = "feature views"
    public let topic = FeatureEvent.topic.name
    public var family: Family { Self.family }
    /// It has no definition but the code itself.
    public let generation = Digest(of: Array("feature views".utf8))
    public let foldVersion: Int64 = 2

    public init() {}

    /// A definition with the stream it reads, both as canonical JSON.
    public struct Declaration: Stored, Hashable {
        public var definition: String
        /// Empty for a view of requests.
        public var stream: String
        public var generation: Digest

        public init(definition: String, stream: String, generation: Digest) {
            self.definition = definition
            self.stream = stream
            self.generation = generation
        }

        public func write(to writer: inout ByteWriter) {
            definition.write(to: &writer)
            stream.write(to: &writer)
            generation.write(to: &writer)
        }

        public init(from reader: inout ByteReader) throws(ByteError) {
            definition = try String(from: &reader)
            stream = try String(from: &reader)
            generation = try Digest(from: &reader)
        }
    }

    /// A view that is declared.
    public struct Entry: Stored, Hashable {
        /// What is served.
        public var served: Declaration
        /// A changed definition that is being built beside it.
        public var next: Declaration?
        /// The number of the fact that made it so.
        public var revision: Int64
        public var declaredAt: Instant
        public var actor: String?

        public func write(to writer: inout ByteWriter) {
            served.write(to: &writer)
            next.write(to: &writer)
            revision.write(to: &writer)
            declaredAt.write(to: &writer)
            actor.write(to: &writer)
        }

        init(
            served: Declaration,
            next: Declaration?,
            revision: Int64,
            declaredAt: Instant,
            actor: String?
        ) {
            self.served = served
            self.next = next
            self.revision = revision
            self.declaredAt = declaredAt
            self.actor = actor
        }

        public init(from reader: inout ByteReader) throws(ByteError) {
            served = try Declaration(from: &reader)
            next = try Declaration?(from: &reader)
            revision = try Int64(from: &reader)
            declaredAt = try Instant(from: &reader)
            actor = try String?(from: &reader)
        }
    }

    public func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) -> Reaction? {
        guard
            let (envelope, event) = try FoldStop.reading({ () throws(EventError) in
                try FeatureEvent.decode(record)
            }),
            let fact = event.fact, let revision = envelope.revision
        else { return nil }
        // A definition that cannot be read, or is not of what it says, is written by no release; it is void before it
        // counts.
        var declared: Declaration?
        if case .declared(let message) = fact {
            declared = Declaration(message)
            guard let view = declared?.view, view.generation == declared?.generation,
                view.definition.name.utf8.elementsEqual(envelope.subject.utf8)
            else { return nil }
        }
        guard
            Arbiter.admits(
                id: envelope.id,
                subject: envelope.subject,
                revision: revision,
                request: envelope.requestDigest,
                time: envelope.time,
                at: record.offset,
                in: &changes
            )
        else { return nil }
        switch fact {
        case .declared:
            guard let declared else { return nil }
            changes[Self.declarations, declared.generation.hex] = declared
            let served = changes[Self.definitions, envelope.subject]?.served
            // Rows of another generation are built first, while those of the former one go on being served.
            let isBuilt = served == nil || served?.generation == declared.generation
            changes[Self.definitions, envelope.subject] = Entry(
                served: isBuilt ? declared : served ?? declared,
                next: isBuilt ? nil : declared,
                revision: revision,
                declaredAt: envelope.time,
                actor: envelope.actor
            )
        case .switched(let switched):
            guard var entry = changes[Self.definitions, envelope.subject], let next = entry.next,
                next.generation.bytes.elementsEqual(switched.generation)
            else { return nil }
            entry.served = next
            entry.next = nil
            changes[Self.definitions, envelope.subject] = entry
        case .deleted: changes[Self.definitions, envelope.subject] = nil
        }
        return nil
    }

    /// The catalog at one moment.
    public struct View: Sendable {
        public let tables: TableReader
        /// The last offset whose fact is seen; nil: everything.
        public let asOf: Offset?

        public init(_ reader: any StoreReader, asOf: Offset? = nil) {
            let catalog = FeatureCatalog()
            self.tables = TableReader(reader, family: catalog.family, shelf: catalog.shelf(of: 0))
            self.asOf = asOf
        }

        public func view(_ name: String) throws(StoreError) -> Entry? {
            try tables.get(FeatureCatalog.definitions, name, asOf: asOf)
        }

        /// What a generation was declared as.
        public func declaration(of generation: Digest) throws(StoreError) -> Declaration? {
            try tables.get(FeatureCatalog.declarations, generation.hex)
        }

        /// Every view, by name.
        public func views() throws(StoreError) -> [(name: String, entry: Entry)] {
            try tables.all(FeatureCatalog.definitions, asOf: asOf).map { ($0.key, $0.row) }
        }
    }
}

extension FeatureCatalog.Declaration {
    /// Nil where the texts are no definition that keeps the rules: no release writes such a one.
    public var view: FeatureView? {
        guard let definition = FeatureViewDefinition(text: definition) else { return nil }
        do throws(FeatureViewProblems) {
            return try FeatureView(
                definition,
                over: stream.isEmpty ? nil : StreamDefinition(text: stream)
            )
        } catch {
            return nil
        }
    }

    init?(_ declared: FeatureEvent.Declared) {
        guard let generation = Digest(bytes: declared.generation) else { return nil }
        self.init(
            definition: declared.definition,
            stream: declared.stream,
            generation: generation
        )
    }
}
