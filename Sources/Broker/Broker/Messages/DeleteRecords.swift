internal import Bytes

/// Asks that records below an offset go away.
struct DeleteRecordsRequest: Request {
    static let api = API.deleteRecords
    var topics: [Topic] = []
    var timeoutMilliseconds: Int32 = 0

    /// What is asked of one topic.
    struct Topic: Structure {
        var name = ""
        var partitions: [Partition] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&partitions)
        }
    }

    /// The first offset that shall stay; -1 for the high watermark.
    struct Partition: Structure {
        var index: Int32 = 0
        var offset: Int64 = 0

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&index)
            try wire.field(&offset)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&topics)
        try wire.field(&timeoutMilliseconds)
    }

    typealias Response = DeleteRecordsResponse
}

/// The first offsets that are left.
struct DeleteRecordsResponse: Structure {
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

    /// The first offset that is left in one partition.
    struct Partition: Structure {
        var index: Int32 = 0
        var lowWatermark: Int64 = -1
        var error: Int16 = 0

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&index)
            try wire.field(&lowWatermark)
            try wire.field(&error)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds)
        try wire.field(&topics)
    }
}
