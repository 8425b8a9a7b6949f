public import Bytes
public import Events
public import Logs
public import Projections
public import Records
public import Store

/// Every declared stream, as the facts of `tributary.streams` make it.
public struct StreamCatalog: Catalog {
    public typealias Event = StreamEvent
    public typealias View = CatalogView<Self>
    /// A stream that is declared.
    public typealias Entry = Declared<DefinitionText<StreamDefinition>>

    public static let name = "streams"
    public static let family = Family("streams")
    public static let generation = Digest(of: Array("streams".utf8))
    public let foldVersion: Int64 = 4

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
    /// How many partitions `advanced` facts have spoken of, by stream.
    static let advanced = Table<String, Int64>("advanced", number: 21, keeps: .newest)

    public init() {}

    public func fold(
        _ fact: StreamEvent.OneOf_Fact,
        _ moment: Moment,
        _ changes: inout Changes
    ) {
        let name = moment.subject
        switch fact {
        case .declared(let declared):
            changes[Self.definitions, name] = .declaring(
                DefinitionText(name, declared.text, generation: declared.generation),
                after: changes[Self.definitions, name],
                moment
            )
        case .switched(let switched):
            guard
                let entry = changes[Self.definitions, name]?.switched(to: switched.generation)
            else { return }
            changes[Self.definitions, name] = entry
        case .deleted:
            // A stream that is declared again knows nothing of the records of the former one.
            for partition in 0 ..< (changes[Self.advanced, name] ?? 0) {
                let key = Self.watermarkKey(name, Int32(partition))
                changes[Self.watermarks, key] = nil
                changes[Self.ends, key] = nil
            }
            changes[Self.advanced, name] = nil
            changes[Self.definitions, name] = nil
            changes[Self.lives, name, default: 0] += 1
        case .advanced(let advanced): advance(name, advanced, &changes)
        }
    }

    private func advance(
        _ name: String,
        _ advanced: StreamEvent.Advanced,
        _ changes: inout Changes
    ) {
        guard changes[Self.definitions, name] != nil,
            (0 ..< Self.mostPartitions).contains(advanced.partition)
        else { return }
        let key = Self.watermarkKey(name, advanced.partition)
        let watermark = Instant(microseconds: advanced.watermarkUs)
        guard watermark > changes[Self.watermarks, key] ?? .distantPast else { return }
        let count = changes[Self.advanced, name] ?? 0
        changes[Self.advanced, name] = max(count, Int64(advanced.partition) + 1)
        changes[Self.watermarks, key] = watermark
        changes[Self.ends, key] = advanced.end
        if advanced.binds {
            let place = AdvanceKey(
                name,
                life: changes[Self.lives, name] ?? 0,
                partition: advanced.partition,
                end: advanced.end
            )
            changes[Self.advances, place] = watermark
        }
    }

    /// No fact makes the fold walk through more; a stream has fewer.
    private static let mostPartitions: Int32 = 65_536

    static func watermarkKey(_ stream: String, _ partition: Int32) -> String {
        "\(stream)/\(partition)"
    }
}

extension CatalogView<StreamCatalog> {
    public func stream(_ name: String) throws(StoreError) -> StreamCatalog.Entry? {
        try tables.get(StreamCatalog.definitions, name, asOf: asOf)
    }

    /// Every stream, by name.
    public func streams() throws(StoreError) -> [StreamCatalog.Entry] {
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
