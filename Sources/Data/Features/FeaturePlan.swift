public import Bytes
internal import Documents
public import Logs
internal import Projections
public import Records
public import Store

/// What `VIEW` or `VIEW.FEATURE` names.
public struct FeatureName: Sendable, Hashable {
    public var view: String
    /// Nil: all of the view.
    public var feature: String?

    /// Names of views may have dots, so the whole text comes first, and then what is longest of it. Where no view is
    /// known by any of these, only the last dot is taken for ours: features have none.
    public init(_ text: String, isView: (String) throws -> Bool) rethrows {
        (view, feature) = (text, nil)
        let dots = text.indices.filter { text[$0] == "." }.reversed()
        for dot in dots {
            if try isView(view) { return }
            (view, feature) = (String(text[..<dot]), String(text[text.index(after: dot)...]))
        }
        if let last = dots.first, try !isView(view) {
            (view, feature) = (String(text[..<last]), String(text[text.index(after: last)...]))
        }
    }
}

/// Which features are read for a record or a request, from which views, in which order: the columns of a dataset, and
/// of the models that are trained on it.
public struct FeaturePlan: Sendable {
    /// One view, with those of its columns that are taken.
    public struct Part: Sendable {
        public var name: String
        public var view: FeatureView
        public var columns: [Int]
        /// Where the entity, or the request's fields, stand among the fields of a row.
        public var fields: [Int]
        public var fold: FeatureFold?
    }

    /// The stream whose records, or whose fields in a request, features are read for.
    public let rows: StreamDefinition
    public let parts: [Part]
    /// `view__feature`
    public let columns: [(name: String, type: FieldType)]
    /// Every partition that features are read from, once, in a fixed order.
    public let inputs: [Partition]
    /// The fields of the stream that the plan reads, ascending.
    public let needed: [Int]

    /// What is wrong in the list of features: the place in the list, and why.
    public struct Fault: Error, Sendable, CustomStringConvertible {
        public var index: Int
        public var message: String
        public var description: String { message }
    }

    /// `features`: `VIEW` or `VIEW.FEATURE`, as a dataset lists them.
    public init(
        _ features: [String],
        rows: StreamDefinition,
        view find: (String) throws -> FeatureView?,
        knownViews: [String]
    ) throws {
        var parts: [Part] = []
        for (index, text) in features.enumerated() {
            let asked = try FeatureName(text) { try find($0) != nil }
            let name = asked.view
            guard let view = try find(name) else {
                throw Fault(
                    index: index,
                    message: "there is no FeatureView `\(name)`."
                        + Spelling.suggestion(for: name, among: knownViews)
                )
            }
            var columns = Array(view.columns.indices)
            if let feature = asked.feature {
                let all = view.columns.map(\.name)
                guard let column = all.firstIndex(of: feature) else {
                    throw Fault(
                        index: index,
                        message: "FeatureView \(name) has no feature `\(feature)`. There are "
                            + all.joined(separator: ", ") + "."
                            + Spelling.suggestion(for: feature, among: all)
                    )
                }
                columns = [column]
            }
            let fields = try Self.fields(of: view, in: rows, index)
            var fold: FeatureFold?
            if case .stream(let view) = view { fold = FeatureFold(view) }
            parts.append(Part(name: name, view: view, columns: columns, fields: fields, fold: fold))
        }
        self.rows = rows
        self.parts = parts
        var inputs: Set<Partition> = []
        for case let .stream(view) in parts.map(\.view) {
            for index in 0 ..< view.stream.partitions {
                inputs.insert(Partition(view.stream.topic, index))
            }
        }
        self.inputs = inputs.sorted()
        self.needed = Set(parts.flatMap(\.fields)).sorted()
        self.columns = parts.flatMap { part in
            part.columns.map {
                (
                    name: "\(part.name)__\(part.view.columns[$0].name)",
                    type: part.view.columns[$0].type
                )
            }
        }
    }

    private static func fields(
        of view: FeatureView,
        in rows: StreamDefinition,
        _ index: Int
    ) throws -> [Int] {
        let wanted: [(name: String, type: FieldType?)] =
            switch view {
            case .stream(let view): [(view.entityName, nil)]
            case .request(let view): view.fields.map { ($0.name, $0.type) }
            }
        return try wanted.map { name, type in
            guard let field = rows.fields.firstIndex(where: { $0.name == name }) else {
                throw Fault(
                    index: index,
                    message: "FeatureView \(view.definition.name) joins on `\(name)`, and Stream "
                        + "\(rows.name) has no such field."
                        + Spelling.suggestion(for: name, among: rows.fields.map(\.name))
                )
            }
            if let type, rows.fields[field].type != type {
                throw Fault(
                    index: index,
                    message:
                        "`\(name)` is \(type.phrase) in FeatureView \(view.definition.name) "
                        + "and \(rows.fields[field].type.phrase) in Stream \(rows.name)."
                )
            }
            return field
        }
    }

    /// How far every input was folded by all the views that read it.
    public func cut(in reader: any StoreReader) throws(StoreError) -> [Partition: Offset] {
        var cut: [Partition: Offset] = [:]
        for part in parts {
            guard let fold = part.fold else { continue }
            for index in 0 ..< fold.view.stream.partitions {
                let partition = Partition(fold.view.stream.topic, index)
                let next = try fold.progress(of: index, in: reader)?.next ?? 0
                cut[partition] = min(cut[partition] ?? next, next)
            }
        }
        return cut
    }

    /// What was read for one row.
    public struct Values: Sendable {
        /// In the order of the columns.
        public var values: [FieldValue]
        /// The newest record that any view met; nil where none met one.
        public var newest: Instant?
        /// The records behind each column, where they were asked for.
        public var records: [[Position]]
    }

    /// `fields`: The values of the row, in the order of the stream's fields.
    public func read(
        _ fields: [FieldValue],
        at instant: Instant,
        cut: [Partition: Offset],
        in reader: any StoreReader,
        withRecords: Bool = false
    ) throws(StoreError) -> Values {
        var result = Values(values: [], newest: nil, records: [])
        result.values.reserveCapacity(columns.count)
        for part in parts {
            let read = try self.read(part, fields, at: instant, cut, reader, withRecords)
            result.newest = [result.newest, read.newest].compactMap(\.self).max()
            for column in part.columns {
                result.values.append(read.values[column])
                if withRecords {
                    result.records.append(read.records.isEmpty ? [] : read.records[column])
                }
            }
        }
        return result
    }

    private func read(
        _ part: Part,
        _ fields: [FieldValue],
        at instant: Instant,
        _ cut: [Partition: Offset],
        _ reader: any StoreReader,
        _ withRecords: Bool
    ) throws(StoreError) -> FeatureRead {
        switch part.view {
        case .request(let view):
            return FeatureRead(values: view.values(of: part.fields.map { fields[$0] }))
        case .stream(let view):
            let entity = fields[part.fields[0]]
            guard !entity.isNull, let fold = part.fold else { return view.nothing }
            let offsets = (0 ..< view.stream.partitions).map {
                cut[Partition(view.stream.topic, $0)] ?? 0
            }
            return try FeatureReader(fold, in: reader).read(
                entity.joinBytes,
                at: instant,
                cut: offsets,
                withRecords: withRecords
            )
        }
    }
}
