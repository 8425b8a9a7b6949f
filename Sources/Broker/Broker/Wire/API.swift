/// The kinds of request that this broker answers, by the numbers of Kafka's protocol.
enum API: Int16, CaseIterable, Sendable {
    case produce = 0
    case fetch = 1
    case listOffsets = 2
    case metadata = 3
    case findCoordinator = 10
    case apiVersions = 18
    case createTopics = 19
    case deleteTopics = 20
    case deleteRecords = 21
    case initProducerID = 22
    case offsetForLeaderEpoch = 23
    case describeConfigs = 32
    case describeCluster = 60

    /// The versions that clients are told of. Produce 0 to 2 are named only because librdkafka up to 2.8 compresses
    /// nothing where Produce 0 is missing (KAFKA-18659), and FindCoordinator 0 because its LZ4 asks for it.
    var versions: ClosedRange<Int16> {
        switch self {
        case .produce: 0 ... 11
        case .fetch: 4 ... 12
        case .listOffsets: 1 ... 8
        case .metadata: 0 ... 12
        case .findCoordinator: 0 ... 4
        case .apiVersions: 0 ... 3
        case .createTopics: 0 ... 7
        case .deleteTopics: 0 ... 6
        case .deleteRecords: 0 ... 2
        case .initProducerID: 0 ... 4
        case .offsetForLeaderEpoch: 2 ... 4
        case .describeConfigs: 0 ... 4
        case .describeCluster: 0 ... 1
        }
    }

    /// The first version with compact lengths and tagged fields, in request and response alike.
    var firstFlexibleVersion: Int16 {
        switch self {
        case .produce, .metadata: 9
        case .fetch: 12
        case .listOffsets: 6
        case .findCoordinator, .apiVersions: 3
        case .createTopics: 5
        case .deleteTopics, .offsetForLeaderEpoch, .describeConfigs: 4
        case .deleteRecords, .initProducerID: 2
        case .describeCluster: 0
        }
    }

    func isFlexible(in version: Int16) -> Bool { version >= firstFlexibleVersion }
}

/// What a client asks, and what it is answered with.
protocol Request: Structure {
    associatedtype Response: Structure
    static var api: API { get }
}
