/// Goes through the file of a segment batch by batch and believes nothing: a batch counts only if
/// its checksum fits, it begins with the offset that the one before it leads to, and the bytes
/// that Kafka's checksum leaves out are those we write.
struct SegmentWalk {
    /// One step of the walk.
    enum Step {
        case batch(BatchHeader, ArraySlice<UInt8>)
        case end
        case tooLarge
        /// With the reason.
        case broken(String)
    }

    private let file: any DiskFile
    private let limit: Int64
    private let window: Int
    private(set) var position: Int64
    private(set) var offset: Int64
    private var buffer: [UInt8] = []
    private var bufferStart: Int64 = 0

    /// Begins at `position`, where a batch with base offset `offset` stands, ends at byte `limit`,
    /// and reads about `window` bytes at once.
    init(
        _ file: any DiskFile,
        from position: Int64,
        offset: Int64,
        to limit: Int64,
        window: Int = 1 << 20
    ) {
        self.file = file
        self.position = position
        self.offset = offset
        self.limit = limit
        self.window = window
    }

    /// Goes on by one batch, unless that is larger than `budget`.
    mutating func next(within budget: Int = .max) throws(DiskError) -> Step {
        guard position < limit else { return .end }
        guard budget >= BatchHeader.byteCount else { return .tooLarge }
        guard try fill(BatchHeader.byteCount, within: budget) else {
            return .broken("The batch ends too early.")
        }
        let start = Int(position - bufferStart)
        guard let header = BatchHeader(buffer.span.bytes.extracting(start...)) else {
            return .broken("The batch ends too early.")
        }
        if let flaw = flaw(in: header) { return .broken(flaw) }
        if header.size > budget { return .tooLarge }
        guard try fill(header.size, within: budget) else {
            return .broken("The batch ends too early.")
        }
        let begin = Int(position - bufferStart)
        let bytes = buffer[begin ..< begin + header.size]
        guard BatchHeader.checksum(of: bytes.span.bytes) == header.checksum else {
            return .broken("The batch's checksum does not fit its bytes.")
        }
        guard header.lastOffsetDelta >= 0 else { return .broken("The batch's offsets go back.") }
        position += Int64(header.size)
        offset = header.endOffset
        return .batch(header, bytes)
    }

    private func flaw(in header: BatchHeader) -> String? {
        if header.baseOffset != offset {
            return "The batch claims offset \(header.baseOffset); \(offset) was expected."
        }
        if header.size < BatchHeader.byteCount || position + Int64(header.size) > limit {
            return "The batch's length does not fit."
        }
        if header.magic != 2 { return "The batch claims version \(header.magic)." }
        if header.leaderEpoch != 0 { return "The batch claims leader epoch \(header.leaderEpoch)." }
        return nil
    }

    /// Makes sure that `count` bytes from `position` on are in the buffer.
    private mutating func fill(_ count: Int, within budget: Int) throws(DiskError) -> Bool {
        let begin = Int(position - bufferStart)
        if begin >= 0, begin + count <= buffer.count { return true }
        let wanted = min(Int64(max(count, min(window, budget))), limit - position)
        guard wanted >= Int64(count) else { return false }
        buffer = try file.read(Int(wanted), at: position)
        bufferStart = position
        return buffer.count >= count
    }
}
