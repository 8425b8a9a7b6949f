public import Bytes
internal import Events
internal import FoundationEssentials
public import Logs
public import Projections
public import Store
internal import SwiftProtobuf

/// What has been taken in of one stream's partition: counts, times, and what is needed to refuse what comes twice or
/// too late. A refused record leaves no trace in here; it becomes a dead letter.
public struct Intake: Projection {
    public static let family = Family("intake")
    public static let summaries = Table<String, Summary>("summary", number: 1, keeps: .newest)
    /// Identities seen within the lateness, with their event time.
    public static let identities = Table<[UInt8], Instant>("identities", number: 2, keeps: .newest)
    /// The last sequence number of each source that numbers what it sends, such as a file its lines.
    public static let sources = Table<String, Int64>("sources", number: 3, keeps: .newest)
    /// How often each value of a field with `oneOf` came: `status=landed`.
    public static let values = Table<String, Int64>("values", number: 4, keeps: .newest)

    public let definition: StreamDefinition
    public var name: String { "intake of \(definition.name)" }
    public var topic: String { definition.topic }
    public var family: Family { Self.family }
    public let generation: Digest
    public let foldVersion: Int64 = 1
    private let reader: SharedReader

    public init(_ definition: StreamDefinition) {
        self.definition = definition
        self.generation = definition.generation
        self.reader = SharedReader(definition)
    }

    /// Counts of the records that were accepted.
    public struct Summary: Stored, Hashable {
        public var accepted: Int64 = 0
        public var earliest: Instant?
        public var latest: Instant?
        public init() {}

        public func write(to writer: inout ByteWriter) {
            accepted.write(to: &writer)
            earliest.write(to: &writer)
            latest.write(to: &writer)
        }

        public init(from reader: inout ByteReader) throws(ByteError) {
            accepted = try Int64(from: &reader)
            earliest = try Instant?(from: &reader)
            latest = try Instant?(from: &reader)
        }
    }

    static let summaryKey = ""

    public func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) -> Reaction? {
        if let (source, sequence) = record.sourceSequence {
            // Sent again by somebody who could not know that it had arrived.
            guard sequence > changes[Self.sources, source] ?? 0 else { return nil }
            changes[Self.sources, source] = sequence
        }
        let refusal: Refusal
        var time: Instant?
        do throws(Refusal) {
            let row = try reader.read(value: record.value, kafkaTimestamp: record.timestamp)
            time = row.time.instant
            try accept(row, in: &changes)
            return nil
        } catch {
            refusal = error
        }
        return deadLetter(record, of: partition, because: refusal, time: time)
    }

    private func accept(_ row: Row, in changes: inout Changes) throws(Refusal) {
        var summary = changes[Self.summaries, Self.summaryKey] ?? Summary()
        let time = row.time.instant
        let watermark = summary.latest.map { $0 - definition.lateness }
        if let watermark, time < watermark { throw .late(time: time, watermark: watermark) }
        if let identity = row.identity {
            if let seen = changes[Self.identities, identity], seen >= watermark ?? .distantPast {
                throw .duplicate(field: definition.identity ?? "", seen: seen)
            }
            changes[Self.identities, identity] = time
        }
        for (field, value) in zip(definition.fields, row.values) where !field.oneOf.isEmpty {
            if case .string(let text) = value {
                let key = "\(field.name)=\(text)"
                changes[Self.values, key] = (changes[Self.values, key] ?? 0) + 1
            }
        }
        summary.accepted += 1
        summary.earliest = min(summary.earliest ?? time, time)
        summary.latest = max(summary.latest ?? time, time)
        changes[Self.summaries, Self.summaryKey] = summary
    }

    /// An identity counts until the watermark has passed it: what comes later is late, and need not be known.
    public func liveness(in view: TableReader) throws(StoreError) -> Liveness? {
        let summary: Summary?
        do throws(StoreError) {
            summary = try view.get(Self.summaries, Self.summaryKey)
        } catch {
            // A summary that is none is shown to the digest with everything else, which then differs.
            guard case .corrupt = error else { throw error }
            return nil
        }
        guard let latest = summary?.latest else { return nil }
        let watermark = latest - definition.lateness
        return { table, _, value in
            guard table == Intake.identities.number else { return true }
            do throws(ByteError) {
                return try Instant(stored: value) >= watermark
            } catch {
                // A value that cannot be read is shown to the digest, which then differs.
                return true
            }
        }
    }

    private func deadLetter(
        _ record: Record,
        of partition: Partition,
        because refusal: Refusal,
        time: Instant?
    ) -> Reaction {
        let position = Position(partition, record.offset)
        let envelope = Envelope(
            id: EventID(
                of: Array("intake".utf8),
                generation.bytes,
                Array(position.description.utf8),
                UInt64(record.checksum).orderedBytes
            ),
            subject: definition.name,
            time: record.timestamp,
            causation: position.description,
            streamTime: time
        )
        let event = DeadLetterEvent.with {
            $0.refused = .with {
                $0.stream = definition.name
                $0.generation = .init(generation.bytes)
                $0.topic = partition.topic
                $0.partition = partition.index
                $0.offset = record.offset
                $0.reason = refusal.word
                $0.detail = refusal.description
                if let key = record.key { $0.key = .init(key) }
                if let value = record.value { $0.value = .init(value) }
                $0.headers = record.headers.map { header in
                    .with {
                        $0.name = header.name
                        if let value = header.value { $0.value = .init(value) }
                    }
                }
                $0.timestampUs = record.timestamp.microseconds
                if let time { $0.streamTimeUs = time.microseconds }
            }
        }
        let topic = DeadLetterEvent.topic
        return Reaction(
            topic: topic.name,
            partition: partition.index % topic.partitions,
            record: event.newRecord(envelope)
        )
    }

    /// What has been taken in of one partition, at one moment.
    public struct View: Sendable {
        public let summary: Summary
        public let sources: [(source: String, sequence: Int64)]
        public let values: [(value: String, count: Int64)]

        public init(
            _ intake: Intake,
            partition: Int32,
            in reader: any StoreReader
        ) throws(StoreError) {
            let tables = TableReader(
                reader,
                family: intake.family,
                shelf: intake.shelf(of: partition)
            )
            summary = try tables.get(Intake.summaries, Intake.summaryKey) ?? Summary()
            sources = try tables.all(Intake.sources).map { ($0.key, $0.row) }
            values = try tables.all(Intake.values).map { ($0.key, $0.row) }
        }
    }
}

extension Record {
    /// CloudEvents' `source` with its `sequence` extension: who sent it, and the how-manieth of that source it is.
    var sourceSequence: (source: String, sequence: Int64)? {
        guard !headers.isEmpty, let sequence = text(Publication.sequenceHeader).flatMap(Int64.init),
            sequence > 0,
            let source = text(Publication.sourceHeader), !source.isEmpty
        else { return nil }
        return (source, sequence)
    }
}
