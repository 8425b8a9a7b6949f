internal import HTTP
internal import HTTPTypes
internal import JSON

/// What can be asked of endpoints and predictions.
extension PlatformAPI {
    var endpointCommands: [Command] {
        [
            Command(
                "endpoints.list",
                .get,
                "/api/v1/endpoints",
                "endpoints",
                .reads,
                [.asOf],
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
                [.endpoint, .asOf],
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
                [.endpoint],
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
                    .endpoint,
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
                [.endpoint],
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
                [.prediction],
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
                    .prediction,
                    .query("execute", "It is computed again from the log alone, and compared."),
                ],
                errors: [.notFound, .refused, .archiveFailed]
            ) { call in
                try await explain(call["id"], executes: call.request.query["execute"] != nil)
            },
        ]
    }
}

extension Parameter {
    fileprivate static let endpoint = path("name", "The endpoint.", example: "late-arrival")

    fileprivate static let prediction = path(
        "id",
        "The prediction.",
        example: "01a20a69-3e21-7e92-8d86-25674666aff4"
    )
}
