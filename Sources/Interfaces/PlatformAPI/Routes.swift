internal import Bytes
public import Engine
internal import HTTPTypes
public import Hummingbird
public import JSON
internal import Logs
internal import NIOCore
public import Platform
internal import Resources

/// The platform's own routes, under `/api/v1`.
public struct PlatformAPI: Sendable {
    let platform: Platform
    let about: About
    let traffic: Traffic

    /// What the server says of itself.
    public struct About: Sendable {
        public var version: String
        public var kafka: String
        public var dataDirectory: String
        /// Processor and operating system, for the runs that train here.
        public var environment: String
        /// What recovery and checks found at start, in sentences.
        public var notices: @Sendable () -> [String]
        /// What else keeps the server from being ready, in sentences, beside what the platform knows of.
        public var troubles: @Sendable () -> [NotReady]
        /// What there is only so much of, beside what the platform knows of: memory, connections and the like.
        public var limits: @Sendable () -> [Limit]
        /// How much of its limits the embedded broker uses; nil where there is none.
        public var brokerUsage: @Sendable () -> JSONValue?

        public init(
            version: String,
            kafka: String,
            dataDirectory: String,
            environment: String,
            notices: @escaping @Sendable () -> [String],
            troubles: @escaping @Sendable () -> [NotReady] = { [] },
            limits: @escaping @Sendable () -> [Limit] = { [] },
            brokerUsage: @escaping @Sendable () -> JSONValue? = { nil }
        ) {
            self.version = version
            self.kafka = kafka
            self.dataDirectory = dataDirectory
            self.environment = environment
            self.notices = notices
            self.troubles = troubles
            self.limits = limits
            self.brokerUsage = brokerUsage
        }
    }

    public init(_ platform: Platform, about: About, limits: HTTPLimits = HTTPLimits()) {
        self.platform = platform
        self.about = about
        self.traffic = Traffic(limits)
    }

