internal import HTTP
internal import HTTPTypes
internal import JSON

/// What can be asked of streams.
extension PlatformAPI {
    var streamCommands: [Command] {
        [
            Command(
                "streams.list",
                .get,
                "/api/v1/streams",
                "streams",
                .reads,
                [.asOf],
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
                [.stream, .asOf],
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
                [.stream],
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
                [.stream],
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
                    .stream,
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
}

extension Parameter {
    fileprivate static let stream = path("name", "The stream.", example: "flights.arrived")
}
