internal import HTTP
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import Platform
internal import Resources

/// Everything that can be asked over the platform's own routes.
extension PlatformAPI {
    var serverCommands: [Command] {
        [
            Command(
                "server.live",
                .get,
                "/health/live",
                "the process answers",
                isOpen: true
            ) { _ in
                .live
            },
            Command(
                "server.ready",
                .get,
                "/health/ready",
                "200 while nothing keeps the server from being ready; 503 with the reasons otherwise",
                isOpen: true
            ) { _ in
                .ready(reasons)
            },
            Command(
                "schemas.resources",
                .get,
                "/schemas/resources.json",
                "JSON Schema of resource files, for editors",
                isOpen: true
            ) { _ in
                Response.json(resourceSchema(of: Platform.definitions))
            },
            Command(
                "server.status",
                .get,
                "/api/v1/status",
                "positions, lag, open alerts and notices",
                isOpen: true
            ) { _ in
                try await status()
            },
            Command(
                "resources.apply",
                .post,
                "/api/v1/apply",
                "declares resources: all of them or none",
                .decides,
                [
                    .body(
                        "files",
                        "Each with a `name` and its `text` of YAML.",
                        .list(of: .object(of: .text)),
                        isRequired: true
                    ),
                    .body("dryRun", "Nothing is applied either way.", .truth),
                ],
                example: [
                    "files": [["name": "readings.yaml", "text": .string(Self.exampleStream)]]
                ],
                errors: [.invalidResources]
            ) { call in
                try await apply(call.request)
            },
            Command(
                "topics.events",
                .get,
                "/api/v1/events/{topic}",
                "any topic as JSON lines",
                .reads,
                [
                    .path("topic", "The topic.", example: "tributary.streams"),
                    .query("from", "The first offset; negative: so many before the end.", .integer),
                    .query("partition", "That one alone.", .integer),
                    .query("limit", "So many at most.", .integer),
                    .query("follow", "It goes on with what comes.", .truth),
                ],
                answer: ["application/x-ndjson"],
                errors: [.notFound]
            ) { call in
                try await events(of: call["topic"], call.request)
            },
            Command(
                "alerts.list",
                .get,
                "/api/v1/alerts",
                "every alert, open or resolved"
            ) { _ in
                try alerts()
            },
            Command(
                "audit.verify",
                .post,
                "/api/v1/audit/verify",
                "folds everything again and compares",
                .reads,
                [
                    .body("projections", "Those alone; without it all.", .list(of: .text))
                ],
                example: ["projections": ["streams"]],
                errors: [.notFound, .archiveFailed]
            ) { call in
                try await verify(call.request)
            },
            Command(
                "audit.accept",
                .post,
                "/api/v1/audit/accept",
                "takes the log as it is, where what was attested stands against it",
                .decides,
                [
                    .body("subject", "A projection, or what the alert is about.", isRequired: true),
                    .body("reason", "Why, in a sentence.", isRequired: true),
                ],
                example: ["subject": "models", "reason": "the topic was brought back from a copy"],
                errors: [.notFound]
            ) { call in
                try await accept(call.request)
            },
            Command(
                "server.wait",
                .post,
                "/api/v1/wait",
                "answers when everything in the log is folded",
                .reads,
                [
                    .body("settled", "True.", .truth),
                    .body("seconds", "How long it waits at most; without it 60.", .number),
                ],
                example: ["settled": true, "seconds": 60]
            ) { call in
                try await wait(call.request)
            },
        ]
    }

