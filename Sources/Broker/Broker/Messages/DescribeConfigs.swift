internal import Bytes

/// Asks how topics or brokers are set.
struct DescribeConfigsRequest: Request {
    static let api = API.describeConfigs
    var resources: [Resource] = []
    var includesSynonyms = false
    var includesDocumentation = false

    /// A topic or a broker.
    struct Resource: Structure, Hashable {
        static let topic: Int8 = 2
        static let broker: Int8 = 4

        var kind: Int8 = 0
        var name = ""
        /// Nil for all.
        var keys: [String]?

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&kind)
            try wire.field(&name)
            try wire.field(&keys)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&resources)
        try wire.field(&includesSynonyms, since: 1)
        try wire.field(&includesDocumentation, since: 3)
    }

    typealias Response = DescribeConfigsResponse
}

/// The settings, those that nobody set included.
struct DescribeConfigsResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var results: [Result] = []

    /// The settings of one topic or broker.
    struct Result: Structure {
        var error: Int16 = 0
        var message: String?
        var kind: Int8 = 0
        var name = ""
        var settings: [Setting] = []

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&error)
            try wire.field(&message)
            try wire.field(&kind)
            try wire.field(&name)
            try wire.field(&settings)
        }
    }

    /// One setting.
    struct Setting: Structure {
        var name = ""
        var value: String?
        var isReadOnly = false
        var isDefault = false
        var source: Int8 = -1
        var isSensitive = false
        var synonyms: [Synonym] = []
        var type: Int8 = 0
        var documentation: String?

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&value)
            try wire.field(&isReadOnly)
            try wire.field(&isDefault, until: 0)
            try wire.field(&source, since: 1)
            try wire.field(&isSensitive)
            try wire.field(&synonyms, since: 1)
            try wire.field(&type, since: 3)
            try wire.field(&documentation, since: 3)
        }
    }

    /// Another place where the setting could have come from.
    struct Synonym: Structure {
        var name = ""
        var value: String?
        var source: Int8 = 0

        mutating func fields(_ wire: inout some Wire) throws(ByteError) {
            try wire.field(&name)
            try wire.field(&value)
            try wire.field(&source)
        }
    }

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds)
        try wire.field(&results)
    }
}
