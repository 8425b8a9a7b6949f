internal import Bytes

/// Asks for record batches, and says how long it likes to wait for them.
struct FetchRequest: Request {
    static let api = API.fetch
    var replica: Int32 = -1
    var waitMilliseconds: Int32 = 0
    var minBytes: Int32 = 0
    var maxBytes = Int32.max
    var isolationLevel: Int8 = 0
    var session: Int32 = 0
    var sessionEpoch: Int32 = -1
    var topics: [Topic] = []
    var forgotten: [Forgotten] = []
    var rack = ""

    /// What is asked of one topic.
    struct Topic: Structure {
        var name = ""
        var partitions: [Partition] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&partitions)
        }
    }

    /// What is asked of one partition.
    struct Partition: Structure {
        var index: Int32 = 0
        var leaderEpoch: Int32 = -1
        var offset: Int64 = 0
        var lastFetchedEpoch: Int32 = -1
        var logStart: Int64 = -1
        var maxBytes: Int32 = 0

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&index)
            try wire.field(&leaderEpoch, since: 9)
            try wire.field(&offset)
            try wire.field(&lastFetchedEpoch, since: 12)
            try wire.field(&logStart, since: 5)
            try wire.field(&maxBytes)
        }
    }

    /// Partitions that a session shall no longer hold. There are no sessions here, so nothing is done about them.
    struct Forgotten: Structure {
        var topic = ""
        var partitions: [Int32] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&topic)
            try wire.field(&partitions)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&replica)
        try wire.field(&waitMilliseconds)
        try wire.field(&minBytes)
        try wire.field(&maxBytes)
        try wire.field(&isolationLevel)
        try wire.field(&session, since: 7)
        try wire.field(&sessionEpoch, since: 7)
        try wire.field(&topics)
        try wire.field(&forgotten, since: 7)
        try wire.field(&rack, since: 11)
    }

    typealias Response = FetchResponse
}

/// Record batches as they are stored.
struct FetchResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var error: Int16 = 0
    var session: Int32 = 0
    var topics: [Topic] = []

    /// What was found in one topic.
    struct Topic: Structure {
        var name = ""
        var partitions: [Partition] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&partitions)
        }
    }

    /// What was found in one partition.
    struct Partition: Structure {
        var index: Int32 = 0
        var error: Int16 = 0
        var highWatermark: Int64 = -1
        var lastStableOffset: Int64 = -1
        var logStart: Int64 = -1
        var aborted: [AbortedTransaction]? = []
        var preferredReplica: Int32 = -1
        var records = Records()

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&index)
            try wire.field(&error)
            try wire.field(&highWatermark)
            try wire.field(&lastStableOffset)
            try wire.field(&logStart, since: 5)
            try wire.field(&aborted)
            try wire.field(&preferredReplica, since: 11)
            try wire.field(&records)
        }
    }

    /// A transaction whose records a reader of committed ones leaves out.
    struct AbortedTransaction: Structure {
        var producer: Int64 = 0
        var firstOffset: Int64 = 0

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&producer)
            try wire.field(&firstOffset)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds)
        try wire.field(&error, since: 7)
        try wire.field(&session, since: 7)
        try wire.field(&topics)
    }
}
