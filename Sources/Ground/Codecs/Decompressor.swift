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
            case .gzip: GzipReader(input)
            case .snappy: SnappyReader(input, limit: limit)
            case .lz4: LZ4Reader(input)
            case .zstd: ZstdReader(input)
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

/// Which compressed bytes were read, for codecs that are read in steps.
struct Progress {
    let input: ArraySlice<UInt8>
    var taken = 0
    var isOver = false

    init(_ input: ArraySlice<UInt8>) { self.input = input }

    var left: Int { input.count - taken }

    /// One step of a codec.
    struct Step {
        var taken: Int
        var made: Int
        var isOver: Bool
    }

    /// Takes a step, and says whether another is needed before there is something to give.
    mutating func pass(_ step: Step) throws(CodecError) -> Bool {
        taken += step.taken
        isOver = step.isOver
        if isOver {
            if left > 0 { throw .damaged("\(left) bytes follow its end") }
            return false
        }
        if step.made > 0 { return false }
        if left == 0 || step.taken == 0 { throw .damaged("it ends too early") }
        return true
    }
}
