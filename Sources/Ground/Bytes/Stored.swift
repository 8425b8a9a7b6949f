/// A value in the one fixed codec of the state: equal values have equal bytes, whoever writes them.
public protocol Stored: Sendable {
    func write(to writer: inout ByteWriter)
    init(from reader: inout ByteReader) throws(ByteError)
}

extension Stored {
    public var storedBytes: [UInt8] {
        var writer = ByteWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// Reads a whole value; bytes left over are an error.
    public init(stored bytes: ArraySlice<UInt8>) throws(ByteError) {
        var reader = ByteReader(bytes)
        self = try Self(from: &reader)
        guard reader.isAtEnd else {
            throw .malformed("bytes after the end of a value", at: reader.position)
        }
    }

    public init(stored bytes: [UInt8]) throws(ByteError) { try self.init(stored: bytes[...]) }
}

extension Int64: Stored {
    public func write(to writer: inout ByteWriter) { writer.appendSignedVarint(self) }
    public init(from reader: inout ByteReader) throws(ByteError) {
        self = try reader.readSignedVarint()
    }
}

extension UInt64: Stored {
    public func write(to writer: inout ByteWriter) { writer.appendVarint(self) }
    public init(from reader: inout ByteReader) throws(ByteError) { self = try reader.readVarint() }
}

extension Bool: Stored {
    public func write(to writer: inout ByteWriter) { writer.append(self ? UInt8(1) : 0) }
    public init(from reader: inout ByteReader) throws(ByteError) {
        let start = reader.position
        switch try reader.read(UInt8.self) {
        case 0: self = false
        case 1: self = true
        default: throw .malformed("a truth value that is neither 0 nor 1", at: start)
        }
    }
}

extension Double: Stored {
    /// One NaN and no −0.0, so that equal numbers have equal bytes.
    public var canonical: Double { isNaN ? .nan : self == 0 ? 0 : self }

    public func write(to writer: inout ByteWriter) { writer.append(canonical.bitPattern) }
    public init(from reader: inout ByteReader) throws(ByteError) {
        self = Double(bitPattern: try reader.read(UInt64.self))
    }
}

extension String: Stored {
    public func write(to writer: inout ByteWriter) { writer.appendCounted(self) }
    public init(from reader: inout ByteReader) throws(ByteError) { self = try reader.readString() }
}

extension [UInt8]: Stored {
    public func write(to writer: inout ByteWriter) { writer.appendCounted(self) }
    public init(from reader: inout ByteReader) throws(ByteError) {
        self = Array(try reader.readCounted())
    }
}

extension Instant: Stored {
    public func write(to writer: inout ByteWriter) { microseconds.write(to: &writer) }
    public init(from reader: inout ByteReader) throws(ByteError) {
        self.init(microseconds: try Int64(from: &reader))
    }
}

extension Digest: Stored {
    public func write(to writer: inout ByteWriter) { writer.append(contentsOf: bytes) }
    public init(from reader: inout ByteReader) throws(ByteError) {
        let start = reader.position
        guard let digest = Digest(bytes: try reader.read(count: Digest.byteCount)) else {
            throw .truncated(at: start)
        }
        self = digest
    }
}

extension EventID: Stored {
    public func write(to writer: inout ByteWriter) {
        writer.append(high)
        writer.append(low)
    }
    public init(from reader: inout ByteReader) throws(ByteError) {
        let high = try reader.read(UInt64.self)
        self.init(high: high, low: try reader.read(UInt64.self))
    }
}

extension Optional: Stored where Wrapped: Stored {
    public func write(to writer: inout ByteWriter) {
        (self != nil).write(to: &writer)
        if let self { self.write(to: &writer) }
    }
    public init(from reader: inout ByteReader) throws(ByteError) {
        self = try Bool(from: &reader) ? try Wrapped(from: &reader) : nil
    }
}
