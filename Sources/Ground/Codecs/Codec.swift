/// How the records of a Kafka batch are compressed, by the number in the batch's attributes.
/// Source: org.apache.kafka.common.record.CompressionType.
public enum Codec: Int16, Sendable, CaseIterable {
    case gzip = 1
    case snappy = 2
    case lz4 = 3
    case zstd = 4
}

/// Why compressed bytes cannot be read.
public enum CodecError: Error, Hashable, Sendable, CustomStringConvertible {
    /// With the reason, as a clause.
    case damaged(String)
    /// They hold more than the reader is ready to take.
    case tooLong

    public var description: String {
        switch self {
        case .damaged(let why): why
        case .tooLong: "it holds too much"
        }
    }
}
