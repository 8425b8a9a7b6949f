/// Bytes being written. Integers are big-endian, as Kafka has them.
public struct ByteWriter: Sendable {
    public var bytes: [UInt8]

    public init(reserving capacity: Int = 0) {
        bytes = []
        if capacity > 0 { bytes.reserveCapacity(capacity) }
    }

    public var count: Int { bytes.count }

    public mutating func append<Integer: FixedWidthInteger>(_ integer: Integer) {
        withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
    }

    public mutating func append(contentsOf more: some Sequence<UInt8>) {
        bytes.append(contentsOf: more)
    }

    public mutating func append(_ span: RawSpan) {
        span.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    /// Seven bits a byte, the lowest first (LEB128).
    public mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Zigzag, so that small negative numbers are short.
    public mutating func appendSignedVarint(_ value: Int64) {
        appendVarint(UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    /// The length as a varint, then the bytes.
    public mutating func appendCounted(_ more: some Collection<UInt8>) {
        appendVarint(UInt64(more.count))
        bytes.append(contentsOf: more)
    }

    public mutating func appendCounted(_ text: String) { appendCounted(Array(text.utf8)) }

    /// Writes over what stands at `index`.
    public mutating func overwrite<Integer: FixedWidthInteger>(_ integer: Integer, at index: Int) {
        withUnsafeBytes(of: integer.bigEndian) { new in
            for (offset, byte) in new.enumerated() { bytes[index + offset] = byte }
        }
    }
}
