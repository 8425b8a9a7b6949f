internal import Bytes

/// The 61 bytes at the front of a record batch, version 2.
/// Source: org.apache.kafka.common.record.DefaultRecordBatch.
struct BatchHeader: Sendable, Hashable {
    static let byteCount = 61
    /// Base offset and length stand before what the length counts.
    static let prefixByteCount = 12
    /// The checksum covers everything from the attributes on.
    static let firstCheckedByte = 21

    var baseOffset: Int64
    /// Of the whole batch, with the twelve bytes that its own length field leaves out.
    var size: Int
    var leaderEpoch: Int32
    var magic: Int8
    var checksum: UInt32
    var attributes: Int16
    var lastOffsetDelta: Int32
    var baseTimestamp: Int64
    var maxTimestamp: Int64
    var producerID: Int64
    var producerEpoch: Int16
    var baseSequence: Int32
    var count: Int32

    /// The offset behind its last record.
    var endOffset: Int64 { baseOffset + Int64(lastOffsetDelta) + 1 }
    var codec: Int16 { attributes & 7 }
    var usesLogAppendTime: Bool { attributes & 8 != 0 }
    var isTransactional: Bool { attributes & 16 != 0 }
    var isControl: Bool { attributes & 32 != 0 }
    var hasDeleteHorizon: Bool { attributes & 64 != 0 }
    /// Sequences go from 0 to `Int32.max` and begin again.
    var lastSequence: Int32 { (baseSequence &+ lastOffsetDelta) & Int32.max }

    /// Nil if there are not 61 bytes.
    init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= Self.byteCount else { return nil }
        baseOffset = bytes.integer(at: 0)
        size = Int(bytes.integer(at: 8, as: Int32.self)) + Self.prefixByteCount
        leaderEpoch = bytes.integer(at: 12)
        magic = bytes.integer(at: 16)
        checksum = bytes.integer(at: 17)
        attributes = bytes.integer(at: 21)
        lastOffsetDelta = bytes.integer(at: 23)
        baseTimestamp = bytes.integer(at: 27)
        maxTimestamp = bytes.integer(at: 35)
        producerID = bytes.integer(at: 43)
        producerEpoch = bytes.integer(at: 51)
        baseSequence = bytes.integer(at: 53)
        count = bytes.integer(at: 57)
    }

    /// The checksum that a batch of these bytes should carry.
    static func checksum(of batch: RawSpan) -> UInt32 {
        Checksum.crc32c(batch.extracting(firstCheckedByte...))
    }
}

/// A batch as it is stored: its base offset and leader epoch are ours.
struct StoredBatch: Sendable {
    let header: BatchHeader
    let bytes: [UInt8]
}

extension RawSpan {
    func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
        at index: Int,
        as type: Integer.Type = Integer.self
    ) -> Integer {
        precondition(index >= 0 && index + MemoryLayout<Integer>.size <= byteCount)
        return Integer(bigEndian: unsafeLoadUnaligned(fromByteOffset: index, as: Integer.self))
    }
}

extension RawSpan {
    /// Whether all bytes of a range are zero.
    func isZero(in range: Range<Int>) -> Bool {
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            if integer(at: index, as: UInt64.self) != 0 { return false }
            index += 8
        }
        while index < range.upperBound {
            if integer(at: index, as: UInt8.self) != 0 { return false }
            index += 1
        }
        return true
    }
}

extension [UInt8] {
    /// Writes a big-endian integer over what stands at `index`.
    mutating func overwrite<Integer: FixedWidthInteger & BitwiseCopyable>(
        _ integer: Integer,
        at index: Int
    ) {
        precondition(index >= 0 && index + MemoryLayout<Integer>.size <= count)
        withUnsafeMutableBytes {
            $0.storeBytes(of: integer.bigEndian, toByteOffset: index, as: Integer.self)
        }
    }
}
