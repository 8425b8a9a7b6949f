internal import Segments

/// What this broker answers with. Calls may wait for the disk, so they do not belong on an event loop, except those
/// that say so.
struct Answers: Sendable {
    /// One machine leads everything, for ever, so the epoch of its leadership never changes.
    static let leaderEpoch: Int32 = 0

    let store: SegmentStore
    let groups: GroupThread
    let settings: Broker.Settings
    let budget: Budget
    let remarks: Remarks
    let log: @Sendable (String) -> Void
    /// Where clients are told to connect.
    let endpoint: Endpoint
    /// Whether a client of this very server asks.
    var isOwn = false

    /// A host and a port.
    struct Endpoint: Sendable, Equatable {
        var host: String
        var port: Int32
    }

    /// Memory only.
    func apiVersions() -> ApiVersionsResponse {
        var response = ApiVersionsResponse()
        response.ranges = API.allCases.sorted { $0.rawValue < $1.rawValue }.map { api in
            var range = ApiVersionsResponse.Range()
            range.key = api.rawValue
            range.first = api.versions.lowerBound
            range.last = api.versions.upperBound
            return range
        }
        return response
    }

    /// What a client is told when the store could not do something; the log says more.
    func code(for error: SegmentError, doing what: String) -> ErrorCode {
        switch error {
        case .unknownTopic, .unknownPartition: return .unknownTopicOrPartition
        case .topicExists: return .topicAlreadyExists
        case .invalidTopic: return .invalidTopic
        case .offsetOutOfRange: return .offsetOutOfRange
        // The store says once what is broken, however often it is asked for.
        case .corrupt: return .corruptMessage
        case .disk(let why):
            remarks.note(.disk, "\(what) failed: \(why).")
            return .storageError
        case .diskFull(let why):
            remarks.note(.disk, "\(what) failed, because the disk is full: \(why).")
            return .storageError
        case .closed: return .storageError
        }
    }
}
