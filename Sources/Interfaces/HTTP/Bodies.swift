internal import Codecs
internal import HTTPTypes
public import Hummingbird
public import JSON
internal import NIOCore
internal import Synchronization

/// The connection broke, or was cut, before the whole request was there.
struct BrokenRequest: Error {}

/// What one request holds of the memory that all bodies share.
public final class BodyAllowance: Sendable {
    /// That of the request which is being answered.
    @TaskLocal public static var current: BodyAllowance?

    let traffic: Traffic
    /// What the body takes at most, as it comes and unpacked.
    let limit: Int
    private let taken = Mutex(0)

    init(of traffic: Traffic, limit: Int) {
        self.traffic = traffic
        self.limit = limit
    }

    public func take(_ bytes: Int) throws(Problem) {
        guard traffic.take(bytes: bytes) else {
            traffic.refused(.bytesInFlight)
            throw Problem(
                .busy,
                "Too much at once",
                .serviceUnavailable,
                "The bodies of all requests hold \(traffic.limits.bytesInFlight) bytes at most, and there is no room: ask again.",
                retryAfterSeconds: 1
            )
        }
        taken.withLock { $0 += bytes }
    }

    /// Throws where so much would not even be there if nobody else had anything.
    public func couldTake(_ bytes: Int) throws(Problem) {
        let limit = traffic.limits.bytesInFlight
        guard bytes > limit else { return }
        traffic.refused(.longBodies)
        throw Problem.tooManyValues(limit)
    }

    /// Takes what is needed only while `body` runs.
    func taking<Value>(_ bytes: Int, for body: () throws -> Value) throws -> Value {
        try take(bytes)
        defer {
            taken.withLock { $0 -= bytes }
            traffic.giveBack(bytes: bytes)
        }
        return try body()
    }

    func giveBack() {
        let bytes = taken.withLock { taken in
            defer { taken = 0 }
            return taken
        }
        traffic.giveBack(bytes: bytes)
    }
}

extension Request {
    /// The whole body, unpacked. What is too long, as it comes or unpacked, is not read to its end.
    public func collectedBody() async throws -> [UInt8] {
        let allowance = BodyAllowance.current
        let limit = allowance?.limit ?? HTTPLimits().bodyBytes
        let collected = CollectedBody(try ContentCoding(headers), limit: limit, of: allowance)
        for try await piece in body {
            try collected.take(piece.readableBytesView)
        }
        // The pieces end with the connection too, and half a body is none.
        if let length = headers[.contentLength], Int(length) != collected.arrived {
            throw BrokenRequest()
        }
        return try collected.finish()
    }
}

extension JSONValue {
    /// Reads the body of a request, or a part of it. Small values take many times the room of their text, and count
    /// with it against the memory that all bodies share.
    public init(body text: ArraySlice<UInt8>) throws {
        guard let allowance = BodyAllowance.current else {
            self = try JSONValue(parsing: text)
            return
        }
        let cost = JSONCost(of: text)
        try allowance.couldTake(cost.reading + cost.values + text.count)
        try allowance.take(cost.values)
        self = try allowance.taking(cost.reading) { try JSONValue(parsing: text) }
    }
}

/// What a text of JSON takes of memory, about, in bytes.
struct JSONCost {
    /// While it is read: the parser's copies of it, and what it notes of each value.
    let reading: Int
    /// As long as its values are there.
    let values: Int

    init(of text: ArraySlice<UInt8>) {
        var count = 1
        var isText = false
        var isEscaped = false
        for byte in text {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"): count += 1
            default: break
            }
        }
        reading = 3 * text.count + 96 * count
        values = text.count + 32 * count
    }
}

/// A body on its way in. Of a packed one only what it holds is kept.
private final class CollectedBody {
    private let coding: ContentCoding
    private let limit: Int
    private let allowance: BodyAllowance?
    private var unpacker: Unpacker?
    private var bytes: [UInt8] = []
    private(set) var arrived = 0

    init(_ coding: ContentCoding, limit: Int, of allowance: BodyAllowance?) {
        self.coding = coding
        self.limit = limit
        self.allowance = allowance
        switch coding {
        case .identity: unpacker = nil
        case .packed(let format): unpacker = Unpacker(format)
        }
    }

    func take(_ piece: ByteBufferView) throws {
        arrived += piece.count
        guard arrived <= limit else { throw tooLong(.tooLarge(limit)) }
        guard case .packed = coding else {
            try allowance?.take(piece.count)
            bytes.append(contentsOf: piece)
            return
        }
        do {
            try unpacker?.unpack(Array(piece)[...]) { part in
                guard bytes.count + part.count <= limit else {
                    throw tooLong(.unpacksTooLarge(limit))
                }
                try allowance?.take(part.count)
                bytes.append(contentsOf: part)
            }
        } catch let error as CodecError {
            throw broken(error)
        }
    }

    func finish() throws -> [UInt8] {
        do throws(CodecError) {
            try unpacker?.finish()
        } catch {
            throw broken(error)
        }
        return bytes
    }

    private func tooLong(_ problem: Problem) -> Problem {
        allowance?.traffic.refused(.longBodies)
        return problem
    }

    private func broken(_ error: CodecError) -> Problem {
        .malformed("The body cannot be unpacked as its `Content-Encoding` says: \(error).")
    }
}
