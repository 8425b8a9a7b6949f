internal import Bytes
internal import Events
internal import HTTPTypes
public import Hummingbird
internal import JSON
internal import Logs
internal import NIOCore
public import Platform
internal import Projections
internal import Resources
internal import Store
internal import Streams

/// The platform's own routes, under `/api/v1`.
public struct PlatformAPI: Sendable {
    let platform: Platform
    let about: About

    /// What the server says of itself.
    public struct About: Sendable {
        public var version: String
        public var kafka: String
        public var dataDirectory: String
        /// What recovery and checks found at start, in sentences.
        public var notices: @Sendable () -> [String]
        /// What else keeps the server from being ready, in sentences, beside what the platform knows of.
        public var troubles: @Sendable () -> [String]

        public init(
            version: String,
            kafka: String,
            dataDirectory: String,
            notices: @escaping @Sendable () -> [String],
            troubles: @escaping @Sendable () -> [String] = { [] }
        ) {
            self.version = version
            self.kafka = kafka
            self.dataDirectory = dataDirectory
            self.notices = notices
            self.troubles = troubles
        }
    }

    public init(_ platform: Platform, about: About) {
        self.platform = platform
        self.about = about
    }

    public func router() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        let routes = routes
        router.add(middleware: ProblemMiddleware())
        router.add(middleware: Gatekeeper(routes: routes))
        routes.serve(on: router)
        return router
    }

    private var routes: RouteTable {
        var routes = RouteTable()
        routes.add(.get, "/health/live") { _, _ in Response.json(["live": true]) }
        routes.add(.get, "/health/ready") { _, _ in try ready() }
        routes.add(.get, "/schemas/resources.json") { _, _ in Response.json(resourceSchema()) }
        routes.add(.get, "/api/v1/status") { _, _ in try await status() }
        routes.add(.post, "/api/v1/apply") { request, _ in try await apply(request) }
        routes.add(.get, "/api/v1/streams") { request, _ in try await listStreams(request) }
        routes.add(.get, "/api/v1/streams/:name") { request, context in
            try await stream(context.name, request)
        }
        routes.add(.delete, "/api/v1/streams/:name") { request, context in
            try await deleteStream(context.name, request)
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
        routes.add(.post, "/api/v1/wait") { request, _ in try await wait(request) }
        return routes
    }
}

extension BasicRequestContext {
    /// The last part of the path, with `%2F` and the like undone.
    var name: String {
        parameters.get("name").map(\.percentDecoded) ?? ""
    }
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

    func collectedBody(upTo limit: Int = 16 << 20) async throws -> [UInt8] {
        let buffer: ByteBuffer
        do {
            buffer = try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw Problem(
                "tooLarge",
                "The body is too large",
                .contentTooLarge,
                "At most \(limit) bytes."
            )
        }
        return Array(buffer.readableBytesView)
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

    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else {
            preconditionFailure("\(text) is a header's name.")
        }
        return name
    }
}
