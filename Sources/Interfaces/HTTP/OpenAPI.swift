internal import HTTPTypes
internal import Hummingbird
internal import JSON

/// What OpenAPI 3.1 says of all commands (https://spec.openapis.org/oas/v3.1.0).
struct OpenAPI {
    private let doors: [any Door]
    private let release: String

    init(_ doors: [any Door], release: String) {
        self.doors = doors
        self.release = release
    }

    var json: JSONValue {
        var paths: [(String, JSONValue)] = []
        for door in doors {
            for command in door.commands {
                let entry = (command.method.rawValue.lowercased(), operation(command, of: door))
                if let index = paths.firstIndex(where: { $0.0 == command.path }) {
                    paths[index].1 = .object((paths[index].1.object ?? []) + [entry])
                } else {
                    paths.append((command.path, .object([entry])))
                }
            }
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Tributary", "version": .string(release),
                "description":
                    "Every error is a problem (RFC 9457) whose `type` is one of a list of words.",
            ],
            "servers": [["url": "/"]],
            "tags": .array(doors.map { ["name": .string($0.name)] }),
            "paths": .object(paths),
            "components": ["schemas": ["Problem": Self.problem]],
        ]
    }

    private func operation(_ command: Command, of door: any Door) -> JSONValue {
        let given = command.parameters.filter { $0.place != .body } + Self.headers(of: command)
        var members: [(String, JSONValue)] = [
            ("operationId", .string(command.name)), ("summary", .string(command.summary)),
            ("tags", [.string(door.name)]), ("x-effect", .string(command.effect.rawValue)),
        ]
        if !given.isEmpty { members.append(("parameters", .array(given.map(\.openAPI)))) }
        if let body = Self.body(of: command) { members.append(("requestBody", body)) }
        members.append(("responses", Self.responses(to: command, in: door.manner ?? .problems)))
        return .object(members)
    }

    private static func headers(of command: Command) -> [Parameter] {
        var headers: [Parameter] = [
            .header(
                HTTPField.Name.atLeast.rawName,
                "A position, such as that of an answer before: the answer waits until it is folded."
            )
        ]
        guard command.effect != .reads else { return headers }
        headers.append(.header(HTTPField.Name.actor.rawName, "On whose behalf it is."))
        if command.effect == .decides {
            headers.append(
                .header(
                    HTTPField.Name.idempotencyKey.rawName,
                    "The same request with the same key takes effect once."
                )
            )
        }
        return headers
    }

    private static func body(of command: Command) -> JSONValue? {
        guard command.method == .post else { return nil }
        let given = command.parameters.filter { $0.place == .body }
        let content = command.body.mediaTypes.map { type -> (String, JSONValue) in
            guard type == "application/json", !command.body.isOfRecords else {
                return (type, .object([]))
            }
            var schema: [(String, JSONValue)] = [("type", "object")]
            if !given.isEmpty {
                schema.append(("properties", .object(given.map { ($0.name, $0.schema) })))
            }
            let required = given.filter(\.isRequired).map { JSONValue.string($0.name) }
            if !required.isEmpty { schema.append(("required", .array(required))) }
            var media: [(String, JSONValue)] = [("schema", .object(schema))]
            if let example = command.example { media.append(("example", example)) }
            return (type, .object(media))
        }
        let isRequired = command.body.isOfRecords || given.contains(where: \.isRequired)
        return ["required": .bool(isRequired), "content": .object(content)]
    }

    private static func responses(to command: Command, in manner: Manner) -> JSONValue {
        var success: [(String, JSONValue)] = [("description", .string(command.summary))]
        if command.effect != .reads {
            success.append(
                (
                    "headers",
                    [
                        HTTPField.Name.position.rawName: [
                            "description": "The position of the fact that the request caused.",
                            "schema": ["type": "string"],
                        ]
                    ]
                )
            )
        }
        success.append(
            (
                "content",
                .object(
                    command.answer.map {
                        (
                            $0,
                            $0 == "application/json" ? ["schema": ["type": "object"]] : .object([])
                        )
                    }
                )
            )
        )
        var responses: [(String, JSONValue)] = [("200", .object(success))]
        let statuses = Set(command.words.flatMap(\.statuses)).sorted()
        for status in statuses {
            let words = command.words.filter { $0.statuses.contains(status) }
            let schema: JSONValue =
                manner.root.isEmpty
                ? [
                    "allOf": [
                        ["$ref": "#/components/schemas/Problem"],
                        [
                            "properties": [
                                "type": ["enum": .array(words.map { .string($0.rawValue) })]
                            ]
                        ],
                    ]
                ] : ["type": "object"]
            let media: JSONValue = ["schema": schema]
            let meanings = words.map { "`\($0.rawValue)`: \($0.meaning)" }
            responses.append(
                (
                    String(status),
                    [
                        "description": .string(meanings.joined(separator: " ")),
                        "content": .object([(manner.contentType, media)]),
                    ]
                )
            )
        }
        return .object(responses)
    }

    private static let problem: JSONValue = [
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": [
            "type": [
                "enum": .array(ErrorWord.allCases.map { .string($0.rawValue) }),
                "description": .string(
                    ErrorWord.allCases.map { "`\($0.rawValue)`: \($0.meaning)" }.joined(
                        separator: "\n"
                    )
                ),
            ],
            "title": ["type": "string"],
            "status": ["type": "integer"],
            "detail": ["type": "string", "description": "What to change, as a sentence."],
            "pointer": ["type": "string", "description": "Where in the body, as a JSON pointer."],
            "errors": ["type": "array", "description": "Of `invalidResources`: each error."],
        ],
    ]
}

