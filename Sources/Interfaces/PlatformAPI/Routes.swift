public import Engine
public import HTTP
internal import HTTPTypes
internal import Hummingbird
public import JSON
internal import Logs
public import Platform

/// The platform's own routes, under `/api/v1`.
public struct PlatformAPI: Door {
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

    public init(_ platform: Platform, about: About, traffic: Traffic) {
        self.platform = platform
        self.about = about
        self.traffic = traffic
    }

    public var name: String { "Tributary" }

    public var commands: [Command] {
        serverCommands + streamCommands + featureCommands + datasetCommands + modelCommands
            + endpointCommands + joinedCommands
    }

    /// Deletes what nothing else uses.
    func delete(
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
