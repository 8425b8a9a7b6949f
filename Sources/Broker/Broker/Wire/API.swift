/// The kinds of request that this broker answers, by the numbers of Kafka's protocol.
enum API: Int16, CaseIterable, Sendable {
    case produce = 0
    case fetch = 1
    case listOffsets = 2
    case metadata = 3
    case offsetCommit = 8
    case offsetFetch = 9
    case findCoordinator = 10
    case joinGroup = 11
    case heartbeat = 12
    case leaveGroup = 13
    case syncGroup = 14
    case describeGroups = 15
    case listGroups = 16
    case apiVersions = 18
    case createTopics = 19
    case deleteTopics = 20
    case deleteRecords = 21
    case initProducerID = 22
    case offsetForLeaderEpoch = 23
    case describeConfigs = 32
    case alterConfigs = 33
    case createPartitions = 37
    case deleteGroups = 42
    case incrementalAlterConfigs = 44
    case offsetDelete = 47
    case describeCluster = 60

    /// The versions that clients are told of. Produce 0 to 2 are named only because librdkafka up to 2.8 compresses
    /// nothing where Produce 0 is missing (KAFKA-18659), and FindCoordinator 0 because its LZ4 asks for it.
    var versions: ClosedRange<Int16> {
        switch self {
        case .produce: 0 ... 11
        case .fetch: 4 ... 12
        case .listOffsets: 1 ... 8
        case .metadata: 0 ... 12
        case .offsetCommit, .offsetFetch: 1 ... 9
        case .joinGroup: 0 ... 9
        case .leaveGroup, .syncGroup, .describeGroups: 0 ... 5
        case .findCoordinator, .heartbeat, .listGroups: 0 ... 4
        case .deleteGroups, .alterConfigs: 0 ... 2
        case .createPartitions: 0 ... 3
        case .offsetDelete: 0 ... 0
        case .apiVersions: 0 ... 3
        case .createTopics: 0 ... 7
        case .deleteTopics: 0 ... 6
        case .deleteRecords: 0 ... 2
        case .initProducerID: 0 ... 4
        case .offsetForLeaderEpoch: 2 ... 4
        case .describeConfigs: 0 ... 4
        case .describeCluster, .incrementalAlterConfigs: 0 ... 1
        }
    }

    /// The first version with compact lengths and tagged fields, in request and response alike.
    var firstFlexibleVersion: Int16 {
        switch self {
        case .produce, .metadata: 9
        case .fetch: 12
        case .offsetCommit: 8
        case .listOffsets, .offsetFetch, .joinGroup: 6
        case .findCoordinator, .apiVersions, .listGroups: 3
        case .createTopics, .describeGroups: 5
        case .deleteTopics, .offsetForLeaderEpoch, .describeConfigs, .heartbeat, .leaveGroup,
            .syncGroup:
            4
        case .deleteRecords, .initProducerID, .deleteGroups, .alterConfigs, .createPartitions: 2
        case .incrementalAlterConfigs: 1
        case .describeCluster: 0
        // Its only version is a plain one.
        case .offsetDelete: .max
        }
    }

    /// The longest request of most kinds: names and numbers, and thousands of them.
    static let mostPlainBytes = 1 << 20

    /// The longest request of this kind that is an honest one; Produce has a limit of its own.
    var mostBytes: Int {
        switch self {
        case .produce: .max
        // Shares of a thousand members, and offsets with texts beside them.
        case .syncGroup, .offsetCommit: 4 << 20
        // A member's share of a group's limits, and what stands around it.
        case .joinGroup: 2 << 20
        case .fetch, .listOffsets, .metadata, .offsetFetch, .findCoordinator, .heartbeat,
            .leaveGroup, .describeGroups, .listGroups, .apiVersions, .createTopics, .deleteTopics,
            .deleteRecords, .initProducerID, .offsetForLeaderEpoch, .describeConfigs,
            .alterConfigs, .createPartitions, .deleteGroups, .incrementalAlterConfigs,
            .offsetDelete, .describeCluster:
            Self.mostPlainBytes
        }
    }

    func isFlexible(in version: Int16) -> Bool { version >= firstFlexibleVersion }
}

/// What a client asks, and what it is answered with.
protocol Request: Structure {
    associatedtype Response: Structure
    static var api: API { get }
}
