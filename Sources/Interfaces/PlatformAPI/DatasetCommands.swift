internal import HTTP
internal import HTTPTypes
internal import JSON

/// What can be asked of datasets.
extension PlatformAPI {
    var datasetCommands: [Command] {
        [
            Command(
                "datasets.list",
                .get,
                "/api/v1/datasets",
                "datasets",
                .reads,
                [.asOf],
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
                    .asOf,
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
                [.dataset],
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
                    .dataset,
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
                [.datasetVersion],
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
                [.datasetVersion],
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
                [.datasetVersion],
                answer: ["application/x-ndjson"],
                errors: [.notFound, .archiveFailed]
            ) { call in
                try datasetRows(call.name, isCSV: false)
            },
        ]
    }
}

extension Parameter {
    fileprivate static let dataset = path("name", "The dataset.", example: "late_arrivals")

    fileprivate static let datasetVersion = path("name", "The version.", example: "late_arrivals@1")
}
