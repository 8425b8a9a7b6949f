internal import Archive
internal import Bytes
internal import Engine
internal import Events
internal import HTTP
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import Logs
internal import Platform
internal import Projections
internal import Records
internal import Serving
internal import Store
internal import Workers

/// Endpoints, their predictions, and where those come from.
extension PlatformAPI {
    func listEndpoints(_ request: Request) async throws -> Response {
        let view = EndpointCatalog.View(
            platform.store,
            asOf: try await moment(of: EndpointCatalog(), request)
        )
        return Response.json([
            "items": .array(
                try view.endpoints().map { entry in
                    let declared = entry.served
                    let count = try PredictionLedger.count(of: declared.name, in: platform.store)
                    return entry.item { spec in
                        [
                            ("model", spec["model"] ?? ""),
                            ("predictions", .integer(count.predictions)),
                        ]
                    }
                }
            )
        ])
    }

    func endpoint(_ name: String, _ request: Request) async throws -> Response {
        let view = EndpointCatalog.View(
            platform.store,
            asOf: try await moment(of: EndpointCatalog(), request)
        )
        guard let entry = try view.endpoint(name) else {
            throw PlatformError.refused(ServingRefusal.unknownEndpoint(name))
        }
        let count = try PredictionLedger.count(of: name, in: platform.store)
        var serving: JSONValue = .null
        if let definition = entry.served.definition {
            do {
                let served = try await platform.engine.pool.run { [platform] in
                    try platform.servedModel(of: definition, in: platform.store)
                }
                serving = [
                    "name": .string(served.model), "version": .integer(served.version),
                    "digest": .string(served.artifact.hex),
                ]
            } catch PlatformError.refused(let refusal) {
                serving = .string(refusal.description)
            } catch let error as ArchiveError {
                serving = .string("\(error)")
            }
        }
        return Response.json(
            entry.described([
                ("serving", serving), ("predictions", .integer(count.predictions)),
                ("incomplete", .integer(count.incomplete)),
                ("latest", count.latest.map { .string($0.rfc3339) } ?? .null),
            ])
        )
    }

    /// Fields of one request, or a list of them: `PredictRequest`.
    func predict(_ name: String, _ request: Request) async throws -> Response {
        let body = try JSONValue(body: try await request.collectedBody()[...])
        let asked = try await PredictRequest(body) { [platform] in
            try await platform.requestFields(of: name)
        }
        let predictions = try await platform.predict(
            name,
            asked.requests,
            at: asked.at,
            traceparent: request.traceparent,
            actor: request.actor
        )
        let answers = predictions.map { $0.json(showsFeatures: asked.showsFeatures) }
        var response = Response.json(
            !asked.isList ? answers.first ?? .null : ["predictions": .array(answers)]
        )
        response.headers[.position] = predictions.last?.position?.description
        return response
    }

    func explain(_ id: String, executes: Bool) async throws -> Response {
        Response.json(try await platform.explain(id, executes: executes).json)
    }

    /// Computes every prediction of an endpoint again, and compares bit for bit.
    func reexecute(_ name: String) async throws -> Response {
        guard try EndpointCatalog.View(platform.store).endpoint(name) != nil else {
            throw PlatformError.refused(ServingRefusal.unknownEndpoint(name))
        }
        let result = try await platform.engine.longPool.run { [platform] in
            try platform.reexecute(name)
        }
        return Response.json([
            "endpoint": .string(name), "predictions": .integer(Int64(result.predictions)),
            "differences": .integer(Int64(result.differences.count)),
            "seconds": .number(result.seconds),
            "first": .array(
                result.differences.prefix(100).map { id, difference in
                    .object(
                        [("id", id.map { .string($0.description) } ?? .null)]
                            + (difference.json.object ?? [])
                    )
                }
            ),
        ])
    }
}

extension Prediction {
    func json(showsFeatures: Bool) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("id", .string(id.description)),
            ("outputs", outputs.json),
            (
                "model",
                [
                    "name": .string(predicted.model), "version": .integer(predicted.version),
                    "digest": .string(Array(predicted.artifact).hex),
                ]
            ),
            ("at", .string(Instant(microseconds: predicted.atUs).rfc3339)),
            ("complete", .bool(predicted.complete)),
        ]
        if showsFeatures {
            members.append(
                ("features", .object(zip(columns, values).map { ($0, $1.json) }))
            )
        }
        return .object(members)
    }
}

extension Explanation.Difference {
    var json: JSONValue {
        [
            "what": .string(what), "stored": .string(stored), "recomputed": .string(recomputed),
        ]
    }
}

extension Explanation {
    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("id", .string(id.description)), ("position", .string(position.description)),
            ("decidedAt", .string(decidedAt.rfc3339)), ("endpoint", .string(predicted.endpoint)),
            ("subject", .string(predicted.id)),
            ("at", .string(Instant(microseconds: predicted.atUs).rfc3339)),
            ("complete", .bool(predicted.complete)),
            ("outputs", predicted.namedOutputs.json),
            (
                "model",
                [
                    "name": .string(predicted.model), "version": .integer(predicted.version),
                    "digest": .string(Array(predicted.artifact).hex), "run": .string(run),
                    "dataset": .string(predicted.dataset),
                ]
            ),
            ("request", .string(predicted.request)),
            (
                "cut",
                .array(
                    predicted.cut.map {
                        .string("\(Partition($0.topic, $0.partition))@\($0.offset)")
                    }
                )
            ),
        ]
        if predicted.hasInput {
            let input = Partition(predicted.input.topic, predicted.input.partition)
            members.append(
                ("answers", .string(Position(input, predicted.input.offset).description))
            )
        }
        members.append(
            (
                "features",
                .array(
                    features.map { feature in
                        [
                            "name": .string(feature.column), "value": feature.value.json,
                            "stored": feature.stored.isNaN ? .null : .figure(feature.stored),
                            "records": .array(feature.records.map { .string($0.description) }),
                        ]
                    }
                )
            )
        )
        if let differences {
            members.append(("differences", .array(differences.map(\.json))))
        }
        return .object(members)
    }
}
