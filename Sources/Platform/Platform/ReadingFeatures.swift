public import Bytes
internal import Documents
internal import Features
public import JSON
public import Logs
public import Records
internal import Store

/// What a view gave for one entity.
public struct FeatureAnswer: Sendable {
    public var view: String
    public var entity: String
    public var at: Instant
    public var isComplete: Bool
    /// The event time of the newest record that was met.
    public var newest: Instant?
    public var features: [Feature]

    public struct Feature: Sendable {
        public var name: String
        public var value: FieldValue
        /// The records behind it, where they were asked for.
        public var records: [Position]?
    }
}

extension Platform {
    /// What a view gives for an entity, or for a request's own fields.
    /// `at`: Nil: the view's watermark.
    public func features(
        of name: String,
        _ entities: JSONValue,
        at: Instant?,
        withRecords: Bool
    ) throws -> FeatureAnswer {
        let reader = try store.snapshot()
        let view = try knownView(name, in: reader)
        switch view {
        case .request(let view):
            let values = try view.fields.map { try value(of: $0.name, $0.type, entities) }
            let features = zip(view.columnNames, view.values(of: values)).map {
                FeatureAnswer.Feature(name: $0, value: $1, records: withRecords ? [] : nil)
            }
            return FeatureAnswer(
                view: name,
                entity: "request",
                at: at ?? clock.now(),
                isComplete: true,
                newest: nil,
                features: features
            )
        case .stream(let view):
            let fold = FeatureFold(view)
            let type = view.stream.field(view.entityName)?.type ?? .string
            let entity = try value(of: view.entityName, type, entities)
            let watermark = try watermark(of: fold, in: reader)
            guard let instant = at ?? watermark else {
                throw PlatformError.invalid(
                    "nothing was folded for \(name) yet: say as of when, with `at`"
                )
            }
            let read =
                entity.isNull
                ? view.nothing
                : try FeatureReader(fold, in: reader)
                    .read(entity.textBytes, at: instant, withRecords: withRecords)
            return FeatureAnswer(
                view: name,
                entity: String(decoding: entity.textBytes, as: UTF8.self),
                at: instant,
                isComplete: watermark.map { $0 >= instant } ?? false,
                newest: read.newest,
                features: view.columns.enumerated().map { index, column in
                    FeatureAnswer.Feature(
                        name: column.name,
                        value: read.values[index],
                        records: withRecords
                            ? (read.records.isEmpty ? [] : read.records[index]) : nil
                    )
                }
            )
        }
    }

    private func knownView(_ name: String, in reader: any StoreReader) throws -> FeatureView {
        if let view = try featureView(name, in: reader) { return view }
        let known = try FeatureCatalog.View(reader).views().map(\.name)
        throw PlatformError.declined(Declined(FeatureRefusal.unknownView(name, known: known)))
    }

    /// A field of a request. `tributary features get` sends every value as text.
    private func value(
        of name: String,
        _ type: FieldType,
        _ entities: JSONValue
    ) throws -> FieldValue {
        guard let given = entities[name] else {
            throw PlatformError.invalid("`\(name)` must be given: the view is read by it")
        }
        if let value = FieldValue(given, as: type) { return value }
        if let text = given.string, let value = FieldValue(text: text, as: type) { return value }
        throw PlatformError.invalid("`\(name)` is \(given.phrase), which is no \(type.rawValue)")
    }

    /// Feast's `get-online-features`: a JSON answer with a column for each entity and each feature.
    /// `features`: `view:feature`.
    /// `columns`: The entities, one value for each row.
    /// `at`: Nil: each view's watermark.
    public func onlineFeatures(
        _ features: [String],
        _ columns: [(name: String, values: [JSONValue])],
        at: Instant?,
        fullNames: Bool
    ) throws -> [UInt8] {
        let reader = try store.snapshot()
        let count = columns.first?.values.count ?? 0
        var answer = OnlineAnswer(rows: count)
        for column in columns { answer.add(entity: column.name, column.values) }
        var read: [String: [FeatureRead]] = [:]
        for text in features {
            let names = text.split(separator: ":", maxSplits: 1).map(String.init)
            guard names.count == 2 else {
                throw PlatformError.invalid("a feature is written VIEW:FEATURE, and not `\(text)`")
            }
            let view = try knownView(names[0], in: reader)
            let known = view.columns.map(\.name)
            guard let index = known.firstIndex(of: names[1]) else {
                throw PlatformError.declined(
                    Declined(
                        FeatureRefusal.unknownFeature(
                            view: names[0],
                            feature: names[1],
                            known: known
                        )
                    )
                )
            }
            if read[names[0]] == nil {
                read[names[0]] = try rows(of: view, columns, count: count, at: at, in: reader)
            }
            answer.add(
                feature: fullNames ? "\(names[0])__\(names[1])" : names[1],
                index,
                read[names[0]] ?? []
            )
        }
        return answer.bytes()
    }

    private func rows(
        of view: FeatureView,
        _ columns: [(name: String, values: [JSONValue])],
        count: Int,
        at: Instant?,
        in reader: any StoreReader
    ) throws -> [FeatureRead] {
        func column(_ name: String) throws -> [JSONValue] {
            guard let column = columns.first(where: { $0.name == name }) else {
                throw PlatformError.invalid(
                    "`entities` must have `\(name)`: \(view.definition.name) is read by it"
                )
            }
            return column.values
        }
        switch view {
        case .request(let view):
            let given = try view.fields.map { field in
                try column(field.name).map {
                    try value(of: field.name, field.type, [field.name: $0])
                }
            }
            return (0 ..< count).map { row in
                FeatureRead(values: view.values(of: given.map { $0[row] }))
            }
        case .stream(let view):
            let fold = FeatureFold(view)
            let type = view.stream.field(view.entityName)?.type ?? .string
            guard let instant = try at ?? watermark(of: fold, in: reader) else {
                return Array(repeating: view.nothing, count: count)
            }
            let entities = FeatureReader(fold, in: reader)
            return try column(view.entityName).map { given in
                let entity = try value(of: view.entityName, type, [view.entityName: given])
                return entity.isNull
                    ? view.nothing
                    : try entities.read(entity.textBytes, at: instant, looksBack: true)
            }
        }
    }
}

extension FieldValue {
    /// Reads a value from its text.
    public init?(text: String, as type: FieldType) {
        switch type {
        case .bool:
            guard text == "true" || text == "false" else { return nil }
            self = .bool(text == "true")
        case .int32:
            guard let value = Int32(text) else { return nil }
            self = .int(Int64(value))
        case .int64:
            guard let value = Int64(text) else { return nil }
            self = .int(value)
        case .float:
            guard let value = Double(text), value.isFinite else { return nil }
            self = .float(value.canonical)
        case .string: self = .string(text)
        case .timestamp:
            guard let value = Timestamp(rfc3339: text) else { return nil }
            self = .timestamp(value)
        }
    }
}
