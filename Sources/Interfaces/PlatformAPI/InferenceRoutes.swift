internal import Bytes
internal import Documents
internal import Events
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import Logs
internal import Platform
internal import Projections
internal import Records
internal import Serving
internal import Workers

/// The Open Inference Protocol (version 2, JSON): an endpoint is a model whose inputs are the columns of its features, or
/// the fields that features are read by.
extension PlatformAPI {
    func inferenceServer() -> Response {
        Response.json([
            "name": "tributary", "version": .string(about.version), "extensions": .array([]),
        ])
    }

    func inferenceModel(_ name: String) async throws -> Response {
        let served = try await served(name)
        let fields = served.plan.rows.fields.filter {
            served.plan.reads($0.name) || $0.name == served.id
        }
        return Response.json([
            "name": .string(name), "versions": .array([.string(String(served.version))]),
            "platform": "tributary_trees",
            "inputs": .array(
                fields.map { field in
                    [
                        "name": .string(field.name), "datatype": .string(field.type.datatype),
                        "shape": [-1],
                    ]
                }
            ),
            "outputs": .array([["name": "probability", "datatype": "FP32", "shape": [-1]]]),
        ])
    }

    func inferenceReady(_ name: String) async throws -> Response {
        _ = try await served(name)
        return Response.json(["name": .string(name), "ready": true])
    }

    /// Each input is a field with one value for each row; `at` may be given as a parameter.
    func infer(_ name: String, _ request: Request) async throws -> Response {
        do {
            return try await inferred(name, request)
        } catch {
            // The protocol has errors of its own shape.
            let problem = Problem(error)
            return Response.json(["error": .string(problem.detail)], status: problem.status)
        }
    }

    private func inferred(_ name: String, _ request: Request) async throws -> Response {
        let asked = try JSONValue(parsing: try await request.collectedBody())
        guard let inputs = asked["inputs"]?.array, !inputs.isEmpty else {
            throw Problem.malformed(
                "Send {\"inputs\": [{\"name\": \"carrier\", \"shape\": [1], \"datatype\": \"BYTES\", \"data\": [\"B6\"]}]}."
            )
        }
        var columns: [(name: String, values: [JSONValue])] = []
        for input in inputs {
            guard let field = input["name"]?.string, let data = input["data"]?.array else {
                throw Problem.malformed(
                    "An input has a `name`, a `shape`, a `datatype` and `data`."
                )
            }
            let values = data.flatMap { $0.array ?? [$0] }
            if let shape = input["shape"]?.array?.compactMap(\.integer) {
                let count = shape.reduce(Int64(1)) {
                    $0.multipliedReportingOverflow(by: $1).partialValue
                }
                guard count == Int64(values.count) else {
                    throw Problem.invalid(
                        "The input \(field) has \(values.count) values, and its shape says otherwise."
                    )
                }
            }
            columns.append((field, values))
        }
        let count = columns[0].values.count
        guard count > 0, count <= 1_000, columns.allSatisfy({ $0.values.count == count }) else {
            throw Problem.invalid("Every input has the same 1 to 1,000 rows.")
        }
        let at = try asked["parameters"]?.instant(at: "/parameters/at")
        let rows = (0 ..< count).map { row in
            JSONValue.object(columns.map { ($0.name, $0.values[row]) })
        }
        let predictions = try await platform.predict(
            name,
            rows,
            at: at,
            traceparent: request.headers[HTTPField.Name.traceparent],
            actor: request.headers[HTTPField.Name.actor]
        )
        let id = asked["id"]?.string ?? predictions.first.map(\.id.description) ?? ""
        return Response.json([
            "model_name": .string(name),
            "model_version": .string(predictions.first.map { String($0.predicted.version) } ?? ""),
            "id": .string(id),
            "outputs": .array([
                [
                    "name": "probability", "datatype": "FP32", "shape": [.integer(Int64(count))],
                    "data": .array(
                        predictions.map { .number(Double($0.predicted.probability)) }
                    ),
                ],
                [
                    "name": "prediction_id", "datatype": "BYTES",
                    "shape": [.integer(Int64(count))],
                    "data": .array(predictions.map { .string($0.id.description) }),
                ],
            ]),
        ])
    }

    private func served(_ name: String) async throws -> ServedModel {
        guard let definition = try EndpointCatalog.View(platform.store).endpoint(name)?.definition
        else { throw PlatformError.declined(Declined(ServingRefusal.unknownEndpoint(name))) }
        return try await platform.pool.run { [platform] in
            try platform.servedModel(of: definition, in: platform.store)
        }
    }
}

extension FieldType {
    /// The protocol's name for it.
    fileprivate var datatype: String {
        switch self {
        case .bool: "BOOL"
        case .int32: "INT32"
        case .int64: "INT64"
        case .float: "FP64"
        case .string, .timestamp: "BYTES"
        }
    }
}
