internal import Bytes
internal import Engine
internal import Events
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import NIOCore
internal import Platform
internal import Records
internal import Serving
internal import Workers

/// The Open Inference Protocol (version 2, JSON): an endpoint is a model whose inputs are the columns of its features, or
/// the fields that features are read by.
extension PlatformAPI {
    func inferenceServer() -> Response {
        Response.json([
            "name": "tributary", "version": .string(about.version),
            "extensions": ["binary_tensor_data"],
        ])
    }

    /// `version`: Nil: the one that answers now; another than that is not there.
    func inferenceModel(_ name: String, version: String? = nil) async throws -> Response {
        let served = try await served(name, version)
        let fields = served.plan.rows.fields.filter {
            served.plan.reads($0.name) || $0.name == served.id
        }
        return Response.json([
            "name": .string(name), "versions": .array([.string(String(served.version))]),
            "platform": "tributary_trees",
            "inputs": .array(
                fields.map { field in
                    [
                        "name": .string(field.name),
                        "datatype": .string(InferenceDatatype(of: field.type).rawValue),
                        "shape": [-1],
                    ]
                }
            ),
            "outputs": .array([
                ["name": .string(InferenceRequest.output), "datatype": "FP32", "shape": [-1]]
            ]),
        ])
    }

    func inferenceReady(_ name: String, version: String? = nil) async throws -> Response {
        _ = try await served(name, version)
        return Response.json(["name": .string(name), "ready": true])
    }

    /// Each input is a field with one value for each row; `at` may be given as a parameter.
    func infer(
        _ name: String,
        version: String? = nil,
        _ request: Request
    ) async throws -> Response {
        let served = try await served(name, version)
        let body = try InferenceBody(
            try await request.collectedBody(),
            length: request.headers[.inferenceHeaderLength]
        )
        let asked = try InferenceRequest(body, fields: served.plan.rows.fields)
        let at = try asked.parameters?.instant("at", pointer: "/parameters/at")
        let predictions = try await platform.predict(
            name,
            asked.rows,
            at: at,
            version: version,
            traceparent: request.headers[HTTPField.Name.traceparent],
            actor: request.headers[HTTPField.Name.actor]
        )
        let answering = predictions.first.map { String($0.predicted.version) } ?? ""
        var members: [(String, JSONValue)] = [
            ("model_name", .string(name)), ("model_version", .string(answering)),
        ]
        if let id = asked.id { members.append(("id", .string(id))) }
        // A parameter holds one value: the ids of several rows stand in it with commas between them.
        let ids = predictions.map(\.id.description).joined(separator: ",")
        members.append(("parameters", ["prediction_id": .string(ids)]))
        return try Response.inference(
            members,
            InferenceRequest.output,
            predictions.map(\.predicted.probability),
            isBinary: asked.isOutputBinary
        )
    }

    private func served(_ name: String, _ version: String?) async throws -> ServedModel {
        let definition = try platform.endpoint(name, in: platform.store).served.read()
        let served = try await platform.engine.pool.run { [platform] in
            try platform.servedModel(of: definition, in: platform.store)
        }
        guard version == nil || version == String(served.version) else {
            throw Problem(
                "notFound",
                "There is no such thing",
                .notFound,
                "\(name) answers with version \(served.version), and not with \(version ?? "")."
            )
        }
        return served
    }
}

extension Response {
    /// An answer of the protocol with one output, in JSON or behind it.
    fileprivate static func inference(
        _ members: [(String, JSONValue)],
        _ name: String,
        _ values: [Float],
        isBinary: Bool
    ) throws -> Response {
        var output: [(String, JSONValue)] = [
            ("name", .string(name)), ("datatype", "FP32"),
            ("shape", [.integer(Int64(values.count))]),
        ]
        guard isBinary else {
            output.append(("data", .array(values.map { .figure($0) })))
            return .json(.object(members + [("outputs", [.object(output)])]))
        }
        let size = values.count * MemoryLayout<Float>.size
        output.append(("parameters", [InferenceBody.sizeName: .integer(Int64(size))]))
        let json = try JSONValue.object(members + [("outputs", [.object(output)])]).bytes(.compact)
        var bytes = ByteBuffer(bytes: json)
        for value in values { bytes.writeInteger(value.bitPattern, endianness: .little) }
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/octet-stream",
                .inferenceHeaderLength: String(json.count),
            ],
            body: ResponseBody(byteBuffer: bytes)
        )
    }
}
