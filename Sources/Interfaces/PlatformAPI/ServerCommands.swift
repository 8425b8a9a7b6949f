internal import HTTP
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import Platform
internal import Resources

/// What can be asked of the server, the log and the proofs.
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
                Response.json(resourceSchema(of: platform.definitions))
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

    private static let exampleStream =
        "kind: Stream\nname: readings\nspec: {key: sensor, time: at, fields: {sensor: string, at: timestamp, celsius: float}}"
}
