internal import Bytes
public import Engine
internal import Events
internal import Features
public import HTTP
internal import HTTPTypes
internal import Hummingbird
internal import JSON
public import Platform
internal import Records
internal import Serving
internal import Workers

/// The Open Inference Protocol (version 2, JSON): an endpoint is a model whose inputs are the columns of its features, or
/// the fields that features are read by.
public struct OpenInference: Door {
    private let platform: Platform
    /// Of the server.
    private let release: String
    private let reasons: @Sendable () -> [NotReady]

    /// `reasons`: What keeps the server from being ready.
    public init(
        _ platform: Platform,
        release: String,
        reasons: @escaping @Sendable () -> [NotReady]
    ) {
        self.platform = platform
        self.release = release
        self.reasons = reasons
    }

    /// The protocol has errors of its own form, and asks for no `Content-Type`: its clients send none.
    public var manner: Manner? {
        Manner(root: "v2", contentType: "application/json", form: .tensors) {
            ["error": .string($0.detail)]
        }
    }

    public var name: String { "Open Inference Protocol" }

    public var commands: [Command] {
        [
            Command(
                "inference.server",
                .get,
                "/v2",
                "the Open Inference Protocol: the server"
            ) { _ in
                server()
            },
            Command(
                "inference.live",
                .get,
                "/v2/health/live",
                "the process answers",
                isOpen: true
            ) { _ in
                .live
            },
            Command(
                "inference.ready",
                .get,
                "/v2/health/ready",
                "whether anything keeps the server from being ready",
                isOpen: true
            ) { _ in
                .ready(reasons())
            },
            Command(
                "inference.model",
                .get,
                "/v2/models/{name}",
                "an endpoint as a model of that protocol",
                .reads,
                [Self.endpoint],
                errors: [.notFound, .refused, .archiveFailed]
            ) { call in
                try await model(call.name)
            },
            Command(
                "inference.model.ready",
                .get,
                "/v2/models/{name}/ready",
                "whether it answers",
                .reads,
                [Self.endpoint],
                errors: [.notFound, .refused, .archiveFailed]
            ) { call in
                try await ready(call.name)
            },
            Command(
                "inference.infer",
                .post,
                "/v2/models/{name}/infer",
                "predictions in that protocol",
                .appends,
                [Self.endpoint] + Self.members,
                body: .tensors,
                example: Self.example,
                answer: ["application/json", "application/octet-stream"],
                errors: [.notFound, .archiveFailed]
            ) { call in
                try await infer(call.name, call.request)
            },
            Command(
                "inference.version",
                .get,
                "/v2/models/{name}/versions/{version}",
                "an endpoint with the version that answers",
                .reads,
                [Self.endpoint, Self.version],
                errors: [.notFound, .refused, .archiveFailed]
            ) { call in
                try await model(call.name, version: call.version)
            },
            Command(
                "inference.version.ready",
                .get,
                "/v2/models/{name}/versions/{version}/ready",
                "whether that version answers",
                .reads,
                [Self.endpoint, Self.version],
                errors: [.notFound, .refused, .archiveFailed]
            ) { call in
                try await ready(call.name, version: call.version)
            },
            Command(
                "inference.version.infer",
                .post,
                "/v2/models/{name}/versions/{version}/infer",
                "predictions of that version",
                .appends,
                [Self.endpoint, Self.version] + Self.members,
                body: .tensors,
                example: Self.example,
                answer: ["application/json", "application/octet-stream"],
                errors: [.notFound, .archiveFailed]
            ) { call in
                try await infer(call.name, version: call.version, call.request)
            },
        ]
    }

    private static let endpoint = Parameter.path(
        "name",
        "The endpoint.",
        example: "late-arrival"
    )

    private static let version = Parameter.path("version", "Its version.", example: "1")

