internal import Bytes
internal import NIOCore

/// Writes a message. Sections of tagged fields stay empty: librdkafka before 2.2 skips a tag one byte short
/// (confluentinc/librdkafka#4278) and loses the connection over it.
struct WireWriter: Wire {
    let version: Int16
    let isFlexible: Bool
    private var buffer: ByteBuffer

    init(_ buffer: ByteBuffer, version: Int16, isFlexible: Bool) {
        self.buffer = buffer
        self.version = version
        self.isFlexible = isFlexible
    }

    var position: Int { buffer.writerIndex }

    /// What was written, its length put into the four bytes that were left free for it in front.
    mutating func finish() -> ByteBuffer {
        buffer.setInteger(Int32(buffer.writerIndex - 4), at: 0)
        return buffer
    }

    mutating func integer<Integer: FixedWidthInteger>(_ value: inout Integer) throws(ByteError) {
        buffer.writeInteger(value)
    }

    mutating func text(_ value: inout String?) throws(ByteError) {
        try length(value?.utf8.count, as: Int16.self)
        if let value { buffer.writeString(value) }
    }

    mutating func records(_ slices: inout [[UInt8]]?) throws(ByteError) {
        try length(slices?.reduce(0) { $0 + $1.count }, as: Int32.self)
        for slice in slices ?? [] { buffer.writeBytes(slice) }
    }

    mutating func raw(_ bytes: inout [UInt8], count: Int) throws(ByteError) {
        precondition(bytes.count == count, "A field of fixed width has that width.")
        buffer.writeBytes(bytes)
    }

    mutating func array<Element: Field>(_ elements: inout [Element]?) throws(ByteError) {
        try length(elements?.count, as: Int32.self)
        for var element in elements ?? [] { try element.pass(through: &self) }
    }

    mutating func tags() throws(ByteError) {
        if isFlexible { buffer.writeInteger(UInt8(0)) }
    }

    private mutating func length<Integer: FixedWidthInteger>(
        _ count: Int?,
        as type: Integer.Type
    ) throws(ByteError) {
        if isFlexible {
            varint(UInt32(count.map { $0 + 1 } ?? 0))
        } else {
            guard let plain = Integer(exactly: count ?? -1) else {
                throw .malformed("\(count ?? 0) bytes in a field that cannot say so", at: position)
            }
            buffer.writeInteger(plain)
        }
    }

    private mutating func varint(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            buffer.writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        buffer.writeInteger(UInt8(rest))
    }
}
