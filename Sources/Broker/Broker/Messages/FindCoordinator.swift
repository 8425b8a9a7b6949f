internal import Bytes

/// Asks who coordinates a group or a transaction.
struct FindCoordinatorRequest: Request {
    static let api = API.findCoordinator
    static let group: Int8 = 0
    static let transaction: Int8 = 1
    var key = ""
    var keyType: Int8 = 0
    var keys: [String] = []

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&key, until: 3)
        try wire.field(&keyType, since: 1)
        try wire.field(&keys, since: 4)
    }

    typealias Response = FindCoordinatorResponse
}

/// The coordinator, or why there is none.
struct FindCoordinatorResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var error: Int16 = 0
    var message: String?
    var node: Int32 = -1
    var host = ""
    var port: Int32 = -1
    var coordinators: [Coordinator] = []

    /// The coordinator of one key.
    struct Coordinator: Structure {
        var key = ""
        var node: Int32 = -1
        var host = ""
        var port: Int32 = -1
        var error: Int16 = 0
        var message: String?

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&key)
            try wire.field(&node)
            try wire.field(&host)
            try wire.field(&port)
            try wire.field(&error)
            try wire.field(&message)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds, since: 1)
        try wire.field(&error, until: 3)
        try wire.field(&message, since: 1, until: 3)
        try wire.field(&node, until: 3)
        try wire.field(&host, until: 3)
        try wire.field(&port, until: 3)
        try wire.field(&coordinators, since: 4)
    }
}
