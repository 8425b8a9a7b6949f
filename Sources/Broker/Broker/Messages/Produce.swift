internal import Bytes

/// Record batches to append.
struct ProduceRequest: Request {
    static let api = API.produce
    var transactionalID: String?
    var acks: Int16 = 0
    var timeoutMilliseconds: Int32 = 0
    var topics: [Topic] = []

    /// What goes into one topic.
    struct Topic: Structure {
        var name = ""
        var partitions: [Partition] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&partitions)
        }
    }

    /// What goes into one partition.
    struct Partition: Structure {
        var index: Int32 = 0
        var records = Records()

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&index)
            try wire.field(&records)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&transactionalID, since: 3)
        try wire.field(&acks)
        try wire.field(&timeoutMilliseconds)
        try wire.field(&topics)
    }

    typealias Response = ProduceResponse
}

/// The offsets that the batches got.
struct ProduceResponse: Structure {
    var topics: [Topic] = []
    var throttleMilliseconds: Int32 = 0

    /// The outcomes in one topic.
    struct Topic: Structure {
        var name = ""
        var partitions: [Partition] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&partitions)
        }
    }

    /// What became of the batches of one partition.
    struct Partition: Structure {
        var index: Int32 = 0
        var error: Int16 = 0
        var baseOffset: Int64 = -1
        var logAppendTime: Int64 = -1
        var logStart: Int64 = -1
        var recordErrors: [RecordError] = []
        var message: String?

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&index)
            try wire.field(&error)
            try wire.field(&baseOffset)
            try wire.field(&logAppendTime, since: 2)
            try wire.field(&logStart, since: 5)
            try wire.field(&recordErrors, since: 8)
            try wire.field(&message, since: 8)
        }
    }

    /// What is wrong with one record of a batch.
    struct RecordError: Structure {
        var index: Int32 = 0
        var message: String?

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&index)
            try wire.field(&message)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&topics)
        try wire.field(&throttleMilliseconds, since: 1)
    }
}