    var streamCommands: [Command] {
        [
            Command(
                "streams.list",
                .get,
                "/api/v1/streams",
                "streams",
                .reads,
                [
                    .query(
                        "as_of",
                        "A position of the control topic, or an instant (RFC 3339): as it was then."
                    )
                ],
                errors: [.notFound]
            ) { call in
                try await listStreams(call.request)
            },
            Command(
                "streams.describe",
                .get,
                "/api/v1/streams/{name}",
                "a stream with its status",
                .reads,
                [
                    .path("name", "The stream.", example: "flights.arrived"),
                    .query(
                        "as_of",
                        "A position of the control topic, or an instant (RFC 3339): as it was then."
                    ),
                ],
                errors: [.notFound]
            ) { call in
                try await stream(call.name, call.request)
            },
            Command(
                "streams.delete",
                .delete,
                "/api/v1/streams/{name}",
                "deletes a stream; the topic and its records stay",
                .decides,
                [
                    .path("name", "The stream.", example: "flights.arrived")
                ],
                errors: [.notFound]
            ) { call in
                try await delete("Stream", call.name, call.request)
            },
            Command(
                "streams.publish",
                .post,
                "/api/v1/streams/{name}/records",
                "appends records, one JSON object a line",
                .appends,
                [
                    .path("name", "The stream.", example: "flights.arrived")
                ],
                body: .records,
                errors: [.notFound]
            ) { call in
                try await publish(to: call.name, call.request)
            },
            Command(
                "streams.advance",
                .post,
                "/api/v1/streams/{name}/advance",
                "says that a partition is complete up to an instant",
                .decides,
                [
                    .path("name", "The stream.", example: "flights.arrived"),
                    .body("partition", "Which one, from 0 on.", .integer, isRequired: true),
                    .body(
                        "watermark",
                        "The records before it are complete.",
                        .instant,
                        isRequired: true
                    ),
                ],
                example: ["partition": 0, "watermark": "2013-12-31T00:00:00Z"],
                errors: [.notFound]
            ) { call in
                try await advance(call.name, call.request)
            },
        ]
    }

    var featureCommands: [Command] {
        [
            Command(
                "features.list",
                .get,
                "/api/v1/features",
                "feature views",
                .reads,
                [
                    .query(
                        "as_of",
                        "A position of the control topic, or an instant (RFC 3339): as it was then."
                    )
                ],
                errors: [.notFound]
            ) { call in
                try await listViews(call.request)
            },
            Command(
                "features.describe",
                .get,
                "/api/v1/features/{name}",
                "a feature view with its columns",
                .reads,
                [
                    .path("name", "The view.", example: "aircraft"),
                    .query(
                        "as_of",
                        "A position of the control topic, or an instant (RFC 3339): as it was then."
                    ),
                ],
                errors: [.notFound]
            ) { call in
                try await view(call.name, call.request)
            },
            Command(
                "features.delete",
                .delete,
                "/api/v1/features/{name}",
                "deletes a view that no dataset reads, and no model that answers",
                .decides,
                [
                    .path("name", "The view.", example: "aircraft")
                ],
                errors: [.notFound]
            ) { call in
                try await delete("FeatureView", call.name, call.request)
            },
            Command(
                "features.read",
                .post,
                "/api/v1/features/read",
                "what a view gives for an entity, or what a model would read for a request, as of an instant",
                .reads,
                [
                    .body("view", "The view that is read."),
                    .body(
                        "model",
                        "In place of `view`: the model, or the endpoint, whose features are read."
                    ),
                    .body(
                        "entities",
                        "The fields that it is read by.",
                        .object(),
                        isRequired: true
                    ),
                    .body("at", "As of when.", .instant),
                    .body("records", "Each value comes with the records behind it.", .truth),
                ],
                example: ["view": "aircraft", "entities": ["tailnum": "N804JB"]],
                errors: [.notFound, .refused]
            ) { call in
                try await readFeatures(call.request)
            },
        ]
    }

