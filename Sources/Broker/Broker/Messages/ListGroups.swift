internal import Bytes

/// Asks which groups there are; no states means all.
struct ListGroupsRequest: Request {
    static let api = API.listGroups
    var states: [String] = []

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&states, since: 4)
    }

    typealias Response = ListGroupsResponse
}

/// The groups.
struct ListGroupsResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var error: Int16 = 0
    var groups: [Group] = []

    /// One group.
    struct Group: Structure {
        var id = ""
        var protocolType = ""
        var state = ""

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&id)
            try wire.field(&protocolType)
            try wire.field(&state, since: 4)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds, since: 1)
        try wire.field(&error)
        try wire.field(&groups)
    }
}
