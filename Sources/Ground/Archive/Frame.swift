internal import CZstd

/// Bytes as one Zstandard frame (RFC 8878) that says how many there are.
enum Frame {
    /// Why a frame cannot be read.
    struct Damage: Error {
        var reason: String
        init(_ reason: String) { self.reason = reason }
    }

    /// Zstandard's own default: higher levels take several times as long for a few percent.
    private static let level: Int32 = 3

    /// How long the frame of so many bytes can be.
    static func bound(_ byteCount: Int) -> Int { ZSTD_compressBound(byteCount) }

    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        let capacity = bound(bytes.count)
        return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { frame, count in
            let written = unsafe bytes.withUnsafeBytes {
                unsafe ZSTD_compress(frame.baseAddress, capacity, $0.baseAddress, $0.count, level)
            }
            precondition(
                ZSTD_isError(written) == 0,
                "What fits into the bound can be compressed."
            )
            count = written
        }
    }

    /// Allocates no more than `limit`, whatever the frame says of itself.
    static func decompress(_ frame: [UInt8], limit: Int) throws(Damage) -> [UInt8] {
        let (length, said) = unsafe frame.withUnsafeBytes {
            unsafe (
                ZSTD_findFrameCompressedSize($0.baseAddress, $0.count),
                ZSTD_getFrameContentSize($0.baseAddress, $0.count)
            )
        }
        guard ZSTD_isError(length) == 0 else { throw Damage("it is no whole Zstandard frame") }
        guard length == frame.count else { throw Damage("bytes follow its Zstandard frame") }
        // The two greatest numbers stand for "not said" and "no frame" (zstd.h).
        guard said < UInt64.max - 1 else { throw Damage("it does not say how long it is") }
        guard said <= UInt64(limit) else {
            throw Damage("it says that it holds \(said) bytes, and \(limit) is the most")
        }
        let byteCount = Int(said)
        var written = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { bytes, count in
            written = unsafe frame.withUnsafeBytes {
                unsafe ZSTD_decompress(bytes.baseAddress, byteCount, $0.baseAddress, $0.count)
            }
            count = ZSTD_isError(written) == 0 ? written : 0
        }
        guard ZSTD_isError(written) == 0 else {
            throw Damage("Zstandard says \(unsafe String(cString: ZSTD_getErrorName(written)))")
        }
        guard written == byteCount else {
            throw Damage("it holds \(written) bytes and says \(byteCount)")
        }
        return bytes
    }
}
