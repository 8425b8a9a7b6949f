public import Bytes
internal import Expressions
public import Logs
public import Projections
public import Records
public import Store

/// The rows of a view: of each record that counts, its time, its offset and the values that are aggregated, by entity.
/// Windows are made of them when somebody reads, so that they are exact at every instant.
public struct FeatureFold: Projection, CountsRecords {
    public static let family = Family("features")
    static let blocks = Table<BlockKey, RowBlock>("blocks", number: 16, keeps: .newest)

    public let view: StreamView
    public var name: String { "features of \(view.definition.name)" }
    public var topic: String { view.stream.topic }
    public var family: Family { Self.family }
    public var generation: Digest { view.generation }
    public let foldVersion: Int64 = 2
    public var stream: StreamDefinition { view.stream }
    private let reader: SharedReader
    private let admission: Admission

    public init(_ view: StreamView) { self.init(view, nil) }

    private init(_ view: StreamView, _ advances: Advances?) {
        self.view = view
        reader = SharedReader(view.stream)
        admission = Admission(view.stream, knowing: advances)
    }

    public func knowing(_ advances: Advances) -> FeatureFold { FeatureFold(view, advances) }

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
        let row: Row
        do throws(Refusal) {
            guard try admission.isNew(record, of: partition.index, in: &changes) else { return }
            row = try reader.read(value: record.value, arrival: record.arrival)
            try admission.admit(row, arrival: record.arrival, in: &changes)
        } catch {
            // The stream's own intake makes a dead letter of it.
            return
        }
        guard let entity = view.entity(of: row), view.counts(row) else { return }
        let key = BlockKey(entity, tile: view.tile(of: row.time.instant))
        let full = changes[Self.blocks, key, default: RowBlock()].append(
            row,
            slots: view.slots,
            offset: record.offset
        )
        if let full {
            var closed = key
            closed.number = UInt64(full.number)
            changes[Self.blocks, closed] = full
        }
    }

    public func liveness(in view: TableReader) throws(StoreError) -> Liveness? {
        try admission.liveness(in: view)
    }
}

extension StreamView {
    /// What the entity is known by; nil for a record that has none and counts for nobody.
    func entity(of row: Row) -> [UInt8]? {
        let value = row.values[entityIndex]
        return value.isNull ? nil : value.joinBytes
    }

    /// Whether `where` is true. A fault in it, such as a division by zero, is not true.
    func counts(_ row: Row) -> Bool {
        guard let filter else { return true }
        do throws(EvaluationError) {
            return try filter.evaluate(row.values.map(\.expressionValue)) == .bool(true)
        } catch {
            return false
        }
    }
}
