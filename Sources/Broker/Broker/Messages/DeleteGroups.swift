internal import Bytes

/// Asks that groups without members go away, and their offsets with them.
struct DeleteGroupsRequest: Request {
    static let api = API.deleteGroups
    var groups: [String] = []

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&groups)
    }

    typealias Response = DeleteGroupsResponse
}

/// Which of them went.
struct DeleteGroupsResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var results: [Outcome] = []

    /// What became of one.
    struct Outcome: Structure {
        var group = ""
        var error: Int16 = 0

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&group)
            try wire.field(&error)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds)
        try wire.field(&results)
    }
}
