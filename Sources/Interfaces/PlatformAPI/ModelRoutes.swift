internal import Bytes
internal import Documents
internal import Engine
internal import Events
internal import Experiments
internal import HTTP
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import Logs
internal import ModelRegistry
internal import Platform
internal import Projections
internal import Store
internal import Training

/// Models, their versions and stages, and the runs that made them.
extension PlatformAPI {
    func listModels(_ request: Request) async throws -> Response {
        let view = ModelCatalog.View(
            platform.store,
            asOf: try await moment(of: ModelCatalog(), request)
        )
        return Response.json([
            "items": .array(
                try view.models().map { entry in
                    let declared = entry.served
                    let standing = try view.standing(declared.name, at: .production)
                    let count = try view.versions(declared.name).count
                    return entry.item { spec in
                        [
                            ("dataset", spec["dataset"] ?? ""),
                            ("versions", .integer(Int64(count))),
                            ("production", standing.holder.map { .integer($0) } ?? .null),
                        ]
                    }
                }
            )
        ])
    }

    /// `late-arrival`, or one version of it: `late-arrival@2`.
    func model(_ name: String, _ request: Request) async throws -> Response {
        let view = ModelCatalog.View(
            platform.store,
            asOf: try await moment(of: ModelCatalog(), request)
        )
        if name.contains("@") {
            let (model, number) = try versionReference(name)
            guard let version = try view.version(model, number) else {
                throw PlatformError.refused(
                    ModelRefusal.unknownVersion(model: model, version: number)
                )
            }
            return Response.json(version.json)
        }
        guard let entry = try view.model(name) else {
            throw PlatformError.refused(ModelRefusal.unknownModel(name))
        }
        return Response.json(
            entry.described([
                (
                    "stages",
                    .object(
                        try [Stage.test, .production].compactMap { stage in
                            try view.standing(name, at: stage).holder.map {
                                (stage.rawValue, .integer($0))
                            }
                        }
                    )
                ),
                ("versions", .array(try view.versions(name).map(\.json))),
            ])
        )
    }

    func modelHistory(_ name: String, _ request: Request) async throws -> Response {
        let view = ModelCatalog.View(
            platform.store,
            asOf: try await moment(of: ModelCatalog(), request)
        )
        // A deleted model has its history too.
        let history = try view.history(name)
        guard !history.isEmpty else {
            throw PlatformError.refused(ModelRefusal.unknownModel(name))
        }
        return Response.json(["items": .array(history.map(\.json))])
    }

    /// `{"dataset": "late_arrivals@1", "codeRevision": …}`: trains a version by the model's recipe.
    func train(_ name: String, _ request: Request) async throws -> Response {
        let body = try await request.collectedBody()
        let asked = try JSONValue(body: body[...])
        guard let dataset = asked["dataset"]?.string else {
            throw Problem.malformed("Send {\"dataset\": \"late_arrivals@1\"}.", pointer: "/dataset")
        }
        let trained = try await platform.train(
            name,
            on: dataset,
            codeRevision: asked["codeRevision"]?.string ?? about.version,
            environment: about.environment,
            for: try request.caller(route: "POST /api/v1/models/\(name)/train", body: body)
        )
        var response = Response.json([
            "model": .string(name), "version": .integer(trained.version),
            "run": .string(trained.run), "artifact": .string(trained.artifact.hex),
            "metrics": .object(trained.metrics.map { ($0.name, .number($0.value)) }),
        ])
        response.headers[.position] = trained.effect.position?.description
        return response
    }

    /// `{"stage": "production", "reason": …}`
    func approve(_ name: String, _ version: String, _ request: Request) async throws -> Response {
        try await move(name, version, "approve", request) {
            platform,
            number,
            stage,
            reason,
            caller in
            try await platform.approve(name, number, for: stage, reason: reason, caller: caller)
        }
    }

    func promote(_ name: String, _ version: String, _ request: Request) async throws -> Response {
        try await move(name, version, "promote", request) {
            platform,
            number,
            stage,
            reason,
            caller in
            try await platform.promote(name, number, to: stage, reason: reason, caller: caller)
        }
    }

    private func move(
        _ name: String,
        _ version: String,
        _ verb: String,
        _ request: Request,
        _ body: (Platform, Int64, Stage, String, Caller) async throws -> Effect
    ) async throws -> Response {
        guard let number = Int64(version), number > 0 else {
            throw Problem.invalid("A version is a number from 1 on, and not `\(version)`.")
        }
        let bytes = try await request.collectedBody()
        let asked = try JSONValue(body: bytes[...])
        let stage = try stage(asked["stage"])
        let effect = try await body(
            platform,
            number,
            stage,
            asked["reason"]?.string ?? "",
            try request.caller(
                route: "POST /api/v1/models/\(name)/versions/\(number)/\(verb)",
                body: bytes
            )
        )
        var response = Response.json([
            "model": .string(name), "version": .integer(number), "stage": .string(stage.rawValue),
            "action": effect == .unchanged ? "unchanged" : .string("\(verb)d"),
        ])
        response.headers[.position] = effect.position?.description
        return response
    }

    /// `{"stage": "production", "reason": …}`: the version that stood there before stands there again.
    func rollBack(_ name: String, _ request: Request) async throws -> Response {
        let body = try await request.collectedBody()
        let asked = try JSONValue(body: body[...])
        let stage = try stage(asked["stage"])
        let effect = try await platform.rollBack(
            name,
            stage,
            reason: asked["reason"]?.string ?? "",
            caller: try request.caller(route: "POST /api/v1/models/\(name)/rollback", body: body)
        )
        let version = try ModelCatalog.View(platform.store).standing(name, at: stage).holder
        var response = Response.json([
            "model": .string(name), "stage": .string(stage.rawValue),
            "version": version.map { .integer($0) } ?? .null, "action": "rolledBack",
        ])
        response.headers[.position] = effect.position?.description
        return response
    }

