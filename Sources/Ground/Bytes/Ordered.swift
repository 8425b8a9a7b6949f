/// A value whose bytes sort as the value does: a part of a row's key.
public protocol Ordered: Sendable {
    func writeOrdered(to writer: inout ByteWriter)
    init(ordered reader: inout ByteReader) throws(ByteError)
}

extension Ordered {
    public var orderedBytes: [UInt8] {
        var writer = ByteWriter(reserving: 32)
        writeOrdered(to: &writer)
        return writer.bytes
    }
}

extension Int64: Ordered {
    /// Big-endian with the sign turned over, so that negative numbers come first.
    public func writeOrdered(to writer: inout ByteWriter) {
        writer.append(UInt64(bitPattern: self) ^ 1 << 63)
    }
    public init(ordered reader: inout ByteReader) throws(ByteError) {
        self = Int64(bitPattern: try reader.read(UInt64.self) ^ 1 << 63)
    }
}

extension UInt64: Ordered {
    public func writeOrdered(to writer: inout ByteWriter) { writer.append(self) }
    public init(ordered reader: inout ByteReader) throws(ByteError) {
        self = try reader.read(UInt64.self)
    }
}

extension Instant: Ordered {
    public func writeOrdered(to writer: inout ByteWriter) { microseconds.writeOrdered(to: &writer) }
    public init(ordered reader: inout ByteReader) throws(ByteError) {
        self.init(microseconds: try Int64(ordered: &reader))
    }
}

extension EventID: Ordered {
    public func writeOrdered(to writer: inout ByteWriter) { write(to: &writer) }
    public init(ordered reader: inout ByteReader) throws(ByteError) {
        self = try EventID(from: &reader)
    }
}

extension [UInt8]: Ordered {
    /// A zero is written as 0x00 0xFF and the end as 0x00 0x01: a prefix sorts before what goes on.
    public func writeOrdered(to writer: inout ByteWriter) {
        if contains(0) {
            for byte in self {
                writer.append(byte)
                if byte == 0 { writer.append(UInt8(0xFF)) }
            }
        } else {
            writer.append(contentsOf: self)
        }
        writer.append(UInt16(0x0001))
    }

    public init(ordered reader: inout ByteReader) throws(ByteError) {
        self = []
        while true {
            let byte = try reader.read(UInt8.self)
            guard byte == 0 else {
                append(byte)
                continue
            }
            let start = reader.position
            switch try reader.read(UInt8.self) {
            case 0xFF: append(0)
            case 0x01: return
            default: throw .malformed("a broken escape in a key", at: start)
            }
        }
    }
}

extension String: Ordered {
    public func writeOrdered(to writer: inout ByteWriter) {
        if utf8.contains(0) { return Array(utf8).writeOrdered(to: &writer) }
        writer.append(contentsOf: utf8)
        writer.append(UInt16(0x0001))
    }
    public init(ordered reader: inout ByteReader) throws(ByteError) {
        let start = reader.position
        let bytes = try [UInt8](ordered: &reader)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("a key that is not UTF-8", at: start)
        }
        self = text
    }
}