    var datasetCommands: [Command] {
        [
            Command(
                "datasets.list",
                .get,
                "/api/v1/datasets",
                "datasets",
                .reads,
                [
                    .query(
                        "as_of",
                        "A position of the control topic, or an instant (RFC 3339): as it was then."
                    )
                ],
                errors: [.notFound]
            ) { call in
                try await listDatasets(call.request)
            },
            Command(
                "datasets.describe",
                .get,
                "/api/v1/datasets/{name}",
                "a dataset with its versions; `NAME@N`: that version",
                .reads,
                [
                    .path("name", "The dataset, or a version of it.", example: "late_arrivals@1"),
                    .query(
                        "as_of",
                        "A position of the control topic, or an instant (RFC 3339): as it was then."
                    ),
                ],
                errors: [.notFound]
            ) { call in
                try await dataset(call.name, call.request)
            },
            Command(
                "datasets.delete",
                .delete,
                "/api/v1/datasets/{name}",
                "deletes a dataset that no model uses",
                .decides,
                [
                    .path("name", "The dataset.", example: "late_arrivals")
                ],
                errors: [.notFound]
            ) { call in
                try await delete("Dataset", call.name, call.request)
            },
            Command(
                "datasets.seal",
                .post,
                "/api/v1/datasets/{name}/seal",
                "makes a version of the rows of a span",
                .decides,
                [
                    .path("name", "The dataset.", example: "late_arrivals"),
                    .body("from", "The first instant of the span.", .instant, isRequired: true),
                    .body("to", "The first instant after it.", .instant, isRequired: true),
                ],
                example: ["from": "2013-01-01T00:00:00-05:00", "to": "2013-03-30T00:00:00-04:00"],
                errors: [.notFound, .archiveFailed]
            ) { call in
                try await seal(call.name, call.request)
            },
            Command(
                "datasets.verify",
                .post,
                "/api/v1/datasets/{name}/verify",
                "reads every chunk of the version `NAME@N` again and compares its hash",
                .reads,
                [
                    .path("name", "The version.", example: "late_arrivals@1")
                ],
                errors: [.notFound, .archiveFailed]
            ) { call in
                try await verifyDataset(call.name)
            },
            Command(
                "datasets.csv",
                .get,
                "/api/v1/datasets/{name}/rows.csv",
                "the rows of the version `NAME@N`",
                .reads,
                [
                    .path("name", "The version.", example: "late_arrivals@1")
                ],
                answer: ["text/csv"],
                errors: [.notFound, .archiveFailed]
            ) { call in
                try datasetRows(call.name, isCSV: true)
            },
            Command(
                "datasets.jsonl",
                .get,
                "/api/v1/datasets/{name}/rows.jsonl",
                "the same, one JSON object a line",
                .reads,
                [
                    .path("name", "The version.", example: "late_arrivals@1")
                ],
                answer: ["application/x-ndjson"],
                errors: [.notFound, .archiveFailed]
            ) { call in
                try datasetRows(call.name, isCSV: false)
            },
        ]
    }

