internal import Bytes

/// What is known to be durable in the segments. Journals from before it are no longer needed.
struct Checkpoint: Sendable, Equatable {
    /// How far one partition's segments are durable.
    struct Row: Sendable, Equatable {
        var logStart: Int64
        /// The segment being written, by its base offset.
        var base: Int64
        /// Up to here its file is durable.
        var position: Int64
        /// The offset that follows there.
        var offset: Int64
        /// Entries of the index, and the greatest timestamp, of the segment up to there.
        var indexCount: Int64
        var maxTimestamp: Int64
        /// What producers had appended below `offset`.
        var producers: ProducerTable
        /// Only these groups of the journal may have batches for this partition that its segments lack. Where the
        /// journals are kept for another, a group that a power cut tore is there still when this one has gone on
        /// without it; and one that lacks records takes no more.
        var groups: Range<UInt64> = 0 ..< .max
    }

    /// A partition by its topic's id, because a name may come back.
    struct Key: Sendable, Hashable {
        var topicID: [UInt8]
        var partition: Int32
    }

    /// Groups of the journal below this number are in the segments.
    var firstGroup: UInt64 = 0
    /// Groups below this number were synced, and have nothing for partitions without a row: those were made later.
    var newcomers: UInt64 = 0
    var rows: [Key: Row] = [:]

    init() {}

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.append(firstGroup)
        writer.append(UInt32(rows.count))
        let inOrder = rows.sorted { one, other in
            one.key.topicID == other.key.topicID
                ? one.key.partition < other.key.partition
                : one.key.topicID.lexicographicallyPrecedes(other.key.topicID)
        }
        for (key, row) in inOrder {
            writer.append(contentsOf: key.topicID)
            writer.append(key.partition)
            writer.append(row.logStart)
            writer.append(row.base)
            writer.append(row.position)
            writer.append(row.offset)
            writer.append(row.indexCount)
            writer.append(row.maxTimestamp)
            row.producers.write(to: &writer)
        }
        // Behind what the first release reads.
        for (_, row) in inOrder { writer.append(row.groups.lowerBound) }
        writer.append(newcomers)
        for (_, row) in inOrder { writer.append(row.groups.upperBound) }
        return writer.bytes
    }

    init(_ bytes: [UInt8]) throws(ByteError) {
        var reader = ByteReader(bytes)
        firstGroup = try reader.read()
        let count: UInt32 = try reader.read()
        var keys: [Key] = []
        for _ in 0 ..< count {
            let key = Key(
                topicID: Array(try reader.read(count: 16)),
                partition: try reader.read()
            )
            rows[key] = Row(
                logStart: try reader.read(),
                base: try reader.read(),
                position: try reader.read(),
                offset: try reader.read(),
                indexCount: try reader.read(),
                maxTimestamp: try reader.read(),
                producers: try ProducerTable(from: &reader)
            )
            keys.append(key)
        }
        guard !reader.isAtEnd else { return }
        let lower = try keys.map { _ throws(ByteError) in try reader.read(UInt64.self) }
        for (key, first) in zip(keys, lower) { rows[key]?.groups = first ..< .max }
        guard !reader.isAtEnd else { return }
        newcomers = try reader.read()
        for (key, first) in zip(keys, lower) {
            rows[key]?.groups = first ..< max(first, try reader.read())
        }
    }
}

extension Checkpoint.Row {
    /// Nothing is there, and `offset` comes next.
    init(startingAt offset: Int64) {
        self.init(
            logStart: offset,
            base: offset,
            position: 0,
            offset: offset,
            indexCount: 0,
            maxTimestamp: -1,
            producers: ProducerTable()
        )
    }

    /// How far a partition's segments are, once they are synced.
    init(of partition: PartitionState, writer: SegmentWriter?, groups: Range<UInt64>) {
        self.init(startingAt: partition.writtenEnd)
        logStart = partition.logStart
        producers = partition.writtenProducers
        self.groups = groups
        guard let writer else { return }
        base = writer.base
        position = writer.position
        indexCount = writer.indexCount
        maxTimestamp = writer.maxTimestamp
    }
}
