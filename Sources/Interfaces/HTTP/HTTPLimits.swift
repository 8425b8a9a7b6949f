public import NIOCore

/// What the clients of the HTTP server may take of it: each by itself, and all of them together.
public struct HTTPLimits: Sendable {
    /// Open at once. When they are all there, the one that has been idle for longest gives way.
    public var connections = 1_000
    /// Who read topics at once, over `GET /api/v1/events`: each of them has a client of the log.
    public var readers = 100
    /// The request line, or one header.
    public var lineBytes = 16 << 10
    /// All headers of a request.
    public var headBytes = 64 << 10
    /// From the first byte of a request to the end of its headers.
    public var headTime = TimeAmount.seconds(10)
    /// Without a request, after the last one.
    public var idleTime = TimeAmount.seconds(60)
    /// A body, as it comes and unpacked.
    public var bodyBytes = 16 << 20
    /// A body of records, as it comes and unpacked.
    public var recordsBytes = 64 << 20
    /// All bodies that are being read or answered, with what reading them takes.
    public var bytesInFlight = 512 << 20
    /// What must come of a body within `bodyTime`, for it to be waited for.
    public var leastBodyBytes = 10 << 10
    public var bodyTime = TimeAmount.seconds(10)
    /// How long a client may take nothing of an answer.
    public var unreadTime = TimeAmount.seconds(60)
    /// What was refused is said this often at most.
    public var noticeTime = TimeAmount.seconds(60)

    public init() {}

    /// How often every connection is looked at. It is as late as that with the times above.
    var tick: TimeAmount {
        let shortest = min(headTime, idleTime, bodyTime, unreadTime)
        return .nanoseconds(max(shortest.nanoseconds / 5, 20_000_000))
    }
}
