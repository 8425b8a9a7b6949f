import NIOCore
import Testing

@testable import Broker

@Suite struct `Cutting bytes into requests` {
    private let metadata: [UInt8] = [0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 42, 0xFF, 0xFF, 0, 0, 0, 0]

    @Test func `waits for the whole of a request, whatever the pieces`() throws {
        var frames = Frames(mostBytes: 1_000)
        for byte in metadata.dropLast() {
            frames.append(ByteBuffer(bytes: [byte]))
            #expect(try frames.head() == nil)
        }
        frames.append(ByteBuffer(bytes: metadata.suffix(1)))
        let head = try #require(try frames.head())
        #expect(head == Frames.Head(byteCount: 14, key: 3, version: 1, correlation: 42))
        var taken: [UInt8] = []
        frames.take(head) { taken = Array($0.readableBytesView) }
        #expect(taken == Array(metadata.dropFirst(4)))
        #expect(try frames.head() == nil)
    }

    @Test func `finds several requests in one piece`() throws {
        var frames = Frames(mostBytes: 1_000)
        frames.append(ByteBuffer(bytes: metadata + metadata + metadata.prefix(7)))
        for _ in 0 ..< 2 {
            let head = try #require(try frames.head())
            frames.take(head) { _ in }
        }
        #expect(try frames.head() == nil)
        frames.append(ByteBuffer(bytes: metadata.dropFirst(7)))
        #expect(try frames.head()?.correlation == 42)
    }

    @Test(arguments: [
        "GET / HTTP/1.1", "POST /api", "PUT /x", "HEAD /", "DELETE /", "OPTIONS *",
        "PRI * HTTP/2.0",
    ])
    func `knows HTTP by its first four letters`(line: String) {
        var frames = Frames(mostBytes: 1_000)
        frames.append(ByteBuffer(string: line))
        #expect(throws: Frames.Refusal.http) { try frames.head() }
    }

    @Test func `knows a TLS hello`() {
        var frames = Frames(mostBytes: 1_000)
        frames.append(ByteBuffer(bytes: [0x16, 0x03, 0x01, 0x02]))
        #expect(throws: Frames.Refusal.tls) { try frames.head() }
    }

    @Test func `refuses a length as soon as its four bytes are here`() {
        for (bytes, count): ([UInt8], Int) in [
            ([0x00, 0x00, 0x03, 0xE9], 1_001), ([0x7F, 0xFF, 0xFF, 0xFF], Int(Int32.max)),
            ([0xFF, 0xFF, 0xFF, 0xFF], -1), ([0, 0, 0, 0], 0), ([0, 0, 0, 7], 7),
        ] {
            var frames = Frames(mostBytes: 1_000)
            frames.append(ByteBuffer(bytes: bytes))
            #expect(throws: Frames.Refusal.length(count, most: 1_000)) { try frames.head() }
        }
    }

    @Test func `lets only Produce be long`() throws {
        let long: [UInt8] = [0x02, 0x00, 0x00, 0x00]
        var produce = Frames(mostBytes: 100 << 20)
        produce.append(ByteBuffer(bytes: long + [0, 0]))
        #expect(try produce.head() == nil)
        var metadata = Frames(mostBytes: 100 << 20)
        metadata.append(ByteBuffer(bytes: long + [0, 3]))
        #expect(throws: Frames.Refusal.self) { try metadata.head() }
    }
}
