internal import CZlib

/// Why a text is no gzip (RFC 1952).
public enum GzipError: Error, Sendable, Hashable, CustomStringConvertible {
    case damaged(String)
    case cutShort

    public var description: String {
        switch self {
        case .damaged(let why): "it is no sound gzip: \(why)."
        case .cutShort: "the gzip ends before its end."
        }
    }
}

/// Unpacks gzip that comes in pieces; several members behind one another are one text.
@safe public struct GzipReader: ~Copyable {
    /// What a gzip begins with.
    public static let beginning: [UInt8] = [0x1F, 0x8B]
    /// How much is unpacked at a time, however much a piece holds.
    private static let outputBytes = 256 << 10

    private let stream: UnsafeMutablePointer<z_stream>
    private var output = [UInt8](repeating: 0, count: outputBytes)
    private var isAtEnd = false

    public init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 16 beside the size of the window: gzip's header and no other (zlib.h, inflateInit2).
        let code = unsafe inflateInit2_(
            stream,
            16 + 15,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        precondition(code == Z_OK, "There is no memory to unpack with.")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Gives what a piece holds, in pieces.
    public mutating func unpack(
        _ piece: [UInt8],
        _ body: (ArraySlice<UInt8>) throws -> Void
    ) throws {
        var (used, isFull) = (0, false)
        // Where the output was filled, more of it may be waiting.
        while used < piece.count || isFull {
            if isAtEnd {
                unsafe inflateReset(stream)
                isAtEnd = false
            }
            let (code, read, written) = step(piece, from: used)
            used += read
            isFull = written == Self.outputBytes && code != Z_STREAM_END
            if written > 0 { try body(output[..<written]) }
            switch code {
            case Z_OK, Z_BUF_ERROR: break
            case Z_STREAM_END: isAtEnd = true
            default:
                throw GzipError.damaged(
                    unsafe stream.pointee.msg.map { unsafe String(cString: $0) } ?? "code \(code)"
                )
            }
        }
    }

    /// Says that there are no more pieces.
    public func finish() throws(GzipError) {
        guard isAtEnd else { throw .cutShort }
    }

    private mutating func step(
        _ piece: [UInt8],
        from start: Int
    ) -> (code: Int32, read: Int, written: Int) {
        unsafe piece.withUnsafeBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { output in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: input.baseAddress.map { unsafe $0 + start }
                )
                unsafe stream.pointee.avail_in = UInt32(input.count - start)
                unsafe stream.pointee.next_out = output.baseAddress
                unsafe stream.pointee.avail_out = UInt32(output.count)
                let code = unsafe inflate(stream, Z_NO_FLUSH)
                return unsafe (
                    code, input.count - start - Int(stream.pointee.avail_in),
                    output.count - Int(stream.pointee.avail_out)
                )
            }
        }
    }
}
