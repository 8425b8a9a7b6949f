public import Bytes
public import Logs
public import Store

/// What of one partition's records counts, by what came before: nothing twice, nothing too late. Every fold of a
/// stream keeps these rows among its own, so that all of them count the same records.
public struct Admission: Sendable {
    public static let summaries = Table<String, Summary>("summary", number: 1, keeps: .newest)
    /// Identities seen within the lateness, with their event time.
    public static let identities = Table<[UInt8], Instant>("identities", number: 2, keeps: .newest)
    /// The last sequence number of each source that numbers what it sends, such as a file its lines.
    public static let sources = Table<String, Int64>("sources", number: 3, keeps: .newest)
    static let summaryKey = ""
    public static let sourceHeader = "ce_source"
    public static let sequenceHeader = "ce_sequence"

    public let definition: StreamDefinition
    private let advances: Advances?

    /// `advances`: What was told of the stream; nil: nothing was.
    public init(_ definition: StreamDefinition, knowing advances: Advances? = nil) {
        self.definition = definition
        self.advances = advances
    }

    /// Counts of the records that were accepted, and how far event time has come by them.
    public struct Summary: Stored, Hashable {
        public var accepted: Int64 = 0
        public var earliest: Instant?
        public var latest: Instant?
        /// The event time that counts as reached: the watermark is this less the lateness.
        public var frontier: Instant?
        /// An event time far beyond the frontier that no second record has confirmed.
        public var suspect: Instant?
        /// The watermark that facts had told before the newest record.
        public var told: Instant?
        public init() {}

        mutating func count(_ time: Instant, arrival: Instant?, lateness: TimeSpan) {
            accepted += 1
            earliest = min(earliest ?? time, time)
            latest = max(latest ?? time, time)
            move(to: time, arrival: arrival, lateness: lateness)
        }

        public func write(to writer: inout ByteWriter) {
            accepted.write(to: &writer)
            earliest.write(to: &writer)
            latest.write(to: &writer)
            frontier.write(to: &writer)
            suspect.write(to: &writer)
            told.write(to: &writer)
        }

        public init(from reader: inout ByteReader) throws(ByteError) {
            accepted = try Int64(from: &reader)
            earliest = try Instant?(from: &reader)
            latest = try Instant?(from: &reader)
            frontier = try Instant?(from: &reader)
            suspect = try Instant?(from: &reader)
            told = try Instant?(from: &reader)
        }
    }

    public static func summary(in tables: TableReader) throws(StoreError) -> Summary {
        try tables.get(summaries, summaryKey) ?? Summary()
    }

    /// Whether the record is not one that was sent again by somebody who could not know that it had arrived. Every record
    /// of the partition passes here first, and what was told before it is noted. Throws where its number leaves none for
    /// what its source sends next.
    public func isNew(
        _ record: Record,
        of partition: Int32,
        in changes: inout Changes
    ) throws(Refusal) -> Bool {
        if let advances {
            let told = advances.watermark(at: record.offset, of: partition)
            if told != changes[Self.summaries, Self.summaryKey]?.told {
                changes[Self.summaries, Self.summaryKey, default: Summary()].told = told
            }
        }
        guard let (source, sequence) = record.sourceSequence else { return true }
        guard sequence < .max else { throw .lastSequence(source: source) }
        guard sequence > changes[Self.sources, source] ?? 0 else { return false }
        changes[Self.sources, source] = sequence
        return true
    }

    /// Counts a row, or throws why it does not count.
    /// `arrival`: When the log got the record; nil: not known.
    public func admit(
        _ row: Row,
        arrival: Instant?,
        in changes: inout Changes
    ) throws(Refusal) {
        let time = row.time.instant
        let watermark = changes[Self.summaries, Self.summaryKey]?
            .watermark(lateness: definition.lateness)
        if let watermark, time < watermark { throw .late(time: time, watermark: watermark) }
        if let identity = row.identity {
            if let seen = changes[Self.identities, identity], seen >= watermark ?? .distantPast {
                throw .duplicate(field: definition.identity ?? "", seen: seen)
            }
            changes[Self.identities, identity] = time
        }
        changes[Self.summaries, Self.summaryKey, default: Summary()]
            .count(time, arrival: arrival, lateness: definition.lateness)
    }

    /// Takes up what was told of a partition by now, and says whether the rows agree with it: whether every record that
    /// they were folded from was judged by all that was told before it.
    /// `last`: The offset of the newest record that was folded.
    public func takeUp(
        on partition: Int32,
        last: Offset?,
        in view: TableReader
    ) throws(StoreError) -> Agreement {
        guard let advances else { return .agrees }
        try advances.refresh(partition)
        guard let last else { return .agrees }
        let summary: Summary
        do throws(StoreError) {
            summary = try Self.summary(in: view)
        } catch {
            // No fact explains a summary that is none.
            guard case .corrupt(let why) = error else { throw error }
            return .broken(why)
        }
        return summary.told == advances.watermark(at: last, of: partition) ? .agrees : .toldTooLate
    }

    /// An identity counts until the watermark has passed it: what comes later is late, and need not be known.
    public func liveness(
        in view: TableReader
    ) throws(StoreError) -> (
        @Sendable (_ table: UInt8, _ key: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) -> Bool
    )? {
        let summary: Summary
        do throws(StoreError) {
            summary = try Self.summary(in: view)
        } catch {
            // A summary that is none is shown to the digest with everything else, which then differs.
            guard case .corrupt = error else { throw error }
            return nil
        }
        guard let watermark = summary.watermark(lateness: definition.lateness) else { return nil }
        return { table, _, value in
            guard table == Self.identities.number else { return true }
            do throws(ByteError) {
                return try Instant(stored: value) >= watermark
            } catch {
                // A value that cannot be read is shown to the digest, which then differs.
                return true
            }
        }
    }
}

extension Record {
    /// CloudEvents' `source` with its `sequence` extension: who sent it, and the how-manieth of that source it is.
    var sourceSequence: (source: String, sequence: Int64)? {
        guard !headers.isEmpty, let sequence = text(Admission.sequenceHeader).flatMap(Int64.init),
            sequence > 0,
            let source = text(Admission.sourceHeader), !source.isEmpty
        else { return nil }
        return (source, sequence)
    }
}
