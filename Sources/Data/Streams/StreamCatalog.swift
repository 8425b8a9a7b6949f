public import Bytes
internal import Events
public import Logs
public import Projections
public import Records
public import Store

/// Every declared stream, as the facts of `tributary.streams` make it.
public struct StreamCatalog: Projection {
    public static let family = Family("streams")
    /// Definitions by stream name; a deleted stream has none.
    public static let definitions = Table<String, Entry>(
        "definitions",
        number: 16,
        keeps: .everyVersion
    )
    /// What `advanced` facts say, by stream and partition.
    public static let watermarks = Table<String, Instant>(
        "watermarks",
        number: 17,
        keeps: .everyVersion
    )

    /// Where a partition ended when its watermark was told.
    public static let ends = Table<String, Offset>("ends", number: 18, keeps: .everyVersion)
    /// What binds the records of a partition, by the offset from which on it does.
    static let advances = Table<AdvanceKey, Instant>("advances", number: 19, keeps: .newest)
    /// How often a stream was deleted, by its name: what bound the records of a former one binds no longer.
    static let lives = Table<String, Int64>("lives", number: 20, keeps: .newest)

    public let name = "streams"
    public let topic = StreamEvent.topic.name
    public var family: Family { Self.family }
    /// It has no definition but the code itself.
    public let generation = Digest(of: Array("streams".utf8))
    public let foldVersion: Int64 = 3

    public init() {}

    /// A stream that is declared.
    public struct Entry: Stored, Hashable {
        /// What is served.
        public var definition: StreamDefinition
        /// A changed definition that is being built beside it.
        public var next: StreamDefinition?
        /// The number of the fact that made it so.
        public var revision: Int64
        public var declaredAt: Instant
        public var actor: String?

        public init(
            definition: StreamDefinition,
            next: StreamDefinition? = nil,
            revision: Int64,
            declaredAt: Instant,
            actor: String?
        ) {
            self.definition = definition
            self.next = next
            self.revision = revision
            self.declaredAt = declaredAt
            self.actor = actor
        }

        public func write(to writer: inout ByteWriter) {
            definition.write(to: &writer)
            next.write(to: &writer)
            revision.write(to: &writer)
            declaredAt.write(to: &writer)
            actor.write(to: &writer)
        }

        public init(from reader: inout ByteReader) throws(ByteError) {
            definition = try StreamDefinition(from: &reader)
            next = try StreamDefinition?(from: &reader)
            revision = try Int64(from: &reader)
            declaredAt = try Instant(from: &reader)
            actor = try String?(from: &reader)
        }

        /// Those of what is served, or is being built.
        var partitions: Int32 { max(definition.partitions, next?.partitions ?? 0) }
    }

