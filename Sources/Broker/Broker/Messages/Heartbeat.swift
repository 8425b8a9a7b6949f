internal import Bytes

/// Says that a member lives.
struct HeartbeatRequest: Request {
    static let api = API.heartbeat
    var group = ""
    var generation: Int32 = 0
    var member = ""
    var instance: String?

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&group)
        try wire.field(&generation)
        try wire.field(&member)
        try wire.field(&instance, since: 3)
    }

    typealias Response = HeartbeatResponse
}

/// Whether the generation does.
struct HeartbeatResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var error: Int16 = 0

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds, since: 1)
        try wire.field(&error)
    }
}