extension Parameter {
    fileprivate var schema: JSONValue {
        .object((type.schema.object ?? []) + [("description", .string(help))])
    }

    fileprivate var openAPI: JSONValue {
        var schema = type.schema.object ?? []
        if place == .path { schema.append(("minLength", 1)) }
        var members: [(String, JSONValue)] = [
            ("name", .string(name)), ("in", .string(place.rawValue)),
            ("description", .string(help)), ("required", .bool(isRequired)),
            ("schema", .object(schema)),
        ]
        if let example { members.append(("example", example)) }
        return .object(members)
    }
}

extension ValueType {
    fileprivate var schema: JSONValue {
        switch self {
        case .text: ["type": "string"]
        case .integer: ["type": "integer", "format": "int64"]
        case .number: ["type": "number"]
        case .truth: ["type": "boolean"]
        case .instant: ["type": "string", "format": "date-time"]
        case .oneOf(let words): ["type": "string", "enum": .array(words.map(JSONValue.string))]
        case .list(let type):
            type.map { ["type": "array", "items": $0.schema] } ?? ["type": "array"]
        case .object(let type):
            type.map { ["type": "object", "additionalProperties": $0.schema] } ?? ["type": "object"]
        }
    }
}

/// Tells what all doors take, its own route too.
struct Description: Door {
    let others: [any Door]
    let release: String

    var name: String { "Description" }

    var commands: [Command] {
        [
            Command(
                "server.openapi",
                .get,
                "/openapi.json",
                "every route, with what it takes and answers (OpenAPI 3.1)",
                isOpen: true
            ) { _ in .json(OpenAPI(others + [self], release: release).json) }
        ]
    }
}

extension RouteTable {
    /// The rows of Docs/Routes.md: each command with what it does.
    public var page: [String] {
        commands.map { command in
            let parts = command.path.split(separator: "/").map { part in
                part.first == "{" ? part.dropFirst().dropLast().uppercased() : String(part)
            }
            return
                "| `\(command.method.rawValue) /\(parts.joined(separator: "/"))` | \(command.summary) |"
        }
    }
}
