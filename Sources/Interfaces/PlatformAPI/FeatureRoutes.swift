internal import Bytes
internal import Engine
internal import Events
internal import Features
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import Logs
internal import Platform
internal import Projections
internal import Records
internal import Store
internal import Workers

/// Feature views, and what they give.
extension PlatformAPI {
    func listViews(_ request: Request) async throws -> Response {
        let view = FeatureCatalog.View(
            platform.store,
            asOf: try await moment(of: FeatureCatalog(), request)
        )
        return Response.json([
            "items": .array(
                try view.views().map { _, entry in
                    let count = entry.served.view?.columns.count ?? 0
                    return entry.item { spec in
                        [
                            ("stream", spec["stream"] ?? "request"),
                            ("entity", spec["entity"] ?? ""), ("features", .integer(Int64(count))),
                        ]
                    }
                }
            )
        ])
    }

    func view(_ name: String, _ request: Request) async throws -> Response {
        let catalog = FeatureCatalog.View(
            platform.store,
            asOf: try await moment(of: FeatureCatalog(), request)
        )
        guard let entry = try catalog.view(name) else {
            throw PlatformError.refused(
                FeatureRefusal.unknownView(name, known: try catalog.views().map(\.name))
            )
        }
        let columns = entry.served.view?.columns ?? []
        return Response.json(
            entry.described([
                ("building", entry.next.map { .string($0.generation.hex) } ?? .null),
                (
                    "features",
                    .object(columns.map { ($0.name, .string($0.type.rawValue)) })
                ),
            ])
        )
    }

    /// `{"view": "carrier_punctuality", "entities": {"carrier": "B6"}, "at": …, "records": true}`; with `model` in place of
    /// `view`, what that would read for a request.
    func readFeatures(_ request: Request) async throws -> Response {
        let asked = try JSONValue(body: try await request.collectedBody()[...])
        guard let entities = asked["entities"], entities.object != nil,
            let name = asked["view"]?.string ?? asked["model"]?.string
        else {
            throw Problem.malformed(
                "Send {\"view\": \"carrier_punctuality\", \"entities\": {\"carrier\": \"B6\"}}."
            )
        }
        let at = try asked.instant("at")
        let wantsRecords = asked["records"]?.bool ?? false
        let answer = try await platform.engine.pool.run { [platform, at] in
            asked["view"] == nil
                ? try platform.features(ofModel: name, entities, at: at, withRecords: wantsRecords)
                : try platform.features(of: name, entities, at: at, withRecords: wantsRecords)
        }
        return Response.json(answer.json)
    }

    /// Feast's `POST /get-online-features`: columnar, entities first.
    func onlineFeatures(_ request: Request) async throws -> Response {
        let asked = try JSONValue(body: try await request.collectedBody()[...])
        guard let features = asked["features"]?.array?.compactMap(\.string), !features.isEmpty,
            let entities = asked["entities"]?.object, !entities.isEmpty
        else {
            throw Problem.malformed(
                "Send {\"features\": [\"carrier_punctuality:flights_3h\"], \"entities\": {\"carrier\": [\"B6\"]}}."
            )
        }
        guard Set(features).count == features.count else {
            throw Problem.invalid("A feature stands in `features` twice.", pointer: "/features")
        }
        let columns = try entities.map { name, values in
            guard let values = values.array else {
                throw Problem.malformed(
                    "`\(name)` is a list, one value for each row.",
                    pointer: "/entities/\(name)"
                )
            }
            return (name: name, values: values)
        }
        guard let count = columns.first?.values.count,
            columns.allSatisfy({ $0.values.count == count })
        else {
            throw Problem.invalid("The lists of the entities must be of one length.")
        }
        guard count <= 10_000 else {
            throw Problem.invalid("At most 10,000 rows are read at once; these are \(count).")
        }
        guard count * features.count <= 1_000_000 else {
            throw Problem.invalid(
                "At most 1,000,000 values are read at once; these are \(count) rows of \(features.count)."
            )
        }
        let at = try asked.instant("at")
        let isFull = asked["full_feature_names"]?.bool ?? false
        let read: @Sendable () throws -> [UInt8] = { [platform, columns] in
            try platform.onlineFeatures(features, columns, at: at, fullNames: isFull)
        }
        // A few rows are read from the block cache at once; more of them wait for a thread that may block.
        let bytes = count <= 16 ? try read() : try await platform.engine.pool.run(read)
        return Response.json(bytes: bytes)
    }
}

extension FeatureAnswer {
    var json: JSONValue {
        let subject: [(String, JSONValue)] =
            switch subject {
            case .view(let name, let entity):
                [("view", .string(name)), ("entity", entity.map(JSONValue.string) ?? .null)]
            case .model(let name, let version, let dataset):
                [
                    ("model", .string(name)), ("version", .integer(version)),
                    ("dataset", .string(dataset)),
                ]
            }
        let features = features.map { feature -> (String, JSONValue) in
            guard let records = feature.records else { return (feature.name, feature.value.json) }
            return (
                feature.name,
                [
                    "value": feature.value.json,
                    "records": .array(records.map { .string($0.description) }),
                ]
            )
        }
        return .object(
            subject + [
                ("at", at.map { .string($0.rfc3339) } ?? .null), ("complete", .bool(isComplete)),
                ("eventTime", newest.map { .string($0.rfc3339) } ?? .null),
                ("features", .object(features)),
            ]
        )
    }
}
