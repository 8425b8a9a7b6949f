internal import CZlib
internal import CZstd
public import Codecs

extension Unpacker.Format {
    /// Packs bytes as clients do.
    public func pack(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .gzip: deflated(bytes, windowBits: 16 + MAX_WBITS)
        case .zlib: deflated(bytes, windowBits: MAX_WBITS)
        case .zstd: zstdFrame(bytes)
        }
    }
}

private func deflated(_ bytes: [UInt8], windowBits: Int32) -> [UInt8] {
    var stream = z_stream()
    deflateInit2_(
        &stream,
        6,
        Z_DEFLATED,
        windowBits,
        8,
        Z_DEFAULT_STRATEGY,
        ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)
    )
    defer { deflateEnd(&stream) }
    var input = bytes
    let capacity = Int(deflateBound(&stream, UInt(bytes.count)))
    return [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
        input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(capacity)
            precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
        }
        count = capacity - Int(stream.avail_out)
    }
}

/// `windowBits`: how far back it looks, as a power of two; nil: as the library has it.
public func zstdFrame(_ bytes: [UInt8], windowBits: Int32? = nil) -> [UInt8] {
    let context = ZSTD_createCCtx()
    defer { ZSTD_freeCCtx(context) }
    if let windowBits {
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowBits)
        // With its size known, a frame would have a window no larger than that.
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
    }
    let capacity = ZSTD_compressBound(bytes.count) + 64
    return [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
        var output = ZSTD_outBuffer(dst: target.baseAddress, size: capacity, pos: 0)
        bytes.withUnsafeBytes { source in
            var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
            precondition(ZSTD_compressStream2(context, &output, &input, ZSTD_e_continue) <= 1 << 20)
            precondition(ZSTD_compressStream2(context, &output, &input, ZSTD_e_end) == 0)
        }
        count = output.pos
    }
}