    var modelCommands: [Command] {
        [
            Command(
                "models.list",
                .get,
                "/api/v1/models",
                "models",
                .reads,
                [
                    .query(
                        "as_of",
                        "A position of the control topic, or an instant (RFC 3339): as it was then."
                    )
                ],
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
                    .query(
                        "as_of",
                        "A position of the control topic, or an instant (RFC 3339): as it was then."
                    ),
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
                [
                    .path("name", "The model.", example: "late-arrival"),
                    .query(
                        "as_of",
                        "A position of the control topic, or an instant (RFC 3339): as it was then."
                    ),
                ],
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
                [
                    .path("name", "The model.", example: "late-arrival")
                ],
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
                    .path("name", "The model.", example: "late-arrival"),
                    .body("dataset", "The version of the rows.", isRequired: true),
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
                [
                    .path("name", "The model.", example: "late-arrival"),
                    .body(
                        "stage",
                        "Where it is to stand.",
                        .oneOf(["test", "production"]),
                        isRequired: true
                    ),
                    .body("reason", "Why, in a sentence."),
                ],
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
                [
                    .path("name", "The model.", example: "late-arrival"),
                    Self.version,
                    .body(
                        "stage",
                        "Where it is to stand.",
                        .oneOf(["test", "production"]),
                        isRequired: true
                    ),
                    .body("reason", "Why, in a sentence."),
                ],
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
                [
                    .path("name", "The model.", example: "late-arrival"),
                    Self.version,
                    .body(
                        "stage",
                        "Where it is to stand.",
                        .oneOf(["test", "production"]),
                        isRequired: true
                    ),
                    .body("reason", "Why, in a sentence."),
                ],
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
                [
                    .path("name", "The model.", example: "late-arrival"),
                    Self.version,
                    .body("dataset", "The version of the rows.", isRequired: true),
                ],
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
                    .query(
                        "as_of",
                        "A position of the control topic, or an instant (RFC 3339): as it was then."
                    ),
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
                    .query(
                        "as_of",
                        "A position of the control topic, or an instant (RFC 3339): as it was then."
                    ),
                ],
                errors: [.notFound]
            ) { call in
                try await run(call["id"], call.request)
            },
        ]
    }

    var endpointCommands: [Command] {
        [
            Command(
                "endpoints.list",
                .get,
                "/api/v1/endpoints",
                "endpoints",
                .reads,
                [
                    .query(
                        "as_of",
                        "A position of the control topic, or an instant (RFC 3339): as it was then."
                    )
                ],
                errors: [.notFound]
            ) { call in
                try await listEndpoints(call.request)
            },
            Command(
                "endpoints.describe",
                .get,
                "/api/v1/endpoints/{name}",
                "an endpoint with what it serves and how much it answered",
                .reads,
                [
                    .path("name", "The endpoint.", example: "late-arrival"),
                    .query(
                        "as_of",
                        "A position of the control topic, or an instant (RFC 3339): as it was then."
                    ),
                ],
                errors: [.notFound]
            ) { call in
                try await endpoint(call.name, call.request)
            },
            Command(
                "endpoints.delete",
                .delete,
                "/api/v1/endpoints/{name}",
                "deletes an endpoint; its predictions stay",
                .decides,
                [
                    .path("name", "The endpoint.", example: "late-arrival")
                ],
                errors: [.notFound]
            ) { call in
                try await delete("Endpoint", call.name, call.request)
            },
            Command(
                "endpoints.predict",
                .post,
                "/api/v1/endpoints/{name}/predict",
                "a prediction for one request, or for a list",
                .appends,
                [
                    .path("name", "The endpoint.", example: "late-arrival"),
                    .body(
                        "instances",
                        "Several requests; without it, the fields of one stand beside what follows.",
                        .list(of: .object())
                    ),
                    .body("@at", "As of when.", .instant),
                    .body("@features", "The answer holds the values.", .truth),
                ],
                example: ["carrier": "B6", "tailnum": "N804JB", "@features": true],
                errors: [.notFound, .archiveFailed]
            ) { call in
                try await predict(call.name, call.request)
            },
            Command(
                "endpoints.reexecute",
                .post,
                "/api/v1/endpoints/{name}/reexecute",
                "computes every prediction of the endpoint again and compares",
                .reads,
                [
                    .path("name", "The endpoint.", example: "late-arrival")
                ],
                errors: [.notFound, .refused, .archiveFailed]
            ) { call in
                try await reexecute(call.name)
            },
            Command(
                "predictions.describe",
                .get,
                "/api/v1/predictions/{id}",
                "where a prediction comes from",
                .reads,
                [
                    Self.prediction
                ],
                errors: [.notFound, .refused]
            ) { call in
                try await explain(call["id"], executes: false)
            },
            Command(
                "predictions.explain",
                .get,
                "/api/v1/predictions/{id}/explanation",
                "the same; with `execute` computed again and compared",
                .reads,
                [
                    Self.prediction,
                    .query("execute", "It is computed again from the log alone, and compared."),
                ],
                errors: [.notFound, .refused, .archiveFailed]
            ) { call in
                try await explain(call["id"], executes: call.request.query["execute"] != nil)
            },
        ]
    }

    private static let version = Parameter.path(
        "version",
        "Which version, from 1 on.",
        .integer,
        example: 1
    )

    private static let prediction = Parameter.path(
        "id",
        "The prediction.",
        example: "01a20a69-3e21-7e92-8d86-25674666aff4"
    )

    private static let exampleStream =
        "kind: Stream\nname: readings\nspec: {key: sensor, time: at, fields: {sensor: string, at: timestamp, celsius: float}}"
}
