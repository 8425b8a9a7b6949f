internal import Bytes

/// Asks that topics go away, by name or, from version 6, by id.
struct DeleteTopicsRequest: Request {
    static let api = API.deleteTopics
    var topics: [Topic] = []
    var names: [String] = []
    var timeoutMilliseconds: Int32 = 0

    /// One topic by name or id.
    struct Topic: Structure {
        var name: String?
        var id = TopicID.none

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&id)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&topics, since: 6)
        try wire.field(&names, until: 5)
        try wire.field(&timeoutMilliseconds)
    }

    typealias Response = DeleteTopicsResponse
}

/// What became of the topics.
struct DeleteTopicsResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var topics: [Topic] = []

    /// What became of one topic.
    struct Topic: Structure {
        var name: String?
        var id = TopicID.none
        var error: Int16 = 0
        var message: String?

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            if wire.version >= 6 {
                try wire.field(&name)
            } else {
                var plain = name ?? ""
                try wire.field(&plain)
                name = plain
            }
            try wire.field(&id, since: 6)
            try wire.field(&error)
            try wire.field(&message, since: 5)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds, since: 1)
        try wire.field(&topics)
    }
}
