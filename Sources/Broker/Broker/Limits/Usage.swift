extension Broker {
    /// How much is used now of what may be.
    public struct Usage: Sendable, Hashable {
        /// Of one thing.
        public struct Level: Sendable, Hashable {
            public var now: Int
            public var most: Int
        }

        public var connections: Level
        /// Connections of the server's own clients.
        public var ownConnections: Level
        /// Bytes that clients make the broker hold: requests that arrive or are under way, answers not taken yet.
        public var heldBytes: Level
        /// The most of them that were held at once since the start.
        public var peakHeldBytes: Int
        /// Bytes of the server's own clients, which have a part for themselves.
        public var ownHeldBytes: Level
        /// Files and sockets of this process.
        public var descriptors: Level
        public var partitions: Level
        public var groups: Level
        /// Members of all groups, and the bytes that they say and are told.
        public var members: Level
        public var memberBytes: Level
        /// Bytes of the offsets of all groups.
        public var offsetBytes: Level
        /// How the broker is set.
        public var settings: Settings
        /// How often something was refused or went wrong since the start, by what it was.
        public var refused: [String: Int]
    }
}
