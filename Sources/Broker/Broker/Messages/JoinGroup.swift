internal import Bytes

/// Asks to be a member of a group, or to stay one in its next generation.
struct JoinGroupRequest: Request {
    static let api = API.joinGroup
    var group = ""
    var sessionTimeoutMilliseconds: Int32 = 0
    var rebalanceTimeoutMilliseconds: Int32 = -1
    var member = ""
    var instance: String?
    var protocolType = ""
    var protocols: [Offer] = []
    var reason: String?

    /// A protocol that the member speaks, and what it says in it: for consumers an assignor and a subscription.
    struct Offer: Structure {
        var name = ""
        var metadata = Opaque()

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&metadata)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&group)
        try wire.field(&sessionTimeoutMilliseconds)
        try wire.field(&rebalanceTimeoutMilliseconds, since: 1)
        try wire.field(&member)
        try wire.field(&instance, since: 5)
        try wire.field(&protocolType)
        try wire.field(&protocols)
        try wire.field(&reason, since: 8)
    }

    typealias Response = JoinGroupResponse
}

/// A generation, once all members have joined it.
struct JoinGroupResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var error: Int16 = 0
    var generation: Int32 = -1
    var protocolType: String?
    /// Null may be said from version 7 on; before that the empty string stands for it.
    var protocolName: String?
    var leader = ""
    var skipsAssignment = false
    var member = ""
    var members: [Member] = []

    /// A member as its leader sees it.
    struct Member: Structure {
        var id = ""
        var instance: String?
        var metadata = Opaque()

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&id)
            try wire.field(&instance, since: 5)
            try wire.field(&metadata)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds, since: 2)
        try wire.field(&error)
        try wire.field(&generation)
        try wire.field(&protocolType, since: 7)
        if wire.version >= 7 {
            try wire.field(&protocolName)
        } else {
            var name = protocolName ?? ""
            try wire.field(&name)
            protocolName = name
        }
        try wire.field(&leader)
        try wire.field(&skipsAssignment, since: 9)
        try wire.field(&member)
        try wire.field(&members)
    }
}
