internal import Bytes

/// Takes members out of a group.
struct LeaveGroupRequest: Request {
    static let api = API.leaveGroup
    var group = ""
    var member = ""
    var members: [Member] = []

    /// One who leaves, by its id or by the name that its operator gave it.
    struct Member: Structure {
        var id = ""
        var instance: String?
        var reason: String?

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&id)
            try wire.field(&instance)
            try wire.field(&reason, since: 5)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&group)
        try wire.field(&member, until: 2)
        try wire.field(&members, since: 3)
    }

    typealias Response = LeaveGroupResponse
}

/// Which of them were in it.
struct LeaveGroupResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var error: Int16 = 0
    var members: [Member] = []

    /// What became of one.
    struct Member: Structure {
        var id = ""
        var instance: String?
        var error: Int16 = 0

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&id)
            try wire.field(&instance)
            try wire.field(&error)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds, since: 1)
        try wire.field(&error)
        try wire.field(&members, since: 3)
    }
}
