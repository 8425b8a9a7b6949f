internal import Bytes

/// Asks that topics have more partitions.
struct CreatePartitionsRequest: Request {
    static let api = API.createPartitions
    var topics: [Topic] = []
    var timeoutMilliseconds: Int32 = 0
    var onlyValidates = false

    /// How many partitions a topic is to have, those that are there included.
    struct Topic: Structure {
        var name = ""
        var count: Int32 = 0
        /// Of the new ones; nil: wherever the broker likes.
        var assignments: [Assignment]?

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&count)
            try wire.field(&assignments)
        }
    }

    /// On which brokers one new partition is to be.
    struct Assignment: Structure {
        var brokers: [Int32] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&brokers)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&topics)
        try wire.field(&timeoutMilliseconds)
        try wire.field(&onlyValidates)
    }

    typealias Response = CreatePartitionsResponse
}

/// Which of them have.
struct CreatePartitionsResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var results: [Outcome] = []

    /// What became of one topic.
    struct Outcome: Structure {
        var name = ""
        var error: Int16 = 0
        var message: String?

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&error)
            try wire.field(&message)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds)
        try wire.field(&results)
    }
}
