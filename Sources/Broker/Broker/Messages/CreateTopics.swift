internal import Bytes

/// Asks for new topics.
struct CreateTopicsRequest: Request {
    static let api = API.createTopics
    var topics: [Topic] = []
    var timeoutMilliseconds: Int32 = 0
    var onlyValidates = false

    /// What a new topic is to be.
    struct Topic: Structure {
        var name = ""
        /// -1 for the broker's default.
        var partitions: Int32 = 0
        var replicationFactor: Int16 = 0
        var assignments: [Assignment] = []
        var configuration: [Setting] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&partitions)
            try wire.field(&replicationFactor)
            try wire.field(&assignments)
            try wire.field(&configuration)
        }
    }

    /// On which brokers a partition is to be.
    struct Assignment: Structure {
        var partition: Int32 = 0
        var brokers: [Int32] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&partition)
            try wire.field(&brokers)
        }
    }

    /// One key of the topic's configuration.
    struct Setting: Structure {
        var name = ""
        var value: String?

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&value)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&topics)
        try wire.field(&timeoutMilliseconds)
        try wire.field(&onlyValidates, since: 1)
    }

    typealias Response = CreateTopicsResponse
}

/// The new topics, or why there are none.
struct CreateTopicsResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var topics: [Topic] = []

    /// What became of one topic.
    struct Topic: Structure {
        var name = ""
        var id = TopicID.none
        var error: Int16 = 0
        var message: String?
        var partitions: Int32 = -1
        var replicationFactor: Int16 = -1
        /// The schema allows null, and Java's client throws on it.
        var configuration: [Setting]? = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&id, since: 7)
            try wire.field(&error)
            try wire.field(&message, since: 1)
            try wire.field(&partitions, since: 5)
            try wire.field(&replicationFactor, since: 5)
            try wire.field(&configuration, since: 5)
        }
    }

    /// One key of the new topic's configuration.
    struct Setting: Structure {
        var name = ""
        var value: String?
        var isReadOnly = false
        var source: Int8 = -1
        var isSensitive = false

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&value)
            try wire.field(&isReadOnly)
            try wire.field(&source)
            try wire.field(&isSensitive)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds, since: 2)
        try wire.field(&topics)
    }
}
