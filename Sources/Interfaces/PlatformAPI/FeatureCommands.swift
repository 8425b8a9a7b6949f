internal import HTTP
internal import HTTPTypes
internal import JSON

/// What can be asked of feature views.
extension PlatformAPI {
    var featureCommands: [Command] {
        [
            Command(
                "features.list",
                .get,
                "/api/v1/features",
                "feature views",
                .reads,
                [.asOf],
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
                [.view, .asOf],
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
                [.view],
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
}

extension Parameter {
    fileprivate static let view = path("name", "The view.", example: "aircraft")
}
