internal import Bytes

/// Asks for the member's share of the work; the leader brings everybody's.
struct SyncGroupRequest: Request {
    static let api = API.syncGroup
    var group = ""
    var generation: Int32 = 0
    var member = ""
    var instance: String?
    var protocolType: String?
    var protocolName: String?
    var assignments: [Assignment] = []

    /// The share of one member.
    struct Assignment: Structure {
        var member = ""
        var assignment = Opaque()

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&member)
            try wire.field(&assignment)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&group)
        try wire.field(&generation)
        try wire.field(&member)
        try wire.field(&instance, since: 3)
        try wire.field(&protocolType, since: 5)
        try wire.field(&protocolName, since: 5)
        try wire.field(&assignments)
    }

    typealias Response = SyncGroupResponse
}

/// The member's share.
struct SyncGroupResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var error: Int16 = 0
    var protocolType: String?
    var protocolName: String?
    var assignment = Opaque()

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds, since: 1)
        try wire.field(&error)
        try wire.field(&protocolType, since: 5)
        try wire.field(&protocolName, since: 5)
        try wire.field(&assignment)
    }
}
