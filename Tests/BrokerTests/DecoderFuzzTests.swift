import Bytes
import Chance
import NIOCore
import Testing

@testable import Broker

@Suite struct `The request decoder` {
    @Test func `survives 20,000 broken requests of every kind and version`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("Seed of the broken requests: \(seed)")
        var generator = SeededRandom(seed: seed)
        var (read, refused) = (0, 0)
        for round in 0 ..< 20_000 {
            let type = everyRequest[round % everyRequest.count]
            let version = type.api.versions.randomElement(using: &generator) ?? 0
            let bytes = try broken(type, version: version, using: &generator)
            do throws(ByteError) {
                try decode(type, version: version, bytes)
                read += 1
            } catch {
                refused += 1
            }
        }
        // Both must happen, or the bytes were broken too little or too much.
        #expect(read > 500, "seed \(seed)")
        #expect(refused > 500, "seed \(seed)")
    }

    @Test func `refuses a length that is longer than the request before it reserves memory for it`()
    {
        // Metadata 1 with an array of 2,147,483,647 topics.
        let bytes: [UInt8] = [0, 3, 0, 1, 0, 0, 0, 1, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF]
        #expect(throws: ByteError.self) { try decode(MetadataRequest.self, version: 1, bytes) }
    }

    @Test func `refuses more elements than any client names`() {
        // A short element is ten times as long in memory.
        let count: [UInt8] = [0x00, 0x20, 0x00, 0x00]
        let bytes: [UInt8] =
            [0, 3, 0, 1, 0, 0, 0, 1, 0xFF, 0xFF] + count + [UInt8](repeating: 0, count: 0x40_0000)
        #expect(throws: ByteError.self) { try decode(MetadataRequest.self, version: 1, bytes) }
    }

    @Test func `refuses text that is not UTF-8`() {
        let bytes: [UInt8] = [0, 3, 0, 1, 0, 0, 0, 1, 0xFF, 0xFF, 0, 0, 0, 1, 0, 2, 0xC3, 0x28]
        #expect(throws: ByteError.malformed("text that is not UTF-8", at: 6)) {
            try decode(MetadataRequest.self, version: 1, bytes)
        }
    }

    private func decode<Message: Request>(
        _ type: Message.Type,
        version: Int16,
        _ bytes: [UInt8]
    ) throws(ByteError) {
        let (_, body) = try RequestHeader.read(
            ByteBuffer(bytes: bytes),
            as: Message.api,
            version: version
        )
        var (reader, message) = (body, Message())
        try message.pass(through: &reader)
    }
}

/// A request, without its length, of which some bytes are not what they were.
func broken<Message: Request>(
    _ type: Message.Type,
    version: Int16,
    using generator: inout SeededRandom
) throws -> [UInt8] {
    let request = try random(type, of: Message.api, version: version, seed: generator.next())
    var bytes = Array(try encoded(request, version: version, correlation: 1).dropFirst(4))
    // The first eight bytes choose the decoder, so they stay.
    switch Int.random(in: 0 ..< 5, using: &generator) {
    case 0: bytes.removeLast(Int.random(in: 0 ... (bytes.count - 8), using: &generator))
    case 1:
        bytes.insert(
            contentsOf: (0 ..< 9).map { _ in .random(in: 0 ... 255, using: &generator) },
            at: Int.random(in: 8 ... bytes.count, using: &generator)
        )
    case 2:
        bytes =
            bytes.prefix(8) + (0 ..< 80).map { _ in UInt8.random(in: 0 ... 255, using: &generator) }
    default:
        for _ in 0 ..< Int.random(in: 1 ... 4, using: &generator) where bytes.count > 8 {
            bytes[Int.random(in: 8 ..< bytes.count, using: &generator)] = .random(
                in: 0 ... 255,
                using: &generator
            )
        }
    }
    return bytes
}