    /// Of the body of a request for inference.
    private static let members: [Parameter] = [
        .body("id", "Comes back with the answer."),
        .body(
            "parameters",
            "`at`: as of when; `binary_data_output`: as bytes behind the JSON.",
            .object()
        ),
        .body(
            "inputs",
            "One for each field: `name`, `shape`, `datatype` and `data`.",
            .list(of: .object()),
            isRequired: true
        ),
        .body(
            "outputs",
            "Those that are asked for; without it all.",
            .list(of: .object())
        ),
    ]

    private static let example: JSONValue = [
        "inputs": [["name": "carrier", "shape": [1], "datatype": "BYTES", "data": ["B6"]]]
    ]

    private func server() -> Response {
        Response.json([
            "name": "tributary", "version": .string(release),
            "extensions": ["binary_tensor_data"],
        ])
    }

    /// `version`: Nil: the one that answers now; another than that is not there.
    private func model(_ name: String, version: String? = nil) async throws -> Response {
        let served = try await served(name, version)
        let fields = served.plan.rows.fields.filter {
            served.plan.reads($0.name) || $0.name == served.id
        }
        return Response.json([
            "name": .string(name), "versions": .array([.string(String(served.version))]),
            // PROJECT_FORMAT, as the protocol's list of platforms has it.
            "platform": .string(served.format.replacing("-", with: "_")),
            "inputs": .array(
                fields.map { field in
                    [
                        "name": .string(field.name),
                        "datatype": .string(InferenceDatatype(of: field.type).rawValue),
                        "shape": [-1],
                    ]
                }
            ),
            "outputs": .array(
                served.outputNames.map {
                    ["name": .string($0), "datatype": "FP32", "shape": [-1]]
                }
            ),
        ])
    }

    private func ready(_ name: String, version: String? = nil) async throws -> Response {
        _ = try await served(name, version)
        return Response.json(["name": .string(name), "ready": true])
    }

    /// Each input is a field with one value for each row; `at` may be given as a parameter.
    private func infer(
        _ name: String,
        version: String? = nil,
        _ request: Request
    ) async throws -> Response {
        let served = try await served(name, version)
        let body = try InferenceBody(
            try await request.collectedBody(),
            length: request.headers[.inferenceHeaderLength]
        )
        let asked = try InferenceRequest(
            body,
            fields: served.plan.rows.fields,
            outputs: served.outputNames
        )
        let at = try asked.parameters?.instant("at", pointer: "/parameters/at")
        let predictions = try await platform.predict(
            name,
            asked.rows,
            at: at,
            version: version,
            traceparent: request.traceparent,
            actor: request.actor
        )
        let answering = predictions.first.map { String($0.predicted.version) } ?? ""
        var members: [(String, JSONValue)] = [
            ("model_name", .string(name)), ("model_version", .string(answering)),
        ]
        if let id = asked.id { members.append(("id", .string(id))) }
        // A parameter holds one value: the ids of several rows stand in it with commas between them.
        let ids = predictions.map(\.id.description).joined(separator: ",")
        members.append(("parameters", ["prediction_id": .string(ids)]))
        let outputs = try asked.outputs.map { output in
            InferenceOutput(
                name: output.name,
                values: try predictions.map { try $0.value(of: output.name) },
                isBinary: output.isBinary
            )
        }
        return try Response.inference(members, outputs)
    }

    private func served(_ name: String, _ version: String?) async throws -> ServedModel {
        let definition = try platform.endpoint(name, in: platform.store).served.read()
        let served = try await platform.engine.pool.run { [platform] in
            try platform.servedModel(of: definition, in: platform.store)
        }
        guard version == nil || version == String(served.version) else {
            throw Problem.notFound(
                "\(name) answers with version \(served.version), and not with \(version ?? "")."
            )
        }
        return served
    }
}

extension BodyForm {
    fileprivate static let tensors = BodyForm(
        ["application/json", "application/octet-stream"],
        mayLackType: true
    )
}

extension Prediction {
    /// The version that answers may be newer than the one whose outputs were held against the request.
    fileprivate func value(of name: String) throws(Problem) -> Float {
        guard let value = outputs.first(where: { $0.name == name })?.values.first else {
            throw .noOutput(name, among: outputs.map(\.name))
        }
        return value
    }
}
