internal import CLZ4

/// LZ4 frames (lz4_Frame_format.md).
@safe final class LZ4Frame: SteppedCodec {
    private let context: OpaquePointer
    private var isBegun = false

    init() {
        var made: OpaquePointer?
        let code = unsafe LZ4F_createDecompressionContext(&made, UInt32(LZ4F_VERSION))
        guard LZ4F_isError(code) == 0, let made = unsafe made else {
            preconditionFailure("There is memory for an LZ4 context.")
        }
        unsafe context = made
    }

    deinit { unsafe LZ4F_freeDecompressionContext(context) }

    func step(
        _ input: RawSpan,
        into output: inout MutableRawSpan
    ) throws(CodecError) -> CodecStep {
        if !isBegun { try checkBlocks(input) }
        isBegun = true
        var (made, taken) = (output.byteCount, input.byteCount)
        let code = unsafe input.withUnsafeBytes { input in
            unsafe output.withUnsafeMutableBytes { output in
                unsafe LZ4F_decompress(
                    context,
                    output.baseAddress,
                    &made,
                    input.baseAddress,
                    &taken,
                    nil
                )
            }
        }
        if LZ4F_isError(code) != 0 {
            throw .damaged("LZ4 says \(unsafe String(cString: LZ4F_getErrorName(code)))")
        }
        return CodecStep(taken: taken, made: made, isOver: code == 0)
    }

    /// Kafka's own clients cannot read blocks that build on the one before.
    /// Source: org.apache.kafka.common.compress.Lz4BlockInputStream.
    private func checkBlocks(_ input: RawSpan) throws(CodecError) {
        guard input.byteCount >= 5 else { throw .damaged("it ends too early") }
        let flags = unsafe input.unsafeLoad(fromByteOffset: 4, as: UInt8.self)
        if flags & 0x20 == 0 { throw .damaged("its LZ4 blocks depend on each other") }
    }
}
