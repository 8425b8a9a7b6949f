internal import Bytes
internal import NIOCore

/// Reads a message that somebody sent. It trusts nothing: a length is checked against the bytes that are there
/// before anything is allocated for it.
struct WireReader: Wire {
    let version: Int16
    let isFlexible: Bool
    private var buffer: ByteBuffer
    private let start: Int
    /// A field can be as short as one byte and is a hundred times that in memory, so their number is bounded too.
    private static let mostElements = 131_072
    private var elementsLeft = mostElements

    init(_ buffer: ByteBuffer, version: Int16, isFlexible: Bool) {
        self.buffer = buffer
        self.start = buffer.readerIndex
        self.version = version
        self.isFlexible = isFlexible
    }

    var position: Int { buffer.readerIndex - start }
    var remaining: Int { buffer.readableBytes }
    /// About what the elements of arrays read so far take in memory.
    var weight: Int { (Self.mostElements - elementsLeft) * 256 }

    mutating func integer<Integer: FixedWidthInteger>(_ value: inout Integer) throws(ByteError) {
        guard let read = buffer.readInteger(as: Integer.self) else {
            throw .truncated(at: position)
        }
        value = read
    }

    mutating func text(_ value: inout String?) throws(ByteError) {
        guard let count = try length(as: Int16.self) else {
            value = nil
            return
        }
        let start = position
        guard let bytes = buffer.readBytes(length: count) else { throw .truncated(at: start) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed("text that is not UTF-8", at: start)
        }
        value = text
    }

    mutating func records(_ slices: inout [[UInt8]]?) throws(ByteError) {
        guard let count = try length(as: Int32.self) else {
            slices = nil
            return
        }
        guard let bytes = buffer.readBytes(length: count) else { throw .truncated(at: position) }
        slices = [bytes]
    }

    mutating func raw(_ bytes: inout [UInt8], count: Int) throws(ByteError) {
        guard let read = buffer.readBytes(length: count) else { throw .truncated(at: position) }
        bytes = read
    }

    mutating func array<Element: Field>(_ elements: inout [Element]?) throws(ByteError) {
        guard let count = try length(as: Int32.self) else {
            elements = nil
            return
        }
        guard count <= elementsLeft else {
            throw .malformed("more elements than any client names", at: position)
        }
        elementsLeft -= count
        var read: [Element] = []
        read.reserveCapacity(min(count, 1_024))
        for _ in 0 ..< count {
            var element = Element()
            try element.pass(through: &self)
            read.append(element)
        }
        elements = read
    }

    /// Tagged fields say of themselves how long they are, so those of other versions are passed over.
    mutating func tags() throws(ByteError) {
        guard isFlexible else { return }
        for _ in 0 ..< (try varint()) {
            _ = try varint()
            let count = Int(try varint())
            guard count <= remaining else { throw .truncated(at: position) }
            buffer.moveReaderIndex(forwardBy: count)
        }
    }

    /// The length of what follows, never more than what follows can be; nil for null.
    private mutating func length<Integer: FixedWidthInteger & SignedInteger>(
        as type: Integer.Type
    ) throws(ByteError) -> Int? {
        var count: Int
        if isFlexible {
            count = Int(try varint()) - 1
        } else {
            var plain: Integer = 0
            try integer(&plain)
            count = Int(plain)
        }
        if count == -1 { return nil }
        guard count >= 0 else { throw .malformed("a negative length", at: position) }
        guard count <= remaining else { throw .truncated(at: position) }
        return count
    }

    private mutating func varint() throws(ByteError) -> UInt32 {
        var value: UInt32 = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard let byte = buffer.readInteger(as: UInt8.self) else {
                throw .truncated(at: position)
            }
            guard shift < 28 || byte <= 0x0F else { break }
            value |= UInt32(byte & 0x7F) << UInt32(shift)
            if byte < 0x80 { return value }
        }
        throw .malformed("a varint of more than 32 bits", at: position)
    }
}
