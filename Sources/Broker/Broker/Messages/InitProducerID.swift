internal import Bytes

/// Asks for an identity under which batches are numbered, so that none is stored twice.
struct InitProducerIDRequest: Request {
    static let api = API.initProducerID
    var transactionalID: String?
    var transactionTimeoutMilliseconds: Int32 = 0
    var producer: Int64 = -1
    var epoch: Int16 = -1

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&transactionalID)
        try wire.field(&transactionTimeoutMilliseconds)
        try wire.field(&producer, since: 3)
        try wire.field(&epoch, since: 3)
    }

    typealias Response = InitProducerIDResponse
}

/// The identity.
struct InitProducerIDResponse: Structure {
    var throttleMilliseconds: Int32 = 0
    var error: Int16 = 0
    var producer: Int64 = -1
    var epoch: Int16 = -1

    mutating func fields(_ wire: inout some Wire) throws(ByteError) {
        try wire.field(&throttleMilliseconds)
        try wire.field(&error)
        try wire.field(&producer)
        try wire.field(&epoch)
    }
}