    public func router() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        let routes = routes
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: gatekeeper)
        router.add(middleware: StartMiddleware(platform: platform))
        router.add(middleware: BodyMiddleware(traffic: traffic))
        router.add(middleware: AtLeastMiddleware(platform: platform))
        routes.serve(on: router)
        return router
    }

    var gatekeeper: Gatekeeper { Gatekeeper(routes: routes, limits: traffic.limits) }

    var routes: RouteTable {
        var routes = RouteTable()
        routes.add(.get, "/health/live") { _, _ in Response.json(["live": true]) }
        routes.add(.get, "/health/ready") { _, _ in try ready() }
        routes.add(.get, "/schemas/resources.json") { _, _ in
            Response.json(resourceSchema(of: Platform.definitions))
        }
        routes.add(.get, "/api/v1/status") { _, _ in try await status() }
        routes.add(.post, "/api/v1/apply") { request, _ in try await apply(request) }
        routes.add(.get, "/api/v1/streams") { request, _ in try await listStreams(request) }
        routes.add(.get, "/api/v1/streams/:name") { request, context in
            try await stream(context.name, request)
        }
        routes.add(.delete, "/api/v1/streams/:name") { request, context in
            try await delete("Stream", context.name, request)
        }
        routes.add(.post, "/api/v1/streams/:name/records") { request, context in
            try await publish(to: context.name, request)
        }
        routes.add(.post, "/api/v1/streams/:name/advance") { request, context in
            try await advance(context.name, request)
        }
        routes.add(.get, "/api/v1/events/:name") { request, context in
            try await events(of: context.name, request)
        }
        routes.add(.get, "/api/v1/alerts") { _, _ in try alerts() }
        routes.add(.post, "/api/v1/audit/verify") { request, _ in try await verify(request) }
        routes.add(.post, "/api/v1/audit/accept") { request, _ in try await accept(request) }
        routes.add(.post, "/api/v1/wait") { request, _ in try await wait(request) }
        add(features: &routes)
        add(models: &routes)
        add(endpoints: &routes)
        add(inference: &routes)
        return routes
    }

    private func add(features routes: inout RouteTable) {
        routes.add(.post, "/get-online-features") { request, _ in
            try await onlineFeatures(request)
        }
        routes.add(.get, "/api/v1/features") { request, _ in try await listViews(request) }
        routes.add(.get, "/api/v1/features/:name") { request, context in
            try await view(context.name, request)
        }
        routes.add(.delete, "/api/v1/features/:name") { request, context in
            try await delete("FeatureView", context.name, request)
        }
        routes.add(.post, "/api/v1/features/read") { request, _ in try await readFeatures(request) }
        // A view may be called `read`: the route of that name must not hide it.
        routes.add(.get, "/api/v1/features/read") { request, _ in
            try await view("read", request)
        }
        routes.add(.delete, "/api/v1/features/read") { request, _ in
            try await delete("FeatureView", "read", request)
        }
        routes.add(.get, "/api/v1/datasets") { request, _ in try await listDatasets(request) }
        routes.add(.get, "/api/v1/datasets/:name") { request, context in
            try await dataset(context.name, request)
        }
        routes.add(.delete, "/api/v1/datasets/:name") { request, context in
            try await delete("Dataset", context.name, request)
        }
        routes.add(.post, "/api/v1/datasets/:name/seal") { request, context in
            try await seal(context.name, request)
        }
        routes.add(.post, "/api/v1/datasets/:name/verify") { _, context in
            try await verifyDataset(context.name)
        }
        routes.add(.get, "/api/v1/datasets/:name/rows.csv") { _, context in
            try datasetRows(context.name, isCSV: true)
        }
        routes.add(.get, "/api/v1/datasets/:name/rows.jsonl") { _, context in
            try datasetRows(context.name, isCSV: false)
        }
    }

    private func add(models routes: inout RouteTable) {
        routes.add(.get, "/api/v1/models") { request, _ in try await listModels(request) }
        routes.add(.get, "/api/v1/models/:name") { request, context in
            try await model(context.name, request)
        }
        routes.add(.get, "/api/v1/models/:name/history") { request, context in
            try await modelHistory(context.name, request)
        }
        routes.add(.delete, "/api/v1/models/:name") { request, context in
            try await delete("Model", context.name, request)
        }
        routes.add(.post, "/api/v1/models/:name/train") { request, context in
            try await train(context.name, request)
        }
        routes.add(.post, "/api/v1/models/:name/rollback") { request, context in
            try await rollBack(context.name, request)
        }
        routes.add(.post, "/api/v1/models/:name/versions/:version/approve") { request, context in
            try await approve(context.name, context.version, request)
        }
        routes.add(.post, "/api/v1/models/:name/versions/:version/promote") { request, context in
            try await promote(context.name, context.version, request)
        }
        routes.add(.post, "/api/v1/models/:name/versions/:version/evaluate") { request, context in
            try await evaluate(context.name, context.version, request)
        }
        routes.add(.get, "/api/v1/runs") { request, _ in try await listRuns(request) }
        routes.add(.get, "/api/v1/runs/:name") { request, context in
            try await run(context.name, request)
        }
    }

    private func add(endpoints routes: inout RouteTable) {
        routes.add(.get, "/api/v1/endpoints") { request, _ in try await listEndpoints(request) }
        routes.add(.get, "/api/v1/endpoints/:name") { request, context in
            try await endpoint(context.name, request)
        }
        routes.add(.delete, "/api/v1/endpoints/:name") { request, context in
            try await delete("Endpoint", context.name, request)
        }
        routes.add(.post, "/api/v1/endpoints/:name/predict") { request, context in
            try await predict(context.name, request)
        }
        routes.add(.post, "/api/v1/endpoints/:name/reexecute") { _, context in
            try await reexecute(context.name)
        }
        routes.add(.get, "/api/v1/predictions/:name") { _, context in
            try await explain(context.name, executes: false)
        }
        routes.add(.get, "/api/v1/predictions/:name/explanation") { request, context in
            try await explain(context.name, executes: request.query["execute"] != nil)
        }
    }

    private func add(inference routes: inout RouteTable) {
        routes.add(.get, "/v2") { _, _ in inferenceServer() }
        routes.add(.get, "/v2/health/live") { _, _ in Response.json(["live": true]) }
        routes.add(.get, "/v2/health/ready") { _, _ in try ready() }
        routes.add(.get, "/v2/models/:name") { _, context in
            try await inferenceModel(context.name)
        }
        routes.add(.get, "/v2/models/:name/ready") { _, context in
            try await inferenceReady(context.name)
        }
        routes.add(.post, "/v2/models/:name/infer") { request, context in
            try await infer(context.name, request)
        }
        let version = "/v2/models/:name/versions/:version"
        routes.add(.get, version) { _, context in
            try await inferenceModel(context.name, version: context.version)
        }
        routes.add(.get, version + "/ready") { _, context in
            try await inferenceReady(context.name, version: context.version)
        }
        routes.add(.post, version + "/infer") { request, context in
            try await infer(context.name, version: context.version, request)
        }
    }

    /// Deletes what nothing else uses.
    private func delete(
        _ kind: String,
        _ name: String,
        _ request: Request
    ) async throws -> Response {
        // Ids of events follow from it: a request that is repeated after an upgrade is the same.
        let route = kind == "Stream" ? "DELETE /api/v1/streams/\(name)" : "DELETE \(kind) \(name)"
        let effect = try await platform.delete(
            kind,
            name,
            for: try request.caller(route: route, body: Array(name.utf8))
        )
        var response = Response.json([
            "kind": .string(kind), "name": .string(name), "action": "deleted",
        ])
        response.headers[.position] = effect.position?.description
        return response
    }
}

