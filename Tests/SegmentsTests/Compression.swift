import CLZ4
import CSnappy
import Codecs
import Packing
import Testing

@testable import Segments

/// The ways in which clients compress the records of a batch.
enum Compression: CaseIterable, Sendable, CustomTestStringConvertible {
    case gzip, rawSnappy, javaSnappy, lz4, zstd

    var codec: Int16 {
        switch self {
        case .gzip: 1
        case .rawSnappy, .javaSnappy: 2
        case .lz4: 3
        case .zstd: 4
        }
    }

    var testDescription: String {
        switch self {
        case .gzip: "gzip"
        case .rawSnappy: "raw Snappy"
        case .javaSnappy: "Snappy in snappy-java's blocks"
        case .lz4: "LZ4"
        case .zstd: "Zstandard"
        }
    }

    func compress(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .gzip: Unpacker.Format.gzip.pack(bytes)
        case .rawSnappy: Self.snappy(bytes[...])
        case .javaSnappy:
            // The version and the oldest that can read it are both 1.
            stride(from: 0, to: bytes.count, by: 32 << 10).reduce(
                into: [0x82] + Array("SNAPPY".utf8) + [0, 0, 0, 0, 1, 0, 0, 0, 1]
            ) { all, start in
                let block = Self.snappy(bytes[start ..< min(start + 32 << 10, bytes.count)])
                all += (0 ..< 4).map { UInt8(truncatingIfNeeded: block.count >> (24 - 8 * $0)) }
                all += block
            }
        case .lz4: Self.lz4(bytes)
        case .zstd: Unpacker.Format.zstd.pack(bytes)
        }
    }

    /// The batch with its records compressed.
    func compress(_ batch: Batch) -> [UInt8] {
        let plain = batch.bytes
        return wrap(compress(Array(plain[BatchHeader.byteCount...])), as: plain)
    }

    /// A batch with these bytes for compressed records and the header of another.
    func wrap(_ payload: [UInt8], as plain: [UInt8]) -> [UInt8] {
        var bytes = Array(plain[..<BatchHeader.byteCount]) + payload
        bytes.overwrite(Int32(bytes.count - BatchHeader.prefixByteCount), at: 8)
        bytes.overwrite(codec, at: 21)
        return Batch.sealed(bytes)
    }

    private static func snappy(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let capacity = snappy_max_compressed_length(bytes.count)
        return [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            count = capacity
            let status = bytes.withUnsafeBytes {
                snappy_compress($0.baseAddress, $0.count, output.baseAddress, &count)
            }
            precondition(status == SNAPPY_OK)
        }
    }

    static func lz4(_ bytes: [UInt8], isLinked: Bool = false) -> [UInt8] {
        var preferences = LZ4F_preferences_t()
        preferences.frameInfo.blockMode = isLinked ? LZ4F_blockLinked : LZ4F_blockIndependent
        let capacity = LZ4F_compressFrameBound(bytes.count, &preferences)
        return [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            count = bytes.withUnsafeBytes {
                LZ4F_compressFrame(
                    output.baseAddress,
                    capacity,
                    $0.baseAddress,
                    $0.count,
                    &preferences
                )
            }
            precondition(LZ4F_isError(count) == 0)
        }
    }
}