    /// `{"dataset": "late_arrivals@2"}`: how the version and its baseline do on those rows.
    func evaluate(_ name: String, _ version: String, _ request: Request) async throws -> Response {
        let asked = try JSONValue(body: try await request.collectedBody()[...])
        guard let number = Int64(version), let dataset = asked["dataset"]?.string else {
            throw Problem.malformed("Send {\"dataset\": \"late_arrivals@2\"}.", pointer: "/dataset")
        }
        let found = try await platform.evaluate(name, number, on: dataset)
        return Response.json([
            "model": .string("\(name)@\(number)"), "dataset": .string(dataset),
            "rows": .integer(Int64(found.rows)), "trainedOn": .bool(found.rowsTrainedOn > 0),
            "rowsTrainedOn": .integer(Int64(found.rowsTrainedOn)), "xgboost": found.model.json,
            "logistic": found.baseline.json,
        ])
    }

    private func stage(_ asked: JSONValue?) throws -> Stage {
        guard let text = asked?.string, let stage = Stage(rawValue: text) else {
            let names = Stage.decided.map(\.rawValue)
            let given = asked.map { ", and not \($0.phrase)" } ?? ""
            throw Problem.invalid(
                "`stage` takes \(names.joined(separator: " or "))\(given)."
                    + Spelling.suggestion(for: asked?.string ?? "", among: names),
                pointer: "/stage"
            )
        }
        return stage
    }

    func versionReference(_ text: String) throws -> (String, Int64) {
        guard let at = text.lastIndex(of: "@"), let number = Int64(text[text.index(after: at)...])
        else { throw Problem.invalid("A version is written NAME@N, and not `\(text)`.") }
        return (String(text[..<at]), number)
    }

    func listRuns(_ request: Request) async throws -> Response {
        let view = RunLedger.View(
            platform.store,
            asOf: try await moment(of: RunLedger(), request)
        )
        return Response.json([
            "items": .array(
                try (request.query["model"].map { try view.runs(model: $0) } ?? view.runs()).map(
                    \.summary
                )
            )
        ])
    }

    func run(_ name: String, _ request: Request) async throws -> Response {
        let view = RunLedger.View(
            platform.store,
            asOf: try await moment(of: RunLedger(), request)
        )
        let run = try view.run(beginningWith: name)
        return Response.json(run.json(metrics: try view.metrics(run.id)))
    }
}

extension Quality {
    fileprivate var json: JSONValue {
        .object(figures.map { ($0.name, $0.value.map(JSONValue.number) ?? .null) })
    }
}

extension ModelVersion {
    var json: JSONValue {
        .object([
            ("name", .string(name)), ("model", .string(model)), ("version", .integer(version)),
            ("stage", .string(stage.rawValue)), ("run", .string(run)),
            ("artifact", .string(artifact.hex)), ("format", .string(format)),
            ("baseline", baseline.map { .string($0.hex) } ?? .null),
            ("dataset", .string(dataset)),
            ("datasetContent", datasetContent.map { .string($0.hex) } ?? .null),
            ("metrics", .object(metrics.map { ($0.name, .number($0.value)) })),
            (
                "approvals",
                .array(
                    approvals.map { approval in
                        [
                            "stage": .string(approval.stage.rawValue),
                            "actor": .string(approval.actor), "reason": .string(approval.reason),
                            "at": .string(approval.at.rfc3339),
                        ]
                    }
                )
            ),
            ("registeredAt", .string(registeredAt.rfc3339)),
            ("actor", actor.map(JSONValue.string) ?? .null), ("actorVerified", false),
            ("columns", .array(columns.map(JSONValue.string))),
        ])
    }
}

extension HistoryItem {
    var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "version": version.map { .integer($0) } ?? .null,
            "stage": stage.map { .string($0.rawValue) } ?? .null,
            "replaced": replaced.map { .integer($0) } ?? .null,
            "actor": actor.map(JSONValue.string) ?? .null, "reason": .string(reason),
            "at": .string(at.rfc3339), "offset": .integer(position),
        ]
    }
}

extension Run {
    var summary: JSONValue {
        [
            "run": .string(id), "model": .string(given.model), "dataset": .string(given.dataset),
            "status": .string(status.rawValue), "startedAt": .string(startedAt.rfc3339),
            "actor": actor.map(JSONValue.string) ?? .null,
        ]
    }

    func json(metrics: [MetricSeries]) -> JSONValue {
        .object(
            (summary.object ?? []) + [
                ("finishedAt", finishedAt.map { .string($0.rfc3339) } ?? .null),
                ("reason", .string(reason)), ("engine", .string(given.engine)),
                ("environment", .string(given.environment)),
                ("codeRevision", .string(given.codeRevision)),
                ("datasetContent", given.datasetContent.map { .string($0.hex) } ?? .null),
                (
                    "parameters",
                    .object(given.parameters.map { ($0.name, .string($0.value)) })
                ),
                (
                    "metrics",
                    .object(
                        metrics.map { series in
                            (
                                series.name,
                                series.points.count == 1 && series.points[0].step == 0
                                    ? .number(series.points[0].value)
                                    : .array(series.points.map { .number($0.value) })
                            )
                        }
                    )
                ),
                (
                    "artifacts",
                    .array(
                        artifacts.map { artifact in
                            [
                                "name": .string(artifact.name),
                                "digest": .string(artifact.digest.hex),
                                "bytes": .integer(artifact.byteCount),
                            ]
                        }
                    )
                ),
            ]
        )
    }
}