extension BasicRequestContext {
    /// The last part of the path, with `%2F` and the like undone.
    var name: String {
        parameters.get("name").map(\.percentDecoded) ?? ""
    }

    var version: String { parameters.get("version").map(\.percentDecoded) ?? "" }
}

extension Request {
    var query: [String: String] {
        Dictionary(
            uri.queryParameters.map { (String($0.key), String($0.value)) },
            uniquingKeysWith: { _, last in last }
        )
    }

    /// `body`: What is asked for; the same key with another body is refused.
    func caller(route: String, body: [UInt8]) throws -> Caller {
        let actor = headers[HTTPField.Name.actor] ?? "anonymous"
        guard !actor.isEmpty, actor.utf8.count <= 200 else {
            throw Problem(
                "invalid",
                "The request makes no sense",
                .badRequest,
                "Tributary-Actor takes 1 to 200 bytes."
            )
        }
        let key = headers[HTTPField.Name.idempotencyKey]
        if let key, key.isEmpty || key.utf8.count > 255 {
            throw Problem(
                "invalid",
                "The request makes no sense",
                .badRequest,
                "Idempotency-Key takes 1 to 255 bytes."
            )
        }
        return Caller(
            actor: actor,
            idempotencyKey: key,
            route: route,
            digest: Digest(of: body),
            traceparent: headers[HTTPField.Name.traceparent]
        )
    }
}

extension String {
    /// `%2F` and the like undone (RFC 3986); what is no such thing stays as it is.
    var percentDecoded: String {
        let encoded = Array(utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < encoded.count {
            if encoded[index] == UInt8(ascii: "%"), index + 2 < encoded.count,
                let byte = UInt8(
                    String(decoding: encoded[index + 1 ... index + 2], as: UTF8.self),
                    radix: 16
                )
            {
                bytes.append(byte)
                index += 3
            } else {
                bytes.append(encoded[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension HTTPField.Name {
    static let actor = name("Tributary-Actor")
    static let atLeast = name("Tributary-At-Least")
    static let position = name("Tributary-Position")
    static let idempotencyKey = name("Idempotency-Key")
    static let traceparent = name("traceparent")
    static let fetchSite = name("Sec-Fetch-Site")
    /// Tells the door that an answer goes on until the client ends it. Nobody outside sees it.
    static let endless = name("Tributary-Endless")
    /// How much of a body is JSON, with binary tensors behind it.
    static let inferenceHeaderLength = name("Inference-Header-Content-Length")

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else {
            preconditionFailure("\(text) is a header's name.")
        }
        return name
    }
}
