public import Bytes
public import Logs
public import Projections
public import Records
public import Store

/// What has been taken in of one stream's partition: counts, times, and what is needed to refuse what comes twice or
/// too late. A refused record leaves no trace in here but in the outbox, until its dead letter is in the log.
public struct Intake: Outbox, CountsRecords {
    public static let family = Family("intake")
    /// How often each value of a field with `oneOf` came: `status=landed`.
    public static let values = Table<String, Int64>("values", number: 4, keeps: .newest)

    public static let outbox = Table<Offset, RefusedInput>("refused", number: 16, keeps: .newest)

    public let definition: StreamDefinition
    public var name: String { "intake of \(definition.name)" }
    public var topic: String { definition.topic }
    public var family: Family { Self.family }
    public let generation: Digest
    public let foldVersion: Int64 = 2
    public var stream: StreamDefinition { definition }
    private let reader: SharedReader
    private let admission: Admission

    public init(_ definition: StreamDefinition) { self.init(definition, nil) }

    private init(_ definition: StreamDefinition, _ advances: Advances?) {
        self.definition = definition
        self.generation = definition.generation
        self.reader = SharedReader(definition)
        self.admission = Admission(definition, knowing: advances)
    }

    public func knowing(_ advances: Advances) -> Intake { Intake(definition, advances) }

    public func takeUp(
        on partition: Int32,
        at progress: Progress,
        in view: TableReader
    ) throws(StoreError) -> Agreement {
        try admission.takeUp(on: partition, last: progress.last, in: view)
    }

    public func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) {
        var time: Instant?
        do throws(Refusal) {
            guard try admission.isNew(record, of: partition.index, in: &changes) else { return }
            let row = try reader.read(value: record.value, arrival: record.arrival)
            time = row.time.instant
            try accept(row, arrival: record.arrival, in: &changes)
        } catch {
            changes[Self.outbox, record.offset] = RefusedInput(record, because: error, time: time)
        }
    }

    private func accept(
        _ row: Row,
        arrival: Instant?,
        in changes: inout Changes
    ) throws(Refusal) {
        try admission.admit(row, arrival: arrival, in: &changes)
        for (field, value) in zip(definition.fields, row.values) where !field.oneOf.isEmpty {
            if case .string(let text) = value {
                let key = "\(field.name)=\(text)"
                changes[Self.values, key] = (changes[Self.values, key] ?? 0) + 1
            }
        }
    }

    public func liveness(in view: TableReader) throws(StoreError) -> Liveness? {
        try admission.liveness(in: view)
    }

    /// What has been taken in of one partition, at one moment.
    public struct View: Sendable {
        public let summary: Admission.Summary
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
            summary = try Admission.summary(in: tables)
            sources = try tables.all(Admission.sources).map { ($0.key, $0.row) }
            values = try tables.all(Intake.values).map { ($0.key, $0.row) }
        }
    }
}
