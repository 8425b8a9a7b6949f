internal import CZstd

/// One Zstandard frame (RFC 8878).
@safe final class ZstdReader: PieceReader {
    private let context: OpaquePointer
    private var progress: Progress

    init(_ input: ArraySlice<UInt8>) {
        progress = Progress(input)
        guard let made = unsafe ZSTD_createDCtx() else {
            preconditionFailure("There is memory for a Zstandard context.")
        }
        unsafe context = made
    }

    deinit { unsafe ZSTD_freeDCtx(context) }

    func read(into piece: inout MutableRawSpan) throws(CodecError) -> Int {
        while !progress.isOver {
            let (code, step) = unsafe piece.withUnsafeMutableBytes { unsafe decompress(into: $0) }
            if ZSTD_isError(code) != 0 {
                throw .damaged("Zstandard says \(unsafe String(cString: ZSTD_getErrorName(code)))")
            }
            if try progress.pass(step) { continue }
            return step.made
        }
        return 0
    }

    private func decompress(into piece: UnsafeMutableRawBufferPointer) -> (Int, Progress.Step) {
        unsafe progress.input.withUnsafeBytes { input in
            let start = unsafe input.baseAddress?.advanced(by: progress.taken)
            var source = unsafe ZSTD_inBuffer(src: start, size: progress.left, pos: 0)
            var target = unsafe ZSTD_outBuffer(dst: piece.baseAddress, size: piece.count, pos: 0)
            let code = unsafe ZSTD_decompressStream(context, &target, &source)
            return unsafe (
                code, Progress.Step(taken: source.pos, made: target.pos, isOver: code == 0)
            )
        }
    }
}
