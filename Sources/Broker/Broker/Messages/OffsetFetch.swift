internal import Bytes

/// Asks how far groups have come. Until version 7 it asks about one.
struct OffsetFetchRequest: Request {
    static let api = API.offsetFetch
    var group = ""
    /// Nil, from version 2 on, for everything that the group ever said.
    var topics: [Topic]? = []
    var groups: [Group] = []
    /// Asks to be told of offsets that a transaction may still take back; here there are none.
    var requiresStable = false

    /// The partitions of one topic.
    struct Topic: Structure {
        var name = ""
        var partitions: [Int32] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&partitions)
        }
    }

    /// What is asked of one group.
    struct Group: Structure {
        var id = ""
        var member: String?
        var memberEpoch: Int32 = -1
        var topics: [Topic]? = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&id)
            try wire.field(&member, since: 9)
            try wire.field(&memberEpoch, since: 9)
            try wire.field(&topics)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&group, until: 7)
        try wire.field(&topics, until: 7)
        try wire.field(&groups, since: 8)
        try wire.field(&requiresStable, since: 7)
    }

    typealias Response = OffsetFetchResponse
}

/// How far they have come.
struct OffsetFetchResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var topics: [Topic] = []
    var error: Int16 = 0
    var groups: [Group] = []

    /// The offsets in one topic.
    struct Topic: Structure {
        var name = ""
        var partitions: [Partition] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&partitions)
        }
    }

    /// The offset in one partition; -1, and no error, where there is none.
    struct Partition: Structure {
        var index: Int32 = 0
        var offset: Int64 = -1
        var leaderEpoch: Int32 = -1
        var metadata: String?
        var error: Int16 = 0

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&index)
            try wire.field(&offset)
            try wire.field(&leaderEpoch, since: 5)
            try wire.field(&metadata)
            try wire.field(&error)
        }
    }

    /// The answer for one group.
    struct Group: Structure {
        var id = ""
        var topics: [Topic] = []
        var error: Int16 = 0

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&id)
            try wire.field(&topics)
            try wire.field(&error)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds, since: 3)
        try wire.field(&topics, until: 7)
        try wire.field(&error, since: 2, until: 7)
        try wire.field(&groups, since: 8)
    }
}
