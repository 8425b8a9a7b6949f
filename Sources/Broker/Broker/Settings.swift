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
        /// Of all topics together; those that are there already stay.
        public var maxPartitions = 20_000
        public var nodeID: Int32 = 1
        /// The longest request that is taken.
        public var maxRequestBytes = 100 << 20
        /// Of strangers. Where there are as many, the one that was silent for longest gives way to a new one.
        public var maxConnections = 1_000
        /// Beyond them, for the server's own clients.
        public var ownConnections = 32
        /// A connection on which nothing arrives for so long is closed, as in Kafka (`connections.max.idle.ms`).
        public var idleSeconds = 600
        /// What all strangers' connections may hold in memory together: requests that arrive or are under way, and
        /// answers that nobody has taken yet (`queued.max.request.bytes` is about the first of these).
        public var maxHeldBytes = 256 << 20
        /// The same of the server's own clients, which no stranger can take.
        public var ownHeldBytes = 128 << 20
        /// How long a request may take to arrive, and a second more for each mebibyte of it.
        public var requestSeconds = 30
        /// Who holds memory that others wait for and does not go on for so long is hung up on.
        public var patienceMilliseconds: Int64 = 2_000
        /// How often connections are looked at for the two times above.
        public var lookMilliseconds: Int64 = 500
        /// Descriptors that connections leave for files, half of all at most.
        public var descriptorReserve = 512
        /// Nil: what the system allows this process.
        public var maxDescriptors: Int?
        /// The client id by which this broker knows its server's own clients: long, and known to nobody else.
        public var ownClientID: String?
        /// Topics whose names begin with one of these are the server's: its own clients alone create them, set them,
        /// give them partitions and delete them. Everybody reads and writes them, and deletes their records.
        public var guardedTopicPrefixes: [String] = []
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
