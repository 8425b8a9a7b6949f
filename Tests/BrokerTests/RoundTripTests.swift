import Bytes
import NIOCore
import Testing

@testable import Broker

@Suite struct `Decoding a message` {
    @Test(arguments: API.allCases) func `undoes encoding it, in every version`(api: API) throws {
        let type = try #require(
            everyRequest.first { $0.api == api },
            "\(api) is missing in the list of requests."
        )
        for version in api.versions {
            for seed in UInt64(0) ..< 40 {
                try expectRoundTrip(of: type, version: version, seed: seed)
            }
        }
    }

    private func expectRoundTrip<Message: Request>(
        of type: Message.Type,
        version: Int16,
        seed: UInt64
    ) throws {
        let request = try random(type, of: Message.api, version: version, seed: seed)
        let bytes = try encoded(request, version: version, correlation: 7)
        let (header, body) = try RequestHeader.read(
            ByteBuffer(bytes: bytes.dropFirst(4)),
            as: Message.api,
            version: version
        )
        #expect(
            header
                == RequestHeader(api: Message.api, version: version, correlation: 7, client: "test")
        )
        var reader = body
        var read = Message()
        try read.pass(through: &reader)
        #expect(read == request, "\(type) version \(version), seed \(seed)")
        #expect(reader.remaining == 0, "\(type) version \(version), seed \(seed)")

        let response = try random(
            Message.Response.self,
            of: Message.api,
            version: version,
            seed: seed
        )
        let frame = try header.frame(response)
        #expect(try header.byteCount(of: response) == frame.readableBytes)
        #expect(frame.getInteger(at: 0, as: Int32.self) == Int32(frame.readableBytes - 4))
        let (correlation, answer) = try decodedAnswer(
            to: type,
            version: version,
            Array(frame.readableBytesView.dropFirst(4))
        )
        #expect(correlation == 7)
        #expect(answer == response, "answer to \(type) version \(version), seed \(seed)")
    }

    @Test func `reads what librdkafka writes`() throws {
        // ApiVersions 3 of librdkafka 2.0.2, as seen on the wire.
        let bytes: [UInt8] =
            [0x00, 0x12, 0x00, 0x03, 0x00, 0x00, 0x00, 0x01, 0x00, 0x07]
            + Array("rdkafka".utf8) + [0x00, 0x0B] + Array("librdkafka".utf8) + [0x06]
            + Array("2.0.2".utf8)
            + [0x00]
        let (header, body) = try RequestHeader.read(
            ByteBuffer(bytes: bytes),
            as: .apiVersions,
            version: 3
        )
        var (reader, request) = (body, ApiVersionsRequest())
        try request.pass(through: &reader)
        #expect(header.client == "rdkafka")
        #expect(request.clientName == "librdkafka")
        #expect(request.clientVersion == "2.0.2")
        #expect(reader.remaining == 0)
    }

    @Test func `passes over tagged fields it does not know`() throws {
        // Two tags, of two and of no bytes, in the header of DescribeCluster 0; then a boolean and no tags.
        let bytes: [UInt8] = [
            0x00, 0x3C, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0xFF, 0xFF, 0x02, 0x00, 0x02, 0xAA,
            0xBB, 0x05, 0x00,
            0x01, 0x00,
        ]
        let (header, body) = try RequestHeader.read(
            ByteBuffer(bytes: bytes),
            as: .describeCluster,
            version: 0
        )
        var (reader, request) = (body, DescribeClusterRequest())
        try request.pass(through: &reader)
        #expect(header.correlation == 5)
        #expect(header.client == nil)
        #expect(request.asksOperations)
    }
}

@Suite struct `An answer` {
    @Test func `to ApiVersions carries no tags in its header, whatever its version`() throws {
        let header = RequestHeader(api: .apiVersions, version: 3, correlation: 9, client: nil)
        let frame = try header.frame(ApiVersionsResponse())
        // Length, correlation, error, an empty compact array, throttle time, an empty section of tags.
        #expect(
            Array(frame.readableBytesView) == [0, 0, 0, 12, 0, 0, 0, 9, 0, 0, 1, 0, 0, 0, 0, 0]
        )
    }

    @Test func `has empty sections of tags, because librdkafka 2 0 2 skips others wrongly`() throws
    {
        let header = RequestHeader(api: .initProducerID, version: 4, correlation: 1, client: nil)
        var response = InitProducerIDResponse()
        response.producer = 2
        response.epoch = 0
        let frame = try header.frame(response)
        let body: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0]
        #expect(Array(frame.readableBytesView) == [0, 0, 0, 22, 0, 0, 0, 1, 0] + body)
    }
}
