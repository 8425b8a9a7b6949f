internal import CZlib

/// One gzip member (RFC 1952).
@safe final class GzipReader: PieceReader {
    // On the heap, because zlib remembers where it stands.
    private let stream: UnsafeMutablePointer<z_stream>
    private var progress: Progress

    init(_ input: ArraySlice<UInt8>) {
        progress = Progress(input)
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 16 more asks for gzip's header and for no other (zlib.h).
        let code = unsafe inflateInit2_(
            stream,
            16 + MAX_WBITS,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        precondition(code == Z_OK, "zlib fits its header, and there is memory.")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    func read(into piece: inout MutableRawSpan) throws(CodecError) -> Int {
        while !progress.isOver {
            let (code, step) = unsafe piece.withUnsafeMutableBytes { unsafe inflate(into: $0) }
            switch code {
            case Z_OK, Z_STREAM_END, Z_BUF_ERROR: break
            case Z_NEED_DICT: throw .damaged("gzip has no dictionaries")
            default: throw .damaged("zlib says \(message(of: code))")
            }
            if try progress.pass(step) { continue }
            return step.made
        }
        return 0
    }

    private func inflate(into piece: UnsafeMutableRawBufferPointer) -> (Int32, Progress.Step) {
        unsafe progress.input.withUnsafeBytes { input in
            let left = progress.left
            unsafe stream.pointee.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress?.advanced(by: progress.taken)
                    .assumingMemoryBound(to: UInt8.self)
            )
            unsafe stream.pointee.avail_in = UInt32(left)
            unsafe stream.pointee.next_out = piece.baseAddress?
                .assumingMemoryBound(to: UInt8.self)
            unsafe stream.pointee.avail_out = UInt32(piece.count)
            let code = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
            let step = unsafe Progress.Step(
                taken: left - Int(stream.pointee.avail_in),
                made: piece.count - Int(stream.pointee.avail_out),
                isOver: code == Z_STREAM_END
            )
            return (code, step)
        }
    }

    private func message(of code: Int32) -> String {
        guard let text = unsafe stream.pointee.msg else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
