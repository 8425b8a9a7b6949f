internal import Bytes
internal import Datasets
internal import Engine
internal import Events
internal import Expressions
internal import Features
internal import Logs
internal import Projections
internal import Records
internal import Store
internal import Streams

/// What the rows of a dataset are made of, as of one moment.
struct SealInputs {
    let definition: DatasetDefinition
    let rows: StreamDefinition
    /// The stream of the labels; nil for a dataset without.
    let outcomes: StreamDefinition?
    let plan: FeaturePlan
    /// Where every input is read up to.
    let cut: [Partition: Offset]
    /// The instant up to which rows can be sealed: their stream, their features and their label windows are complete.
    let latestClosed: Instant?
    private let log: any Log
    private let goesOn: @Sendable () throws -> Void
    private let reader: any StoreReader

    init(_ definition: DatasetDefinition, of platform: Platform, in reader: any StoreReader) throws
    {
        func stream(_ name: String) throws -> StreamDefinition {
            guard let entry = try StreamCatalog.View(reader).stream(name) else {
                throw PlatformError.refused(StreamRefusal.unknownStream(name))
            }
            return try declining { () throws(UnreadableDefinition) in try entry.served.read() }
        }
        func watermark(_ stream: StreamDefinition) throws -> Instant? {
            let all = try platform.watermarks(of: stream, in: reader)
            let known = all.compactMap(\.self)
            return known.count == all.count ? known.min() : nil
        }
        self.definition = definition
        self.reader = reader
        log = platform.log
        goesOn = platform.engine.goesOn
        rows = try stream(definition.rows)
        outcomes = try definition.label.map { try stream($0.stream) }
        plan = try platform.plan(definition, nil, over: rows, in: reader)
        var cut = try plan.cut(in: reader)
        for stream in [rows, outcomes].compactMap(\.self) {
            for index in 0 ..< stream.partitions {
                let partition = Partition(stream.topic, index)
                let next = try Intake(stream).progress(of: index, in: reader)?.next ?? 0
                cut[partition] = min(cut[partition] ?? next, next)
            }
        }
        self.cut = cut
        let features = try platform.watermark(of: plan, in: reader)
        let records = try watermark(rows)
        let read = features.flatMap { features in records.map { min($0, features) } }
        latestClosed = definition.latestClosed(
            rows: read,
            labels: try outcomes.flatMap { try watermark($0) }
        )
    }

    func columns() throws(RowError) -> RowColumns {
        try definition.columns(plan, label: definition.label.flatMap { outcomes?.field($0.value) })
    }

    /// Calls `body` with each row of a span of event time, in the order of time, partition and offset. Blocks.
    func eachRow(from: Instant, to: Instant, _ body: (DatasetRow) throws -> Void) throws {
        let labels = try labelIndex(from: from, to: to)
        let labelField = definition.label.flatMap { outcomes?.field($0.value) }
        let filter = try definition.filter.map { text throws(ExpressionError) in
            try RowFilter.make(text, over: rows, label: labelField)
        }
        let id = rows.fields.firstIndex { $0.name == definition.id } ?? 0
        let match = definition.label.flatMap { rule in
            rows.fields.firstIndex { $0.name == rule.match }
        }
        for row in try found(from: from, to: to) {
            let time = row.time.instant
            var label: FieldValue?
            if let rule = definition.label, let match {
                label =
                    labels.label(for: row.values[match].joinBytes, at: time, within: rule.within)
                    ?? .null
            }
            if let filter, !filter.keeps(row.values, label: label) { continue }
            let read = try plan.read(row.values, at: time, cut: cut, in: reader)
            try body(
                DatasetRow(
                    id: row.values[id],
                    time: row.time,
                    values: read.values,
                    label: label ?? .null
                )
            )
        }
    }

    private func records(of stream: StreamDefinition) throws(StoreError) -> StreamRows {
        StreamRows(
            stream: stream,
            log: log,
            cut: cut,
            advances: try Platform.advances(of: stream, in: reader),
            goesOn: goesOn
        )
    }

    private func found(from: Instant, to: Instant) throws -> [Row] {
        var found: [(position: Position, row: Row)] = []
        try records(of: rows).each { position, row in
            if row.time.instant >= from, row.time.instant < to { found.append((position, row)) }
        }
        found.sort { ($0.row.time.instant, $0.position) < ($1.row.time.instant, $1.position) }
        return found.map(\.row)
    }

    private func labelIndex(from: Instant, to: Instant) throws -> LabelIndex {
        var found: [LabelIndex.Outcome] = []
        guard let rule = definition.label, let outcomes,
            let match = outcomes.fields.firstIndex(where: { $0.name == rule.match }),
            let value = outcomes.fields.firstIndex(where: { $0.name == rule.value })
        else { return LabelIndex(found) }
        try records(of: outcomes).each { position, row in
            let time = row.time.instant
            guard time >= from, time < to + rule.within else { return }
            found.append(
                LabelIndex.Outcome(
                    match: row.values[match].joinBytes,
                    time: time,
                    partition: position.partition.index,
                    offset: position.offset,
                    value: row.values[value]
                )
            )
        }
        return LabelIndex(found)
    }
}

extension DatasetDefinition {
    /// What a row has: id, time, features, label.
    func columns(
        _ plan: FeaturePlan,
        label: StreamDefinition.Field?
    ) throws(RowError) -> RowColumns {
        try RowColumns(
            id: DatasetColumn(id, ColumnType(plan.rows.field(id)?.type ?? .string)),
            features: plan.columns.map { DatasetColumn($0.name, ColumnType($0.type)) },
            label: label.map { DatasetColumn($0.name, ColumnType($0.type)) }
        )
    }
}
