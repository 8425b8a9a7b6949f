extension Broker {
    /// How a broker is set.
    public struct Settings: Sendable, Hashable {
        /// The address to listen on.
        public var host = "127.0.0.1"
        /// The port to listen on; 0 for any that is free.
        public var port = 9092
        /// The host that clients are told to connect to. Nil: `host` or, where that stands for every address, the
        /// one that the client reached.
        public var advertisedHost: String?
        /// Whether a topic comes into being because a client asks for its metadata.
        public var autoCreateTopics = true
        /// Of a topic whose creator did not say.
        public var defaultPartitions: Int32 = 4
        public var nodeID: Int32 = 1
        /// The longest request that is taken.
        public var maxRequestBytes = 100 << 20
        public var maxConnections = 1_000
        /// A connection on which nothing arrives for so long is closed, as in Kafka (`connections.max.idle.ms`).
        public var idleSeconds = 600
        public var groups = Groups()

        public init() {}
    }
}

/// Why a broker could not start.
public enum BrokerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another program listens there.
    case portTaken(host: String, port: Int)
    case cannotListen(host: String, port: Int, String)
    /// A broker starts once.
    case startedBefore

    public var description: String {
        switch self {
        case .portTaken(let host, let port):
            "Port \(port) of \(host) is taken by another program. Stop it, or choose another port (0 takes any "
                + "that is free)."
        case .cannotListen(let host, let port, let why): "Cannot listen on \(host):\(port): \(why)."
        case .startedBefore: "This broker was started before; make a new one."
        }
    }
}
