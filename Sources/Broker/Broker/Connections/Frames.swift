internal import NIOCore

/// The bytes that a connection has received, cut into requests. A length is looked at before anything is allocated
/// for it, and memory grows only with what has arrived.
struct Frames {
    private var buffer = ByteBuffer()
    private let mostBytes: Int

    init(mostBytes: Int) { self.mostBytes = mostBytes }

    /// What is known of the next request once all of it is here.
    struct Head: Equatable {
        var byteCount: Int
        var key: Int16
        var version: Int16
        var correlation: Int32
    }

    /// Why nothing can be read on.
    enum Refusal: Error, Equatable {
        case http
        case tls
        case length(Int, most: Int)
    }

    mutating func append(_ more: ByteBuffer) {
        var more = more
        if buffer.readableBytes == 0 {
            buffer = more
        } else {
            // What was read is given up before more room is asked for.
            buffer.discardReadBytes()
            buffer.writeBuffer(&more)
        }
    }

    /// The next request; nil until all of it has arrived.
    func head() throws(Refusal) -> Head? {
        let start = buffer.readerIndex
        guard let first = buffer.getInteger(at: start, as: UInt32.self) else { return nil }
        // As lengths these would be hundreds of megabytes; what they are is more useful to say.
        if Self.methods.contains(first) { throw .http }
        if first >> 16 == 0x1603 { throw .tls }
        let count = Int(Int32(bitPattern: first))
        guard count >= 8, count <= mostBytes else { throw .length(count, most: mostBytes) }
        guard let key = buffer.getInteger(at: start + 4, as: Int16.self) else { return nil }
        // A kind that nobody knows is refused once its version is here.
        let most = API(rawValue: key)?.mostBytes ?? API.mostPlainBytes
        guard count <= most else { throw .length(count, most: most) }
        guard buffer.readableBytes >= 4 + count,
            let version = buffer.getInteger(at: start + 6, as: Int16.self),
            let correlation = buffer.getInteger(at: start + 8, as: Int32.self)
        else { return nil }
        return Head(byteCount: count, key: key, version: version, correlation: correlation)
    }

    /// Lends the next request to `body` and is then past it.
    mutating func take<Failure: Error>(
        _ head: Head,
        _ body: (ByteBuffer) throws(Failure) -> Void
    ) throws(Failure) {
        if let frame = buffer.getSlice(at: buffer.readerIndex + 4, length: head.byteCount) {
            try body(frame)
        }
        buffer.moveReaderIndex(forwardBy: 4 + head.byteCount)
    }

    /// How many bytes are here.
    var received: Int { buffer.readableBytes }

    /// How many bytes the next request has, of which not all are here; nil where that is not known or all are here.
    var unfinished: Int? {
        guard let count = buffer.getInteger(at: buffer.readerIndex, as: Int32.self), count >= 8,
            count <= mostBytes, buffer.readableBytes >= 6, buffer.readableBytes < 4 + Int(count)
        else { return nil }
        return 4 + Int(count)
    }

    /// Lets go of room that a large request has left behind.
    mutating func trim() {
        guard buffer.storageCapacity > 1 << 16,
            buffer.readableBytes < buffer.storageCapacity / 4
        else { return }
        guard buffer.readableBytes > 0 else { return buffer = ByteBuffer() }
        var rest = buffer
        var small = ByteBufferAllocator().buffer(capacity: rest.readableBytes)
        small.writeBuffer(&rest)
        buffer = small
    }

    /// The first four letters of HTTP's methods and of its second version.
    private static let methods = Set(
        ["GET ", "POST", "PUT ", "HEAD", "DELE", "OPTI", "PATC", "CONN", "TRAC", "PRI "].map {
            method in
            method.utf8.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
    )
}
