internal import CZstd

/// Zstandard frames (RFC 8878).
@safe final class ZstdFrame: SteppedCodec {
    private let context: OpaquePointer

    /// - Parameter mostWindowBits: Frames that look further back than 2 to this many bytes are refused; nil: as the
    ///   library has it, 27.
    init(mostWindowBits: Int32? = nil) {
        guard let made = unsafe ZSTD_createDCtx() else {
            preconditionFailure("There is memory for a Zstandard context.")
        }
        unsafe context = made
        if let mostWindowBits {
            let code = unsafe ZSTD_DCtx_setParameter(made, ZSTD_d_windowLogMax, mostWindowBits)
            precondition(ZSTD_isError(code) == 0, "Zstandard knows windows of that size.")
        }
    }

    deinit { unsafe ZSTD_freeDCtx(context) }

    func step(
        _ input: RawSpan,
        into output: inout MutableRawSpan
    ) throws(CodecError) -> CodecStep {
        let (code, taken, made) = unsafe input.withUnsafeBytes { input in
            unsafe output.withUnsafeMutableBytes { output in
                var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
                var target = unsafe ZSTD_outBuffer(
                    dst: output.baseAddress,
                    size: output.count,
                    pos: 0
                )
                let code = unsafe ZSTD_decompressStream(context, &target, &source)
                return unsafe (code, source.pos, target.pos)
            }
        }
        if ZSTD_isError(code) != 0 {
            throw .damaged("Zstandard says \(unsafe String(cString: ZSTD_getErrorName(code)))")
        }
        return CodecStep(taken: taken, made: made, isOver: code == 0)
    }
}
