/// Kafka's numbers for what went wrong, as far as this broker says them.
enum ErrorCode: Int16, Sendable {
    case none = 0
    case offsetOutOfRange = 1
    case corruptMessage = 2
    case unknownTopicOrPartition = 3
    case messageTooLarge = 10
    case coordinatorNotAvailable = 15
    case invalidTopic = 17
    case invalidRequiredAcks = 21
    case unsupportedVersion = 35
    case topicAlreadyExists = 36
    case invalidPartitions = 37
    case invalidReplicationFactor = 38
    case invalidReplicaAssignment = 39
    case invalidConfig = 40
    case invalidRequest = 42
    case unsupportedForMessageFormat = 43
    case outOfOrderSequenceNumber = 45
    case duplicateSequenceNumber = 46
    case invalidProducerEpoch = 47
    case transactionalIDAuthorizationFailed = 53
    case storageError = 56
    case unknownProducerID = 59
    case fetchSessionIDNotFound = 70
    case unknownLeaderEpoch = 75
    case invalidRecord = 87
    case unknownTopicID = 100
}
