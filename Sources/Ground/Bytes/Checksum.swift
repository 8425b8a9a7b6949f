internal import CBytes

/// CRC-32C, the checksum of Kafka's record batches (Castagnoli polynomial, RFC 3720 appendix B.4).
public enum Checksum {
    /// The checksum of `bytes`, going on from an earlier one.
    public static func crc32c(_ bytes: RawSpan, after earlier: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBytes { tributary_crc32c(earlier, $0.baseAddress, $0.count) }
    }

    public static func crc32c(_ bytes: [UInt8], after earlier: UInt32 = 0) -> UInt32 {
        crc32c(bytes.span.bytes, after: earlier)
    }
}
