internal import Engine
internal import HTTP
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import Logs
internal import Platform
internal import Resources
internal import Workers

/// Declaring resources of every kind.
extension PlatformAPI {
    /// `{"files": [{"name": …, "text": …}], "dryRun": false}`: everything is read first, and all of it is applied or none.
    func apply(_ request: Request) async throws -> Response {
        let body = try await request.collectedBody()
        let asked = try JSONValue(body: body[...])
        guard let files = asked["files"]?.array, !files.isEmpty else {
            throw Problem.malformed(
                "Send {\"files\": [{\"name\": \"streams.yaml\", \"text\": \"kind: Stream …\"}]}.",
                pointer: "/files"
            )
        }
        let sources = try files.enumerated().map { index, file in
            guard let name = file["name"]?.string, let text = file["text"]?.string else {
                throw Problem.malformed(
                    "A file has a `name` and a `text`.",
                    pointer: "/files/\(index)"
                )
            }
            return SourceFile(name: name, text: text)
        }
        let (resources, errors) = try await platform.engine.filePool.run {
            [definitions = platform.definitions, goesOn = platform.engine.goesOn] in
            try readResources(sources, of: definitions, goesOn: goesOn)
        }
        guard errors.isEmpty else { throw Problem.nothingApplied(errors) }
        let results: [ApplyResult]
        do {
            results = try await platform.apply(
                resources.map(\.definition),
                for: try request.caller(route: "POST /api/v1/apply", body: body),
                isDryRun: asked["dryRun"]?.bool ?? false
            )
        } catch PlatformError.doesNotFit(let problems) {
            throw Problem.nothingApplied(
                problems.map { problem in
                    let resource = resources[problem.index]
                    let place = resource.place(of: problem.problem)
                    return ResourceError(
                        file: place.file,
                        line: place.line,
                        column: place.column,
                        message: problem.message
                    )
                }.sorted { ($0.file, $0.line, $0.column) < ($1.file, $1.line, $1.column) }
            )
        }
        var response = Response.json(["results": .array(results.map(\.json))])
        response.headers[.position] = results.compactMap(\.position).last?.description
        return response
    }
}

extension Problem {
    static func nothingApplied(_ errors: [ResourceError]) -> Problem {
        Problem(
            .invalidResources,
            "Nothing was applied",
            .unprocessableContent,
            "\(errors.count) \(errors.count == 1 ? "error" : "errors"), nothing applied.",
            more: [("errors", .array(errors.map(\.json)))]
        )
    }
}

extension ApplyResult {
    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("kind", .string(kind)), ("name", .string(name)),
            ("action", .string(applied.rawValue)),
        ]
        if let note { members.append(("note", .string(note))) }
        if !notes.isEmpty { members.append(("notes", .array(notes.map(JSONValue.string)))) }
        return .object(members)
    }
}

extension ResourceError {
    var json: JSONValue {
        [
            "file": .string(file), "line": .integer(Int64(line)), "column": .integer(Int64(column)),
            "message": .string(message),
        ]
    }
}