    public func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) -> Reaction? {
        guard
            let (envelope, event) = try FoldStop.reading({ () throws(EventError) in
                try StreamEvent.decode(record)
            }),
            let fact = event.fact, let revision = envelope.revision
        else { return nil }
        // A definition that cannot be read is written by no release; it is void before it counts.
        var declared: StreamDefinition?
        if case .declared(let message) = fact {
            declared = StreamDefinition(message)
            guard let name = declared?.name, name.utf8.elementsEqual(envelope.subject.utf8) else {
                return nil
            }
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
            let served = changes[Self.definitions, envelope.subject]?.definition
            // Rows of another generation are built first, while those of the former one go on being served.
            let isBuilt = served == nil || served?.generation == declared.generation
            changes[Self.definitions, envelope.subject] = Entry(
                definition: isBuilt ? declared : served ?? declared,
                next: isBuilt ? nil : declared,
                revision: revision,
                declaredAt: envelope.time,
                actor: envelope.actor
            )
        case .switched(let switched):
            guard var entry = changes[Self.definitions, envelope.subject], let next = entry.next,
                next.generation.bytes.elementsEqual(switched.generation)
            else { return nil }
            entry.definition = next
            entry.next = nil
            changes[Self.definitions, envelope.subject] = entry
        case .deleted:
            // A stream that is declared again knows nothing of the records of the former one.
            for partition in 0 ..< (changes[Self.definitions, envelope.subject]?.partitions ?? 0) {
                let key = Self.watermarkKey(envelope.subject, partition)
                changes[Self.watermarks, key] = nil
                changes[Self.ends, key] = nil
            }
            changes[Self.definitions, envelope.subject] = nil
            changes[Self.lives, envelope.subject, default: 0] += 1
        case .advanced(let advanced):
            guard let entry = changes[Self.definitions, envelope.subject],
                (0 ..< entry.partitions).contains(advanced.partition)
            else { return nil }
            let key = Self.watermarkKey(envelope.subject, advanced.partition)
            let watermark = Instant(microseconds: advanced.watermarkUs)
            guard watermark > changes[Self.watermarks, key] ?? .distantPast else { return nil }
            changes[Self.watermarks, key] = watermark
            changes[Self.ends, key] = advanced.end
            if advanced.binds {
                let life = changes[Self.lives, envelope.subject] ?? 0
                let place = AdvanceKey(
                    envelope.subject,
                    life: life,
                    partition: advanced.partition,
                    end: advanced.end
                )
                changes[Self.advances, place] = watermark
            }
        }
        return nil
    }

    static func watermarkKey(_ stream: String, _ partition: Int32) -> String {
        "\(stream)/\(partition)"
    }

    /// The catalog at one moment.
    public struct View: Sendable {
        public let tables: TableReader
        /// The last offset whose fact is seen; nil: everything.
        public let asOf: Offset?

        public init(_ reader: any StoreReader, asOf: Offset? = nil) {
            let catalog = StreamCatalog()
            self.tables = TableReader(reader, family: catalog.family, shelf: catalog.shelf(of: 0))
            self.asOf = asOf
        }

        public func stream(_ name: String) throws(StoreError) -> Entry? {
            try tables.get(StreamCatalog.definitions, name, asOf: asOf)
        }

        /// Every stream, by name.
        public func streams() throws(StoreError) -> [Entry] {
            try tables.all(StreamCatalog.definitions, asOf: asOf).map(\.row)
        }

        /// What an `advanced` fact says of a partition.
        public func watermark(of stream: String, partition: Int32) throws(StoreError) -> Instant? {
            try tables.get(
                StreamCatalog.watermarks,
                StreamCatalog.watermarkKey(stream, partition),
                asOf: asOf
            )
        }

        /// Where the partition ended when that was said: the watermark holds for whoever has folded it up to there.
        public func end(of stream: String, partition: Int32) throws(StoreError) -> Offset? {
            try tables.get(
                StreamCatalog.ends,
                StreamCatalog.watermarkKey(stream, partition),
                asOf: asOf
            )
        }

        /// What binds the records of a partition, as it is known now.
        public func advances(
            of stream: String,
            partition: Int32
        ) throws(StoreError) -> [Advance] {
            let life = try tables.get(StreamCatalog.lives, stream) ?? 0
            func key(_ end: Offset) -> AdvanceKey {
                AdvanceKey(stream, life: life, partition: partition, end: end)
            }
            var found: [Advance] = []
            try tables.scan(StreamCatalog.advances, from: key(.min), to: key(.max)) {
                (key, watermark) throws(StoreError) in
                found.append(Advance(end: key.end, watermark: watermark))
                return true
            }
            return found.rising
        }

        /// The instant before which everything of a partition is there for whoever reads these rows of it: what they have
        /// seen themselves, or what was told of an end that they have reached. Nil: not known; also where the rows were
        /// folded before something was known that binds them, and are about to be folded anew.
        public func watermark(
            of stream: StreamDefinition,
            partition: Int32,
            _ summary: Admission.Summary,
            at progress: Progress?
        ) throws(StoreError) -> Instant? {
            let binding = try advances(of: stream.name, partition: partition)
            if let last = progress?.last, binding.watermark(at: last) != summary.told { return nil }
            let next = progress?.next ?? 0
            var told = binding.watermark(at: next)
            if let newest = try watermark(of: stream.name, partition: partition),
                try end(of: stream.name, partition: partition) ?? 0 <= next
            {
                told = max(told ?? newest, newest)
            }
            let own = summary.watermark(lateness: stream.lateness)
            return [own, told].compactMap(\.self).max()
        }
    }
}
