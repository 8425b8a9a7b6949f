internal import CLZ4

/// One LZ4 frame (lz4_Frame_format.md).
@safe final class LZ4Reader: PieceReader {
    private let context: OpaquePointer
    private var progress: Progress

    init(_ input: ArraySlice<UInt8>) {
        progress = Progress(input)
        var made: OpaquePointer?
        let code = unsafe LZ4F_createDecompressionContext(&made, UInt32(LZ4F_VERSION))
        guard LZ4F_isError(code) == 0, let made = unsafe made else {
            preconditionFailure("There is memory for an LZ4 context.")
        }
        unsafe context = made
    }

    deinit { unsafe LZ4F_freeDecompressionContext(context) }

    func read(into piece: inout MutableRawSpan) throws(CodecError) -> Int {
        if progress.taken == 0 { try checkBlocks() }
        while !progress.isOver {
            let (code, step) = unsafe piece.withUnsafeMutableBytes { unsafe decompress(into: $0) }
            if LZ4F_isError(code) != 0 {
                throw .damaged("LZ4 says \(unsafe String(cString: LZ4F_getErrorName(code)))")
            }
            if try progress.pass(step) { continue }
            return step.made
        }
        return 0
    }

    /// Kafka's own clients cannot read blocks that build on the one before.
    /// Source: org.apache.kafka.common.compress.Lz4BlockInputStream.
    private func checkBlocks() throws(CodecError) {
        let head = progress.input.prefix(5)
        guard let flags = head.last, head.count == 5 else { throw .damaged("it ends too early") }
        if flags & 0x20 == 0 { throw .damaged("its LZ4 blocks depend on each other") }
    }

    private func decompress(into piece: UnsafeMutableRawBufferPointer) -> (Int, Progress.Step) {
        unsafe progress.input.withUnsafeBytes { input in
            var (made, taken) = (piece.count, progress.left)
            let start = unsafe input.baseAddress?.advanced(by: progress.taken)
            let code = unsafe LZ4F_decompress(
                context,
                piece.baseAddress,
                &made,
                start,
                &taken,
                nil
            )
            return (code, Progress.Step(taken: taken, made: made, isOver: code == 0))
        }
    }
}
