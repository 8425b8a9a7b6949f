public import Bytes
internal import Documents
internal import Engine
internal import Events
public import Features
public import JSON
public import Logs
internal import ModelRegistry
public import Records
internal import Serving
internal import Store

/// What a view gave for one entity, or what a model version would read for one request.
public struct FeatureAnswer: Sendable {
    public var subject: Subject
    /// Nil where the values depend on no instant: in a view of requests.
    public var at: Instant?
    public var isComplete: Bool
    /// The event time of the newest record that was met.
    public var newest: Instant?
    public var features: [Feature]

    public enum Subject: Sendable, Hashable {
        /// A view of requests has no entity.
        case view(String, entity: String?)
        case model(String, version: Int64, dataset: String)
    }

    public struct Feature: Sendable {
        public var name: String
        public var value: FieldValue
        /// The records behind it, where they were asked for.
        public var records: [Position]?
    }
}

/// What views gave for many rows: a column for each feature, in the order in which they were asked for.
public struct OnlineFeatures: Sendable {
    public var columns: [Column] = []

    public struct Column: Sendable {
        public var view: String
        public var feature: String
        /// Which of the view's columns it is.
        public var index: Int
        /// One for each row.
        public var reads: [FeatureRead]
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
        try refuseUnknown(entities, in: view)
        switch view {
        case .request(let view):
            let values = try view.fields.map { try value(of: $0, entities) }
            let features = zip(view.columnNames, view.values(of: values)).map {
                FeatureAnswer.Feature(name: $0, value: $1, records: withRecords ? [] : nil)
            }
            return FeatureAnswer(
                subject: .view(name, entity: nil),
                at: at,
                isComplete: true,
                newest: nil,
                features: features
            )
        case .stream(let view):
            let fold = FeatureFold(view)
            let entity = try value(of: view.entityField, entities)
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
                    .read(entity.joinBytes, at: instant, withRecords: withRecords)
            return FeatureAnswer(
                subject: .view(name, entity: String(decoding: entity.textBytes, as: UTF8.self)),
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

    /// What was folded by now.
    private func newestSnapshot() throws -> any StoreReader {
        try readings.value(of: []) {
            Reading(store: try store.snapshot(), cut: [:], watermark: nil)
        }.store
    }

    /// What a model would read for a request: its version at production, or else the newest one. Where no Model has the
    /// name, it is an endpoint's: the version that this answers with.
    /// `request`: Values may be texts of their types.
    public func features(
        ofModel name: String,
        _ request: JSONValue,
        at: Instant?,
        withRecords: Bool
    ) throws -> FeatureAnswer {
        let version = try version(toRead: name, in: store)
        let plan = try plan(ofDatasetVersion: version.dataset, in: store).1
        let reading = try reading(of: plan)
        let fields = try plan.fields(of: request, index: nil, takesTexts: true)
        let instant = try plan.instant(of: fields, at, reading)
        let read = try plan.read(
            fields,
            at: instant,
            cut: reading.cut,
            in: reading.store,
            withRecords: withRecords
        )
        return FeatureAnswer(
            subject: .model(version.model, version: version.version, dataset: version.dataset),
            at: instant,
            isComplete: reading.isComplete(at: instant),
            newest: read.newest,
            features: plan.columns.enumerated().map { index, column in
                FeatureAnswer.Feature(
                    name: column.name,
                    value: read.values[index],
                    records: withRecords ? read.records[index] : nil
                )
            }
        )
    }

    private func version(toRead name: String, in reader: any StoreReader) throws -> ModelVersion {
        let catalog = ModelCatalog.View(reader)
        if try catalog.model(name) != nil {
            if let version = try catalog.version(name, at: .production) { return version }
            if let newest = try catalog.versions(name).last { return newest }
            throw PlatformError.invalid(
                "\(name) has no version yet. Train one: tributary train \(name) --dataset NAME@N"
            )
        }
        guard let endpoint = try EndpointCatalog.View(reader).endpoint(name) else {
            throw PlatformError.refused(ModelRefusal.unknownModel(name))
        }
        return try version(of: try refusing { try endpoint.served.read() }, in: reader)
    }

    private func refuseUnknown(_ entities: JSONValue, in view: FeatureView) throws {
        let known =
            switch view {
            case .request(let view): view.fields.map(\.name)
            case .stream(let view): [view.entityName]
            }
        for (name, _) in entities.object ?? [] where !known.contains(name) {
            throw PlatformError.invalid(
                "there is no field `\(name)`. \(view.definition.name) is read by "
                    + known.joined(separator: ", ") + "."
                    + Spelling.suggestion(for: name, among: known)
            )
        }
    }

    private func knownView(_ name: String, in reader: any StoreReader) throws -> FeatureView {
        if let view = try featureView(name, in: reader) { return view }
        if let fault = try FeatureCatalog.View(reader).view(name)?.served.fault {
            throw PlatformError.refused(fault)
        }
        let known = try FeatureCatalog.View(reader).views().map(\.name)
        throw PlatformError.refused(FeatureRefusal.unknownView(name, known: known))
    }

    /// A field of a request. `tributary features get` sends every value as text. Null is asked for where a row has none.
    private func value(
        of field: StreamDefinition.Field,
        _ entities: JSONValue
    ) throws -> FieldValue {
        guard let given = entities[field.name] else {
            throw PlatformError.invalid("`\(field.name)` must be given: the view is read by it")
        }
        return given.isNull ? .null : try field.asked(given, takesTexts: true)
    }

    /// Features of many rows at once.
    /// `features`: `view:feature`.
    /// `columns`: The entities, one value for each row.
    /// `at`: Nil: each view's watermark.
    public func onlineFeatures(
        _ features: [String],
        _ columns: [(name: String, values: [JSONValue])],
        at: Instant?
    ) throws -> OnlineFeatures {
        let reader = try newestSnapshot()
        let count = columns.first?.values.count ?? 0
        var answer = OnlineFeatures()
        var read: [String: (view: FeatureView, rows: [FeatureRead])] = [:]
        for text in features {
            let names = text.split(separator: ":", maxSplits: 1).map(String.init)
            guard names.count == 2 else {
                throw PlatformError.invalid("a feature is written VIEW:FEATURE, and not `\(text)`")
            }
            let part: (view: FeatureView, rows: [FeatureRead])
            if let known = read[names[0]] {
                part = known
            } else {
                let view = try servedViews.value(of: names[0]) {
                    try knownView(names[0], in: reader)
                }
                part = (view, try rows(of: view, columns, count: count, at: at, in: reader))
                read[names[0]] = part
            }
            let known = part.view.columns.map(\.name)
            guard let index = known.firstIndex(of: names[1]) else {
                throw PlatformError.refused(
                    FeatureRefusal.unknownFeature(
                        view: names[0],
                        feature: names[1],
                        known: known
                    )
                )
            }
            answer.columns.append(
                .init(view: names[0], feature: names[1], index: index, reads: part.rows)
            )
        }
        return answer
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
                    try value(of: field, .object([(field.name, $0)]))
                }
            }
            return (0 ..< count).map { row in
                FeatureRead(values: view.values(of: given.map { $0[row] }))
            }
        case .stream(let view):
            let fold = FeatureFold(view)
            let field = view.entityField
            guard let instant = try at ?? watermark(of: fold, in: reader) else {
                return Array(repeating: view.nothing, count: count)
            }
            let entities = FeatureReader(fold, in: reader)
            return try column(view.entityName).map { given in
                let entity = try value(of: field, .object([(field.name, given)]))
                return entity.isNull
                    ? view.nothing
                    : try entities.read(entity.joinBytes, at: instant, looksBack: true)
            }
        }
    }
}

extension StreamView {
    /// What tells the view's entities apart.
    fileprivate var entityField: StreamDefinition.Field {
        guard let field = stream.field(entityName) else {
            preconditionFailure("\(definition.name) has an entity that its stream lacks.")
        }
        return field
    }
}
