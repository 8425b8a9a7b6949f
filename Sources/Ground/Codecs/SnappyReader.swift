internal import CSnappy

/// Snappy in both forms that Kafka's clients write: one raw block, or the blocks of snappy-java, each behind its
/// length. Source: format_description.txt of Snappy; org.xerial.snappy.SnappyOutputStream.
final class SnappyReader: PieceReader {
    private static let magic: [UInt8] = [0x82] + Array("SNAPPY".utf8) + [0]
    /// The magic, a version and the oldest version that can read it.
    private static let headerByteCount = 16
    /// Three bytes say at most: copy 64.
    private static let mostBytesPerByte = 22

    private var rest: ArraySlice<UInt8>
    private let hasBlocks: Bool
    private let limit: Int
    private var made = 0
    private var block: [UInt8] = []
    private var given = 0

    init(_ input: ArraySlice<UInt8>, limit: Int) {
        hasBlocks = input.starts(with: Self.magic) && input.count >= Self.headerByteCount
        rest = hasBlocks ? input.dropFirst(Self.headerByteCount) : input
        self.limit = limit
    }

    func read(into piece: inout MutableRawSpan) throws(CodecError) -> Int {
        while given == block.count {
            if rest.isEmpty { return 0 }
            block = try decompress(try nextBlock())
            given = 0
        }
        let count = min(piece.byteCount, block.count - given)
        unsafe piece.withUnsafeMutableBytes { piece in
            unsafe piece.copyBytes(from: block[given ..< given + count])
        }
        given += count
        return count
    }

    private func nextBlock() throws(CodecError) -> ArraySlice<UInt8> {
        guard hasBlocks else {
            defer { rest = [] }
            return rest
        }
        guard rest.count >= 4 else { throw .damaged("it ends too early") }
        let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        let behind = rest.dropFirst(4)
        guard length <= behind.count else { throw .damaged("a block is longer than what is left") }
        rest = behind.dropFirst(length)
        return behind.prefix(length)
    }

    /// Nothing is set aside for more than the block can hold, whatever it says.
    private func decompress(_ block: ArraySlice<UInt8>) throws(CodecError) -> [UInt8] {
        var length = 0
        let isSaid = unsafe block.withUnsafeBytes { bytes in
            unsafe snappy_uncompressed_length(bytes.baseAddress, bytes.count, &length)
                == SNAPPY_OK
        }
        guard isSaid, length >= 0, length <= block.count * Self.mostBytesPerByte else {
            throw .damaged("a Snappy block says a length that it cannot have")
        }
        guard length <= limit - made else { throw .tooLong }
        made += length
        var isWhole = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: length) { bytes, count in
            var room = length
            isWhole = unsafe block.withUnsafeBytes { block in
                unsafe snappy_uncompress(block.baseAddress, block.count, bytes.baseAddress, &room)
                    == SNAPPY_OK
            }
            count = isWhole ? room : 0
        }
        guard isWhole else { throw .damaged("Snappy cannot read a block") }
        return bytes
    }
}
