internal import Bytes

/// Asks where the log of a leader epoch ends, to see whether the asker's copy departs from it.
struct OffsetForLeaderEpochRequest: Request {
    static let api = API.offsetForLeaderEpoch
    var replica: Int32 = -2
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

    /// The epoch asked about.
    struct Partition: Structure {
        var index: Int32 = 0
        var currentEpoch: Int32 = -1
        var epoch: Int32 = 0

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&index)
            try wire.field(&currentEpoch)
            try wire.field(&epoch)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&replica, since: 3)
        try wire.field(&topics)
    }

    typealias Response = OffsetForLeaderEpochResponse
}

/// The ends of epochs.
struct OffsetForLeaderEpochResponse: Structure {
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

    /// The end of the epoch in one partition.
    struct Partition: Structure {
        var error: Int16 = 0
        var index: Int32 = 0
        var epoch: Int32 = -1
        var endOffset: Int64 = -1

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&error)
            try wire.field(&index)
            try wire.field(&epoch)
            try wire.field(&endOffset)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds)
        try wire.field(&topics)
    }
}
