/// Unpacks what comes in pieces, and gives it in pieces, so that a few bytes that hold gigabytes cost no memory.
///
/// Several streams of gzip or Zstandard behind one another are one text (RFC 1952, 2.2; RFC 8878, 3).
public struct Unpacker: ~Copyable {
    public enum Format: Sendable, Hashable, CaseIterable {
        /// RFC 1952.
        case gzip
        /// DEFLATE in zlib's wrapping, RFC 1950.
        case zlib
        /// RFC 8878.
        case zstd
    }

    /// The most that is given at a time.
    private static let pieceByteCount = 64 << 10
    /// Nobody needs a window above 8 MB to read what Zstandard packed for HTTP (RFC 9659).
    private static let mostWindowBits: Int32 = 23

    private let format: Format
    private let codec: any SteppedCodec
    private var output = [UInt8](repeating: 0, count: pieceByteCount)
    private var isAtEnd = false

    public init(_ format: Format) {
        self.format = format
        codec =
            switch format {
            case .gzip: Inflater(.gzip)
            case .zlib: Inflater(.zlib)
            case .zstd: ZstdFrame(mostWindowBits: Self.mostWindowBits)
            }
    }

    /// Gives what a piece holds. A fault in it is a `CodecError`.
    public mutating func unpack(
        _ piece: ArraySlice<UInt8>,
        _ body: (ArraySlice<UInt8>) throws -> Void
    ) throws {
        let codec = codec
        let input = piece.span
        var (left, isFull) = (piece.count, false)
        // Where the output was filled, more of it may be waiting.
        while left > 0 || isFull {
            if isAtEnd, format == .zlib {
                throw CodecError.damaged("\(left) bytes follow its end")
            }
            var span = output.mutableSpan
            var bytes = unsafe span.mutableBytes
            let rest = unsafe input.bytes.extracting(last: left)
            let step = try codec.step(rest, into: &bytes)
            left -= step.taken
            isAtEnd = step.isOver
            isFull = step.made == Self.pieceByteCount && !isAtEnd
            if step.made > 0 {
                try body(output[..<step.made])
            } else if step.taken == 0, left > 0 {
                throw CodecError.damaged("it does not go on")
            }
        }
    }

    /// Says that there are no more pieces.
    public func finish() throws(CodecError) {
        guard isAtEnd else { throw .damaged("it ends too early") }
    }
}
