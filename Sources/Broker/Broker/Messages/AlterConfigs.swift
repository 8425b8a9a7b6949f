internal import Bytes

/// Asks that topics be set so and not otherwise: what is not named goes back to its default.
struct AlterConfigsRequest: Request {
    static let api = API.alterConfigs
    var resources: [Resource] = []
    var onlyValidates = false

    /// A topic or a broker, and all its settings.
    struct Resource: Structure {
        var kind: Int8 = 0
        var name = ""
        var settings: [Setting] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&kind)
            try wire.field(&name)
            try wire.field(&settings)
        }
    }

    /// One setting.
    struct Setting: Structure {
        var name = ""
        var value: String?

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&value)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&resources)
        try wire.field(&onlyValidates)
    }

    typealias Response = AlterConfigsResponse
}

/// Asks that single settings of topics change.
struct IncrementalAlterConfigsRequest: Request {
    static let api = API.incrementalAlterConfigs
    var resources: [Resource] = []
    var onlyValidates = false

    /// A topic or a broker, and what is to change.
    struct Resource: Structure {
        var kind: Int8 = 0
        var name = ""
        var changes: [Change] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&kind)
            try wire.field(&name)
            try wire.field(&changes)
        }
    }

    /// What is to become of one setting.
    struct Change: Structure {
        var name = ""
        /// 0 sets, 1 goes back to the default, 2 adds to a list, 3 takes out of it.
        var operation: Int8 = 0
        var value: String?

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&operation)
            try wire.field(&value)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&resources)
        try wire.field(&onlyValidates)
    }

    typealias Response = AlterConfigsResponse
}

/// Which of them are set so now. Both kinds of request are answered alike.
struct AlterConfigsResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var results: [Outcome] = []

    /// What became of one.
    struct Outcome: Structure {
        var error: Int16 = 0
        var message: String?
        var kind: Int8 = 0
        var name = ""

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&error)
            try wire.field(&message)
            try wire.field(&kind)
            try wire.field(&name)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds)
        try wire.field(&results)
    }
}
