/// Why bytes could not be read as what they were said to be.
public enum ByteError: Error, Hashable, Sendable {
    /// They ended, or a length pointed past the end.
    case truncated(at: Int)
    /// They are there, and make no sense.
    case malformed(String, at: Int)
}

/// Reads bytes from the front. It trusts nothing: every length is checked before anything is allocated.
public struct ByteReader: Sendable {
    private let bytes: ArraySlice<UInt8>
    private var index: Int

    public init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.index = bytes.startIndex
    }

    public init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    /// How many bytes were read so far.
    public var position: Int { index - bytes.startIndex }
    public var remaining: Int { bytes.endIndex - index }
    public var isAtEnd: Bool { remaining == 0 }

    public mutating func read<Integer: FixedWidthInteger & BitwiseCopyable>(
        _ type: Integer.Type = Integer.self
    ) throws(ByteError) -> Integer {
        let width = MemoryLayout<Integer>.size
        guard remaining >= width else { throw .truncated(at: position) }
        let value = bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: Integer.self)
        index += width
        return Integer(bigEndian: value)
    }

    /// The next `count` bytes, sharing the storage they were read from.
    public mutating func read(count: Int) throws(ByteError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else { throw .truncated(at: position) }
        defer { index += count }
        return bytes[index ..< index + count]
    }

    public mutating func skip(_ count: Int) throws(ByteError) { _ = try read(count: count) }

    public mutating func readVarint() throws(ByteError) -> UInt64 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while true {
            guard index < bytes.endIndex else { throw .truncated(at: position) }
            let byte = bytes[index]
            guard shift < 63 || byte <= 1 else {
                throw .malformed("a varint of more than 64 bits", at: position)
            }
            index += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
    }

    public mutating func readSignedVarint() throws(ByteError) -> Int64 {
        let value = try readVarint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    public mutating func readCounted() throws(ByteError) -> ArraySlice<UInt8> {
        let start = position
        guard let count = Int(exactly: try readVarint()) else { throw .truncated(at: start) }
        return try read(count: count)
    }

    public mutating func readString() throws(ByteError) -> String {
        let start = position
        let bytes = try readCounted()
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("text that is not UTF-8", at: start)
        }
        return text
    }
}
