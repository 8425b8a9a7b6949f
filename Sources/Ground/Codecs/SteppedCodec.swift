/// A codec that is read in steps, and remembers between them where it stands.
protocol SteppedCodec: AnyObject {
    /// Reads from the front of `input` and writes to the front of `output`.
    func step(
        _ input: RawSpan,
        into output: inout MutableRawSpan
    ) throws(CodecError) -> CodecStep
}

/// What one step has done.
struct CodecStep {
    var taken: Int
    var made: Int
    /// The stream has ended, and all it holds was written. The next step begins another.
    var isOver: Bool
}

/// Reads bytes that are all there, and hold exactly one stream.
final class WholeReader: PieceReader {
    private let codec: any SteppedCodec
    private let input: ArraySlice<UInt8>
    private var taken = 0
    private var isOver = false

    init(_ codec: any SteppedCodec, _ input: ArraySlice<UInt8>) {
        self.codec = codec
        self.input = input
    }

    func read(into piece: inout MutableRawSpan) throws(CodecError) -> Int {
        let input = input
        let bytes = input.span
        while !isOver {
            let left = unsafe bytes.bytes.extracting(droppingFirst: taken)
            let step = try codec.step(left, into: &piece)
            taken += step.taken
            isOver = step.isOver
            if isOver, taken < input.count {
                throw .damaged("\(input.count - taken) bytes follow its end")
            }
            if isOver || step.made > 0 { return step.made }
            if taken == input.count || step.taken == 0 { throw .damaged("it ends too early") }
        }
        return 0
    }
}
