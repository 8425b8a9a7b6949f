public import Bytes
internal import Documents
internal import Events
internal import FoundationEssentials
public import Logs
public import Projections
public import Store
internal import SwiftProtobuf

/// Every declared endpoint, as the facts of `tributary.endpoints` make it.
public struct EndpointCatalog: Projection {
    public static let family = Family("endpoints")
    /// By name; a deleted endpoint has none.
    public static let definitions = Table<String, Entry>(
        "definitions",
        number: 16,
        keeps: .everyVersion
    )

    public let name = "endpoints"
    public let topic = EndpointEvent.topic.name
    public var family: Family { Self.family }
    /// It has no definition but the code itself.
    public let generation = Digest(of: Array("endpoints".utf8))
    public let foldVersion: Int64 = 2

    public init() {}

    /// An endpoint that is declared.
    public struct Entry: Stored, Hashable {
        /// As canonical JSON.
        public var text: String
        public var generation: Digest
        /// The number of the fact that made it so.
        public var revision: Int64
        public var declaredAt: Instant
        public var actor: String?

        /// Nil for a text of a later release.
        public var definition: EndpointDefinition? {
            do { return try EndpointDefinition(canonical: text) } catch { return nil }
        }

        init(
            text: String,
            generation: Digest,
            revision: Int64,
            declaredAt: Instant,
            actor: String?
        ) {
            self.text = text
            self.generation = generation
            self.revision = revision
            self.declaredAt = declaredAt
            self.actor = actor
        }

        public func write(to writer: inout ByteWriter) {
            text.write(to: &writer)
            generation.write(to: &writer)
            revision.write(to: &writer)
            declaredAt.write(to: &writer)
            actor.write(to: &writer)
        }

        public init(from reader: inout ByteReader) throws(ByteError) {
            text = try String(from: &reader)
            generation = try Digest(from: &reader)
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
                try EndpointEvent.decode(record)
            }),
            let fact = event.fact, let revision = envelope.revision
        else { return nil }
        // A definition that cannot be read, or is not of what it says, is written by no release; it is void before it
        // counts.
        var declared: Entry?
        if case .declared(let message) = fact {
            guard let generation = Digest(bytes: message.generation) else { return nil }
            let entry = Entry(
                text: message.definition,
                generation: generation,
                revision: revision,
                declaredAt: envelope.time,
                actor: envelope.actor
            )
            guard let definition = entry.definition, definition.generation == generation,
                definition.name.utf8.elementsEqual(envelope.subject.utf8)
            else { return nil }
            declared = entry
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
        case .declared: changes[Self.definitions, envelope.subject] = declared
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
            let catalog = EndpointCatalog()
            self.tables = TableReader(reader, family: catalog.family, shelf: catalog.shelf(of: 0))
            self.asOf = asOf
        }

        public func endpoint(_ name: String) throws(StoreError) -> Entry? {
            try tables.get(EndpointCatalog.definitions, name, asOf: asOf)
        }

        /// Every endpoint, by name.
        public func endpoints() throws(StoreError) -> [(name: String, entry: Entry)] {
            try tables.all(EndpointCatalog.definitions, asOf: asOf).map { ($0.key, $0.row) }
        }
    }
}
