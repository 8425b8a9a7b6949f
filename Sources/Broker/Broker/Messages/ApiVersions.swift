internal import Bytes

/// Asks which requests this broker knows. The first thing a client says.
struct ApiVersionsRequest: Request {
    static let api = API.apiVersions
    var clientName = ""
    var clientVersion = ""

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&clientName, since: 3)
        try wire.field(&clientVersion, since: 3)
    }

    typealias Response = ApiVersionsResponse
}

/// The kinds of request and the versions of each.
struct ApiVersionsResponse: Structure {
    var error: Int16 = 0
    var ranges: [Range] = []
    var throttleMilliseconds: Int32 = 0

    /// The versions of one kind of request.
    struct Range: Structure {
        var key: Int16 = 0
        var first: Int16 = 0
        var last: Int16 = 0

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&key)
            try wire.field(&first)
            try wire.field(&last)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&error)
        try wire.field(&ranges)
        try wire.field(&throttleMilliseconds, since: 1)
    }
}
