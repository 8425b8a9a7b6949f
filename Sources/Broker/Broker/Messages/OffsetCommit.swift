internal import Bytes

/// Says how far a group has come.
struct OffsetCommitRequest: Request {
    static let api = API.offsetCommit
    var group = ""
    var generation: Int32 = -1
    var member = ""
    var instance: String?
    var retentionMilliseconds: Int64 = -1
    var topics: [Topic] = []

    /// The offsets in one topic.
    struct Topic: Structure {
        var name = ""
        var partitions: [Partition] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&partitions)
        }
    }

    /// The offset in one partition, and whatever the client wants to find there again.
    struct Partition: Structure {
        var index: Int32 = 0
        var offset: Int64 = 0
        var leaderEpoch: Int32 = -1
        var timestamp: Int64 = -1
        var metadata: String?

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&index)
            try wire.field(&offset)
            try wire.field(&leaderEpoch, since: 6)
            try wire.field(&timestamp, until: 1)
            try wire.field(&metadata)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&group)
        try wire.field(&generation)
        try wire.field(&member)
        try wire.field(&instance, since: 7)
        try wire.field(&retentionMilliseconds, since: 2, until: 4)
        try wire.field(&topics)
    }

    typealias Response = OffsetCommitResponse
}

/// What was stored, durably.
struct OffsetCommitResponse: Structure {
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
        try wire.field(&throttleMilliseconds, since: 3)
        try wire.field(&topics)
    }
}
