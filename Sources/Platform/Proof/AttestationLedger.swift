public import Bytes
internal import Events
internal import FoundationEssentials
public import Logs
public import Projections
public import Store
internal import SwiftProtobuf

/// Every digest that was written down, by projection, generation, fold version, partition and position.
public struct AttestationLedger: Projection {
    public static let family = Family("attestations")
    static let rows = Table<String, Row>("rows", number: 1, keeps: .newest)

    public let name = "attestations"
    public let topic = AttestationEvent.topic.name
    public var family: Family { Self.family }
    public let generation = Digest(of: Array("attestations".utf8))
    public let foldVersion: Int64 = 1

    public init() {}

    /// What was found at a position.
    public struct Row: Stored, Hashable {
        public var next: Offset
        public var entries: Int64
        public var recordCount: Int64
        public var digest: Digest
        public var base: String
        public var attestedAt: Instant

        public func write(to writer: inout ByteWriter) {
            next.write(to: &writer)
            entries.write(to: &writer)
            recordCount.write(to: &writer)
            digest.write(to: &writer)
            base.write(to: &writer)
            attestedAt.write(to: &writer)
        }

        public init(
            next: Offset,
            entries: Int64,
            recordCount: Int64,
            digest: Digest,
            base: String,
            attestedAt: Instant
        ) {
            self.next = next
            self.entries = entries
            self.recordCount = recordCount
            self.digest = digest
            self.base = base
            self.attestedAt = attestedAt
        }

        public init(from reader: inout ByteReader) throws(ByteError) {
            next = try Int64(from: &reader)
            entries = try Int64(from: &reader)
            recordCount = try Int64(from: &reader)
            digest = try Digest(from: &reader)
            base = try String(from: &reader)
            attestedAt = try Instant(from: &reader)
        }
    }

    public func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) {
        guard
            let (envelope, event) = try FoldStop.reading({ () throws(EventError) in
                try AttestationEvent.decode(record)
            }),
            case .attested(let attested) = event.fact, let digest = Digest(bytes: attested.digest)
        else { return }
        let key = Self.key(
            attested.projection,
            Array(attested.generation),
            Int64(attested.foldVersion),
            Partition(attested.topic, attested.partition),
            attested.base,
            attested.offset
        )
        // The first word on a position counts; a later one that differs is what an audit reports.
        guard changes[Self.rows, key] == nil else { return }
        changes[Self.rows, key] = Row(
            next: attested.offset,
            entries: attested.entries,
            recordCount: attested.records,
            digest: digest,
            base: attested.base,
            attestedAt: envelope.time
        )
    }

    private static func key(
        _ projection: String,
        _ generation: [UInt8],
        _ foldVersion: Int64,
        _ partition: Partition,
        _ base: String,
        _ next: Offset
    ) -> String {
        prefix(projection, generation, foldVersion, partition) + "\(base) \(next.orderedBytes.hex)"
    }

    private static func prefix(
        _ projection: String,
        _ generation: [UInt8],
        _ foldVersion: Int64,
        _ partition: Partition
    ) -> String {
        "\(projection) \(generation.hex) \(foldVersion) \(partition) "
    }

    /// What was attested of a projection's partition: by what it began from, in the order of positions.
    /// `after`, `before`: Only what was attested later, or earlier.
    static func attestations(
        of projection: any Projection,
        partition: Partition,
        after: Instant? = nil,
        before: Instant? = nil,
        in reader: any StoreReader
    ) throws(StoreError) -> [Replay.Attestation] {
        let ledger = AttestationLedger()
        let tables = TableReader(reader, family: ledger.family, shelf: ledger.shelf(of: 0))
        let from = prefix(
            projection.name,
            projection.generation.bytes,
            projection.foldVersion,
            partition
        )
        var found: [Replay.Attestation] = []
        try tables.scan(rows, from: from) { (key, row) throws(StoreError) in
            guard key.hasPrefix(from) else { return false }
            if let before, row.attestedAt >= before { return true }
            if let after, row.attestedAt <= after { return true }
            found.append(
                .init(
                    next: row.next,
                    entries: row.entries,
                    recordCount: row.recordCount,
                    digest: row.digest,
                    base: row.base
                )
            )
            return true
        }
        return found
    }

    /// The newest time at which anything was attested.
    public static func newest(in reader: any StoreReader) throws(StoreError) -> Instant? {
        let ledger = AttestationLedger()
        let tables = TableReader(reader, family: ledger.family, shelf: ledger.shelf(of: 0))
        var newest: Instant?
        try tables.scan(rows) { (_, row) throws(StoreError) in
            newest = max(newest ?? row.attestedAt, row.attestedAt)
            return true
        }
        return newest
    }
}
