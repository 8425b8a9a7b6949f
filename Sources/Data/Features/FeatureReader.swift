public import Bytes
public import Logs
internal import Projections
public import Records
public import Store

/// What a view gave at an instant.
public struct FeatureRead: Sendable, Hashable {
    /// In the order of the view's columns.
    public var values: [FieldValue]
    /// The event time of the newest record that was met; nil where there was none.
    public var newest: Instant?
    public var sight = Sight.current
    /// The records behind each value, where they were asked for.
    public var records: [[Position]] = []

    /// Whether anything is known of an entity: what a missing value means.
    public enum Sight: Sendable, Hashable {
        /// Its newest record, or the request itself, gives no value.
        case current
        /// Its newest record is older than the view's `ttl`.
        case outsideTTL
        /// There is no record of it before the instant.
        case never
    }

    public init(values: [FieldValue]) { self.values = values }
}

/// Reads a view at (t, cut): the records with an event time before t and an offset below the cut.
public struct FeatureReader: Sendable {
    public let view: StreamView
    private let fold: FeatureFold
    private let store: any StoreReader

    public init(_ fold: FeatureFold, in store: any StoreReader) {
        self.fold = fold
        self.view = fold.view
        self.store = store
    }

    /// `cut`: The first offset of each partition that does not count; nil: whatever was folded.
    /// `looksBack`: Where no window holds anything, also tells whether there was something before.
    public func read(
        _ entity: [UInt8],
        at instant: Instant,
        cut: [Offset]? = nil,
        withRecords: Bool = false,
        looksBack: Bool = false
    ) throws(StoreError) -> FeatureRead {
        let t = instant.microseconds
        let tables = (0 ..< view.stream.partitions).map {
            TableReader(store, family: fold.family, shelf: fold.shelf(of: $0))
        }
        var parts = tables.map { _ in WindowRows(view.slotTypes) }
        func add(_ span: Range<Int64>) throws(StoreError) {
            for (index, table) in tables.enumerated() {
                let limit = cut.map { $0[index] } ?? .max
                try self.add(to: &parts[index], from: table, entity, in: span, below: limit)
            }
        }
        // A feature may need the longest window; and where nothing is in it, in any partition, the newest stretch within
        // the `ttl` that holds anything.
        let window = view.longestWindow.map { t.lowered(by: $0.microseconds) }
        if let window { try add(window ..< t) }
        if view.columns.contains(where: { $0.window == nil }) {
            let lower = view.ttl.map { t.lowered(by: $0.microseconds) } ?? .min
            // Each step back is eight times as wide, so that who was never seen is looked for a dozen times and not once
            // for every stretch within the `ttl`.
            var (end, width) = (window ?? t, Int64(1))
            while parts.allSatisfy({ $0.count == 0 }), lower < end {
                let newest = view.tile(of: Instant(microseconds: end - 1))
                let start = max(lower, view.start(ofTile: newest - (width - 1)))
                try add(start ..< end)
                (end, width) = (start, width * 8)
            }
        }
        for index in parts.indices { parts[index].sort() }
        var read = view.aggregate(parts, at: instant, withRecords: withRecords)
        if looksBack, read.newest == nil {
            let lower = view.ttl.map { t.lowered(by: $0.microseconds) } ?? .min
            if try hasRows(of: entity, tables, in: lower ..< t, below: cut) {
                read.sight = .current
            } else if try hasRows(of: entity, tables, in: .min ..< lower, below: cut) {
                read.sight = .outsideTTL
            }
        }
        return read
    }

    private func hasRows(
        of entity: [UInt8],
        _ tables: [TableReader],
        in span: Range<Int64>,
        below cut: [Offset]?
    ) throws(StoreError) -> Bool {
        for (index, table) in tables.enumerated() {
            var rows = WindowRows(view.slotTypes)
            let limit = cut.map { $0[index] } ?? .max
            try add(to: &rows, from: table, entity, in: span, below: limit, isOneEnough: true)
            if rows.count > 0 { return true }
        }
        return false
    }

    private func add(
        to rows: inout WindowRows,
        from tables: TableReader,
        _ entity: [UInt8],
        in span: Range<Int64>,
        below cut: Offset,
        isOneEnough: Bool = false
    ) throws(StoreError) {
        guard !span.isEmpty else { return }
        let first = view.tile(of: Instant(microseconds: span.lowerBound))
        let last = view.tile(of: Instant(microseconds: span.upperBound - 1))
        let lower = BlockKey(entity, tile: first, number: 0)
        let upper = BlockKey(entity, tile: last + 1, number: 0)
        try tables.scan(FeatureFold.blocks, from: lower, to: upper) {
            (_, block) throws(StoreError) in
            do throws(ByteError) {
                try rows.add(block, in: span, below: cut)
            } catch {
                throw .corrupt(
                    "The table blocks of \(fold.name) holds rows that are none: \(error)."
                )
            }
            return !isOneEnough || rows.count == 0
        }
    }
}

extension StreamView {
    /// The values of every column over the rows of each partition, all before an instant.
    func aggregate(
        _ parts: [WindowRows],
        at instant: Instant,
        withRecords: Bool
    ) -> FeatureRead {
        let t = instant.microseconds
        var read = FeatureRead(values: [])
        read.values.reserveCapacity(columns.count)
        read.newest = parts.compactMap { $0.times.last }.max().map { Instant(microseconds: $0) }
        let oldest = ttl.map { t.lowered(by: $0.microseconds) } ?? .min
        read.sight = read.newest.map { $0.microseconds < oldest ? .outsideTTL : .current } ?? .never
        for column in columns {
            let span = column.window ?? ttl
            let lower = span.map { t.lowered(by: $0.microseconds) } ?? .min
            read.values.append(column.value(over: parts, from: lower))
            if withRecords {
                read.records.append(
                    column.rows(of: parts, from: lower).map {
                        Position(
                            Partition(stream.topic, Int32($0.part)),
                            parts[$0.part].offsets[$0.row]
                        )
                    }
                )
            }
        }
        return read
    }
}

extension Int64 {
    fileprivate func lowered(by other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? .min : difference
    }
}

extension StreamView {
    /// The field of the stream whose text names the entity.
    public var entityName: String { stream.fields[entityIndex].name }

    /// What nobody's records give: counts of zero, and no values.
    public var nothing: FeatureRead {
        aggregate([], at: Instant(microseconds: 0), withRecords: false)
    }
}
