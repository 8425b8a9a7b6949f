internal import Bytes
internal import NIOCore

/// What stands before every request: its kind and version, and the number that its answer repeats.
struct RequestHeader: Sendable, Equatable {
    var api: API
    var version: Int16
    var correlation: Int32
    var client: String?

    /// Reads the header of a request whose kind and version are known, and returns a reader for the body.
    static func read(
        _ frame: ByteBuffer,
        as api: API,
        version: Int16
    ) throws(ByteError) -> (RequestHeader, WireReader) {
        let isFlexible = api.isFlexible(in: version)
        // The client's name keeps its plain length even in flexible versions (KIP-482), so it is read as if plain.
        var plain = WireReader(frame, version: version, isFlexible: false)
        var (key, version, correlation) = (Int16(0), Int16(0), Int32(0))
        var client: String?
        try plain.field(&key)
        try plain.field(&version)
        try plain.field(&correlation)
        try plain.field(&client)
        var rest = frame
        rest.moveReaderIndex(forwardBy: plain.position)
        var body = WireReader(rest, version: version, isFlexible: isFlexible)
        try body.tags()
        return (
            RequestHeader(api: api, version: version, correlation: correlation, client: client),
            body
        )
    }

    /// The answer as it goes over the connection, its length first.
    func frame<Body: Structure>(_ body: Body) throws(ByteError) -> ByteBuffer {
        try Self.frame(
            body,
            correlation: correlation,
            version: version,
            isFlexible: api.isFlexible(in: version),
            hasTags: hasTags,
            byteCount: byteCount(of: body)
        )
    }

    /// How many bytes the answer will have, its length with it.
    func byteCount<Body: Structure>(of body: Body) throws(ByteError) -> Int {
        var (measure, body) = (
            WireMeasure(version: version, isFlexible: api.isFlexible(in: version)), body
        )
        try body.pass(through: &measure)
        return 8 + (hasTags ? 1 : 0) + measure.position
    }

    /// A client that does not know which versions we have cannot know whether tags stand behind the correlation.
    private var hasTags: Bool { api.isFlexible(in: version) && api != .apiVersions }

    /// What a client of an unknown version of ApiVersions can read: version 0.
    static func refusingVersion(correlation: Int32) throws(ByteError) -> ByteBuffer {
        var range = ApiVersionsResponse.Range()
        range.key = API.apiVersions.rawValue
        range.first = API.apiVersions.versions.lowerBound
        range.last = API.apiVersions.versions.upperBound
        var body = ApiVersionsResponse()
        body.error = ErrorCode.unsupportedVersion.rawValue
        body.ranges = [range]
        return try frame(
            body,
            correlation: correlation,
            version: 0,
            isFlexible: false,
            hasTags: false,
            byteCount: 32
        )
    }

    private static func frame<Body: Structure>(
        _ body: Body,
        correlation: Int32,
        version: Int16,
        isFlexible: Bool,
        hasTags: Bool,
        byteCount: Int
    ) throws(ByteError) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: byteCount)
        buffer.writeInteger(Int32(0))
        buffer.writeInteger(correlation)
        if hasTags { buffer.writeInteger(UInt8(0)) }
        var writer = WireWriter(buffer, version: version, isFlexible: isFlexible)
        // The writer holds the only reference, or every write would copy the buffer.
        buffer = ByteBuffer()
        var body = body
        try body.pass(through: &writer)
        return writer.finish()
    }
}
