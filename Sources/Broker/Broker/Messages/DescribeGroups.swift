internal import Bytes

/// Asks what groups are doing.
struct DescribeGroupsRequest: Request {
    static let api = API.describeGroups
    var groups: [String] = []
    var asksOperations = false

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&groups)
        try wire.field(&asksOperations, since: 3)
    }

    typealias Response = DescribeGroupsResponse
}

/// What they are doing.
struct DescribeGroupsResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var groups: [Group] = []

    /// One group.
    struct Group: Structure {
        var error: Int16 = 0
        var id = ""
        var state = ""
        var protocolType = ""
        var protocolName = ""
        var members: [Member] = []
        var operations: Int32 = .min

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&error)
            try wire.field(&id)
            try wire.field(&state)
            try wire.field(&protocolType)
            try wire.field(&protocolName)
            try wire.field(&members)
            try wire.field(&operations, since: 3)
        }
    }

    /// One member: who it is, what it wants and what it got.
    struct Member: Structure {
        var id = ""
        var instance: String?
        var clientID = ""
        var host = ""
        var metadata = Opaque()
        var assignment = Opaque()

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&id)
            try wire.field(&instance, since: 4)
            try wire.field(&clientID)
            try wire.field(&host)
            try wire.field(&metadata)
            try wire.field(&assignment)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds, since: 1)
        try wire.field(&groups)
    }
}
