internal import CZlib

/// What DEFLATE (RFC 1951) packed, in one of its two wrappings.
@safe final class Inflater: SteppedCodec {
    enum Wrapping {
        /// RFC 1952.
        case gzip
        /// RFC 1950.
        case zlib

        /// 16 more asks for gzip's header and for no other (zlib.h, inflateInit2).
        fileprivate var windowBits: Int32 {
            switch self {
            case .gzip: 16 + MAX_WBITS
            case .zlib: MAX_WBITS
            }
        }
    }

    // On the heap, because zlib remembers where it stands.
    private let stream: UnsafeMutablePointer<z_stream>
    private var isOver = false

    init(_ wrapping: Wrapping) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let code = unsafe inflateInit2_(
            stream,
            wrapping.windowBits,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        precondition(code == Z_OK, "zlib fits its header, and there is memory.")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    func step(
        _ input: RawSpan,
        into output: inout MutableRawSpan
    ) throws(CodecError) -> CodecStep {
        if isOver { unsafe inflateReset(stream) }
        // zlib counts in 32 bits.
        let (offered, room) = (
            UInt32(clamping: input.byteCount), UInt32(clamping: output.byteCount)
        )
        let code = unsafe input.withUnsafeBytes { input in
            unsafe output.withUnsafeMutableBytes { output in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self)
                )
                unsafe stream.pointee.avail_in = offered
                unsafe stream.pointee.next_out = output.baseAddress?
                    .assumingMemoryBound(to: UInt8.self)
                unsafe stream.pointee.avail_out = room
                return unsafe inflate(stream, Z_NO_FLUSH)
            }
        }
        switch code {
        case Z_OK, Z_STREAM_END, Z_BUF_ERROR: break
        case Z_NEED_DICT: throw .damaged("it needs a dictionary")
        default: throw .damaged("zlib says \(message(of: code))")
        }
        isOver = code == Z_STREAM_END
        return unsafe CodecStep(
            taken: Int(offered - stream.pointee.avail_in),
            made: Int(room - stream.pointee.avail_out),
            isOver: isOver
        )
    }

    private func message(of code: Int32) -> String {
        guard let text = unsafe stream.pointee.msg else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
