internal import Bytes

/// Asks that a group forget how far it came.
struct OffsetDeleteRequest: Request {
    static let api = API.offsetDelete
    var group = ""
    var topics: [Topic] = []

    /// What is asked of one topic.
    struct Topic: Structure {
        var name = ""
        var partitions: [Partition] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&partitions)
        }
    }

    /// One partition.
    struct Partition: Structure {
        var index: Int32 = 0

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&index)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&group)
        try wire.field(&topics)
    }

    typealias Response = OffsetDeleteResponse
}

/// What was forgotten.
struct OffsetDeleteResponse: Structure {
    var error: Int16 = 0
    var throttleMilliseconds: Int32 = 0
    var topics: [Topic] = []

    /// The answers for one topic.
    struct Topic: Structure {
        var name = ""
        var partitions: [Partition] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&partitions)
        }
    }

    /// The answer for one partition.
    struct Partition: Structure {
        var index: Int32 = 0
        var error: Int16 = 0

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&index)
            try wire.field(&error)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&error)
        try wire.field(&throttleMilliseconds)
        try wire.field(&topics)
    }
}
