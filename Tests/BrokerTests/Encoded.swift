import Bytes
import NIOCore

@testable import Broker

/// A request as a client sends it, its length first.
func encoded<Message: Request>(
    _ request: Message,
    version: Int16,
    correlation: Int32,
    client: String? = "test"
) throws -> [UInt8] {
    let isFlexible = Message.api.isFlexible(in: version)
    var buffer = ByteBuffer()
    buffer.writeInteger(Int32(0))
    var header = WireWriter(buffer, version: version, isFlexible: false)
    var (key, number, correlation, client) = (Message.api.rawValue, version, correlation, client)
    try header.field(&key)
    try header.field(&number)
    try header.field(&correlation)
    try header.field(&client)
    var body = WireWriter(header.finish(), version: version, isFlexible: isFlexible)
    try body.tags()
    var request = request
    try request.pass(through: &body)
    return Array(body.finish().readableBytesView)
}

/// The answer that follows a length and a correlation number.
func decodedAnswer<Message: Request>(
    to request: Message.Type,
    version: Int16,
    _ frame: [UInt8]
) throws -> (correlation: Int32, Message.Response) {
    let isFlexible = Message.api.isFlexible(in: version)
    var reader = WireReader(ByteBuffer(bytes: frame), version: version, isFlexible: isFlexible)
    var correlation: Int32 = 0
    try reader.field(&correlation)
    if Message.api != .apiVersions { try reader.tags() }
    var response = Message.Response()
    try response.pass(through: &reader)
    guard reader.remaining == 0 else {
        throw ByteError.malformed("bytes left over", at: reader.position)
    }
    return (correlation, response)
}
