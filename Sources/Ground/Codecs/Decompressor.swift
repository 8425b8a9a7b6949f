/// Reads what compressed bytes hold, piece by piece, so that a few bytes that hold gigabytes cost no memory.
///
/// Exactly one stream has to fill the input: what stands behind it, some clients would read and others not.
public struct Decompressor {
    private let reader: any PieceReader

    /// - Parameters:
    ///   - codec: How they are compressed.
    ///   - input: The compressed bytes.
    ///   - limit: The most that they may hold. Only Snappy needs it in advance, because it has no pieces.
    public init(_ codec: Codec, _ input: ArraySlice<UInt8>, limit: Int) {
        reader =
            switch codec {
            case .gzip: WholeReader(Inflater(.gzip), input)
            case .snappy: SnappyReader(input, limit: limit)
            case .lz4: WholeReader(LZ4Frame(), input)
            case .zstd: WholeReader(ZstdFrame(), input)
            }
    }

    /// Writes the next bytes to the front of `piece` and says how many they are: 0 at the end.
    public func read(into piece: inout MutableRawSpan) throws(CodecError) -> Int {
        try reader.read(into: &piece)
    }
}

/// What reads one codec.
protocol PieceReader: AnyObject {
    func read(into piece: inout MutableRawSpan) throws(CodecError) -> Int
}
