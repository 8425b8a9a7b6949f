internal import Bytes

/// Asks at which offset the records of an instant begin.
struct ListOffsetsRequest: Request {
    static let api = API.listOffsets
    var replica: Int32 = -1
    var isolationLevel: Int8 = 0
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

    /// The instant asked about, or one of the places that have negative numbers.
    struct Partition: Structure {
        static let latest: Int64 = -1
        static let earliest: Int64 = -2
        static let greatestTimestamp: Int64 = -3
        static let earliestLocal: Int64 = -4

        var index: Int32 = 0
        var leaderEpoch: Int32 = -1
        var timestamp: Int64 = 0

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&index)
            try wire.field(&leaderEpoch, since: 4)
            try wire.field(&timestamp)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&replica)
        try wire.field(&isolationLevel, since: 2)
        try wire.field(&topics)
    }

    typealias Response = ListOffsetsResponse
}

/// Offsets and the timestamps of their records.
struct ListOffsetsResponse: Structure {
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

    /// The answer for one partition; -1 where no record is that late.
    struct Partition: Structure {
        var index: Int32 = 0
        var error: Int16 = 0
        var timestamp: Int64 = -1
        var offset: Int64 = -1
        var leaderEpoch: Int32 = -1

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&index)
            try wire.field(&error)
            try wire.field(&timestamp)
            try wire.field(&offset)
            try wire.field(&leaderEpoch, since: 4)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds, since: 2)
        try wire.field(&topics)
    }
}
