internal import Bytes
internal import Engine
internal import Events
internal import Features
internal import HTTP
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
