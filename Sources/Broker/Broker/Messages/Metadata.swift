internal import Bytes

/// Kafka's way to say that nobody asked which operations are allowed.
let operationsNotAsked = Int32.min

/// Asks who the brokers are and which topics there are.
struct MetadataRequest: Request {
    static let api = API.metadata
    /// Nil for all; in version 0 an empty list means all.
    var topics: [Topic]?
    var mayCreateTopics = true
    var asksClusterOperations = false
    var asksTopicOperations = false

    /// A topic by name or, from version 10, by id.
    struct Topic: Structure, Hashable {
        var id = TopicID.none
        var name: String?

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&id, since: 10)
            if wire.version >= 10 {
                try wire.field(&name)
            } else {
                var plain = name ?? ""
                try wire.field(&plain)
                name = plain
            }
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        if wire.version == 0 {
            var plain = topics ?? []
            try wire.field(&plain)
            topics = plain.isEmpty ? nil : plain
        } else {
            try wire.field(&topics)
        }
        try wire.field(&mayCreateTopics, since: 4)
        try wire.field(&asksClusterOperations, since: 8, until: 10)
        try wire.field(&asksTopicOperations, since: 8)
    }

    typealias Response = MetadataResponse
}

/// The brokers, of which there is one, and the topics.
struct MetadataResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var brokers: [Node] = []
    var clusterID: String?
    var controller: Int32 = -1
    var topics: [Topic] = []
    var clusterOperations = operationsNotAsked

    /// Where a broker is reached.
    struct Node: Structure {
        var id: Int32 = 0
        var host = ""
        var port: Int32 = 0
        var rack: String?

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&id)
            try wire.field(&host)
            try wire.field(&port)
            try wire.field(&rack, since: 1)
        }
    }

    /// A topic, or why there is none.
    struct Topic: Structure {
        var error: Int16 = 0
        var name: String?
        var id = TopicID.none
        var isInternal = false
        var partitions: [Partition] = []
        var operations = operationsNotAsked

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&error)
            if wire.version >= 12 {
                try wire.field(&name)
            } else {
                var plain = name ?? ""
                try wire.field(&plain)
                name = plain
            }
            try wire.field(&id, since: 10)
            try wire.field(&isInternal, since: 1)
            try wire.field(&partitions)
            try wire.field(&operations, since: 8)
        }
    }

    /// A partition and who leads it.
    struct Partition: Structure {
        var error: Int16 = 0
        var index: Int32 = 0
        var leader: Int32 = 0
        var leaderEpoch: Int32 = 0
        var replicas: [Int32] = []
        var inSync: [Int32] = []
        var offline: [Int32] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&error)
            try wire.field(&index)
            try wire.field(&leader)
            try wire.field(&leaderEpoch, since: 7)
            try wire.field(&replicas)
            try wire.field(&inSync)
            try wire.field(&offline, since: 5)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds, since: 3)
        try wire.field(&brokers)
        try wire.field(&clusterID, since: 2)
        try wire.field(&controller, since: 1)
        try wire.field(&topics)
        try wire.field(&clusterOperations, since: 8, until: 10)
    }
}
