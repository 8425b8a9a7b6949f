/// Says an answer, from whichever thread has it.
typealias Reply<Response> = @Sendable (Response) -> Void

/// Who asks, and by which request.
struct Caller: Sendable {
    /// Names the request as long as it waits.
    var ticket: UInt64
    var version: Int16
    var client: String
    var host: String
}

/// A request that is answered later.
struct Waiting<Response: Sendable>: Sendable {
    var ticket: UInt64
    var reply: Reply<Response>
}

/// A member of a group. Belongs to the coordinator's thread.
final class Member {
    let id: String
    let instance: String?
    /// Counts up in the order in which members came.
    let number: UInt64
    var client: String
    var host: String
    var sessionTimeout: Int64 = 0
    var rebalanceTimeout: Int64 = 0
    var protocols: [JoinGroupRequest.Offer] = []
    var assignment: [UInt8] = []
    var join: Waiting<JoinGroupResponse>?
    var sync: Waiting<SyncGroupResponse>?
    /// It was told of a generation and has not asked for its share yet.
    var owesSync = false
    /// Whether its client has been told its id.
    var isKnown: Bool
    /// When it is taken for dead unless it is heard of or waits.
    var sessionDeadline: Int64 = .max

    init(
        id: String,
        instance: String?,
        number: UInt64,
        caller: Caller,
        isKnown: Bool
    ) {
        self.id = id
        self.instance = instance
        self.number = number
        self.client = caller.client
        self.host = caller.host
        self.isKnown = isKnown
    }

    var byteCount: Int { Self.byteCount(of: protocols) }

    static func byteCount(of protocols: [JoinGroupRequest.Offer]) -> Int {
        protocols.reduce(0) { $0 + $1.name.utf8.count + $1.metadata.bytes.count + 64 }
    }

    /// When it is taken for dead: never while it waits for an answer.
    var deadline: Int64 { join == nil && sync == nil ? sessionDeadline : .max }

    func isHeard(at ticks: Int64) { sessionDeadline = ticks + sessionTimeout }

    func metadata(for name: String?) -> [UInt8] {
        protocols.first { $0.name == name }?.metadata.bytes ?? []
    }

    func answer(_ response: JoinGroupResponse) {
        guard let waiting = join else { return }
        join = nil
        isKnown = true
        waiting.reply(response)
    }

    func answer(_ response: SyncGroupResponse) {
        guard let waiting = sync else { return }
        sync = nil
        waiting.reply(response)
    }
}

extension JoinGroupResponse {
    init(refusing error: ErrorCode, member: String) {
        self.error = error.rawValue
        self.member = member
    }
}

extension SyncGroupResponse {
    init(refusing error: ErrorCode) { self.error = error.rawValue }
}
