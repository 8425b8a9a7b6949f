internal import HTTP
internal import HTTPTypes
internal import JSON

/// What can be asked of models and of the runs that trained them.
extension PlatformAPI {
    var modelCommands: [Command] {
        [
            Command(
                "models.list",
                .get,
                "/api/v1/models",
                "models",
                .reads,
                [.asOf],
                errors: [.notFound]
            ) { call in
                try await listModels(call.request)
            },
            Command(
                "models.describe",
                .get,
                "/api/v1/models/{name}",
                "a model with its versions; `NAME@N`: that version",
                .reads,
                [
                    .path("name", "The model, or a version of it.", example: "late-arrival@1"),
                    .asOf,
                ],
                errors: [.notFound]
            ) { call in
                try await model(call.name, call.request)
            },
            Command(
                "models.history",
                .get,
                "/api/v1/models/{name}/history",
                "what happened to a model, a deleted one too, and who did it",
                .reads,
                [.model, .asOf],
                errors: [.notFound]
            ) { call in
                try await modelHistory(call.name, call.request)
            },
            Command(
                "models.delete",
                .delete,
                "/api/v1/models/{name}",
                "deletes a model that no endpoint uses",
                .decides,
                [.model],
                errors: [.notFound]
            ) { call in
                try await delete("Model", call.name, call.request)
            },
            Command(
                "models.train",
                .post,
                "/api/v1/models/{name}/train",
                "trains a version by the model's recipe",
                .decides,
                [
                    .model,
                    .rows,
                    .body("codeRevision", "Of the code that asks for it."),
                ],
                example: ["dataset": "late_arrivals@1"],
                errors: [.notFound, .archiveFailed]
            ) { call in
                try await train(call.name, call.request)
            },
            Command(
                "models.rollback",
                .post,
                "/api/v1/models/{name}/rollback",
                "brings back the version that stood at a stage before",
                .decides,
                [.model, .stage, .reason],
                example: ["stage": "production", "reason": "it answers worse"],
                errors: [.notFound]
            ) { call in
                try await rollBack(call.name, call.request)
            },
            Command(
                "models.approve",
                .post,
                "/api/v1/models/{name}/versions/{version}/approve",
                "approves a version for a stage",
                .decides,
                [.model, .version, .stage, .reason],
                example: ["stage": "production", "reason": "it is better"],
                errors: [.notFound]
            ) { call in
                try await approve(call.name, call.version, call.request)
            },
            Command(
                "models.promote",
                .post,
                "/api/v1/models/{name}/versions/{version}/promote",
                "puts a version at a stage",
                .decides,
                [.model, .version, .stage, .reason],
                example: ["stage": "production", "reason": "it is better"],
                errors: [.notFound]
            ) { call in
                try await promote(call.name, call.version, call.request)
            },
            Command(
                "models.evaluate",
                .post,
                "/api/v1/models/{name}/versions/{version}/evaluate",
                "judges a version and its baseline on a dataset version",
                .reads,
                [.model, .version, .rows],
                example: ["dataset": "late_arrivals@2"],
                errors: [.notFound, .refused, .archiveFailed]
            ) { call in
                try await evaluate(call.name, call.version, call.request)
            },
            Command(
                "runs.list",
                .get,
                "/api/v1/runs",
                "training runs",
                .reads,
                [
                    .query("model", "Those of that model alone."),
                    .asOf,
                ],
                errors: [.notFound]
            ) { call in
                try await listRuns(call.request)
            },
            Command(
                "runs.describe",
                .get,
                "/api/v1/runs/{id}",
                "a run with its parameters, metrics and artifacts",
                .reads,
                [
                    .path("id", "The run.", example: "01a20a69-33fc-7f3e-885c-9f09597edae7"),
                    .asOf,
                ],
                errors: [.notFound]
            ) { call in
                try await run(call["id"], call.request)
            },
        ]
    }
}

extension Parameter {
    fileprivate static let model = path("name", "The model.", example: "late-arrival")

    fileprivate static let version = path(
        "version",
        "Which version, from 1 on.",
        .integer,
        example: 1
    )

    fileprivate static let stage = body(
        "stage",
        "Where it is to stand.",
        .oneOf(["test", "production"]),
        isRequired: true
    )

    fileprivate static let reason = body("reason", "Why, in a sentence.")

    fileprivate static let rows = body("dataset", "The version of the rows.", isRequired: true)
}
