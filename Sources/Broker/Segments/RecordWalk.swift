internal import Codecs

/// Why the records of a batch cannot be read.
enum RecordFlaw: Error, Hashable, Sendable {
    /// With the reason, as a sentence.
    case malformed(String)
    /// Decompressed they would have more bytes than the limit.
    case tooLong
}

/// Walks over the records of a batch. Compressed ones are decompressed piece by piece on the way: what a batch
/// expands to is never in memory as a whole. Source: Kafka's message format, "Record".
struct RecordWalk: ~Copyable {
    /// What is looked at in a record.
    struct Record {
        var timestampDelta: Int64
        var offsetDelta: Int64
        var hasKey: Bool
    }

    private static let pieceByteCount = 64 << 10

    /// Where more bytes come from; nil if all are there.
    private let source: Decompressor?
    private let piece: UnsafeMutableRawBufferPointer
    private let limit: Int
    private var made = 0
    /// Why the source gave no more.
    private var failure: RecordFlaw?

    /// The bytes at hand; every step is checked against `end`.
    private var bytes: UnsafeRawBufferPointer
    private var index: Int
    private var end: Int
    /// How much of the record lies behind the bytes at hand.
    private var beyond = 0

    /// Visits the records of a batch until `visit` says no. Otherwise they are exactly as many as the header says,
    /// whole, and fill the batch.
    static func over(
        _ batch: [UInt8],
        _ header: BatchHeader,
        limit: Int,
        _ visit: (Record) -> Bool
    ) throws(RecordFlaw) {
        let outcome = batch.withUnsafeBytes { bytes -> Result<Void, RecordFlaw> in
            let source = Codec(rawValue: header.codec).map {
                Decompressor($0, batch[BatchHeader.byteCount...], limit: limit)
            }
            var walk = RecordWalk(bytes, source, limit: limit)
            do throws(RecordFlaw) {
                try walk.run(header.count, visit)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }

    private init(_ batch: UnsafeRawBufferPointer, _ source: Decompressor?, limit: Int) {
        self.source = source
        self.limit = limit
        if source == nil {
            piece = UnsafeMutableRawBufferPointer(start: nil, count: 0)
            (bytes, index, end) = (batch, BatchHeader.byteCount, batch.count)
        } else {
            piece = .allocate(byteCount: Self.pieceByteCount, alignment: 16)
            (bytes, index, end) = (UnsafeRawBufferPointer(piece), 0, 0)
        }
    }

    deinit { piece.deallocate() }

    private mutating func run(_ count: Int32, _ visit: (Record) -> Bool) throws(RecordFlaw) {
        for number in 0 ..< max(count, 0) {
            guard let record = next() else {
                throw failure ?? .malformed("Record \(number) is malformed.")
            }
            if !visit(record) { return }
        }
        beyond = .max
        if index < end || refill() { throw .malformed("Bytes follow the last record.") }
        if let failure { throw failure }
    }

    private mutating func next() -> Record? {
        // How much follows is known only where all of it is there.
        beyond = source == nil ? 0 : .max
        guard let length = varint(), length > 0 else { return nil }
        let here = end - index
        if length <= Int64(here) {
            (end, beyond) = (index + Int(length), 0)
        } else {
            guard source != nil else { return nil }
            if length > Int64(limit) {
                failure = .tooLong
                return nil
            }
            beyond = Int(length) - here
        }
        // The attributes, which no version uses.
        guard pass(1), let timestampDelta = varint(), let offsetDelta = varint(),
            let keyLength = passBytes(allowingNull: true), passBytes(allowingNull: true) != nil,
            let headers = varint(), headers >= 0, headers <= Int64(left)
        else { return nil }
        for _ in 0 ..< headers {
            guard passBytes(allowingNull: false) != nil, passBytes(allowingNull: true) != nil
            else { return nil }
        }
        guard left == 0 else { return nil }
        end = bytes.count
        return Record(
            timestampDelta: timestampDelta,
            offsetDelta: offsetDelta,
            hasKey: keyLength >= 0
        )
    }

    /// How many bytes of the record are still to come.
    private var left: Int { end - index + beyond }

    /// Passes a length and that many bytes, and returns the length.
    private mutating func passBytes(allowingNull: Bool) -> Int64? {
        guard let length = varint(), length >= (allowingNull ? -1 : 0), length <= Int64(left),
            pass(Int(max(length, 0)))
        else { return nil }
        return length
    }

    private mutating func pass(_ count: Int) -> Bool {
        var count = count
        while count > end - index {
            count -= end - index
            index = end
            guard refill() else { return false }
        }
        index += count
        return true
    }

    /// A zigzag varint.
    private mutating func varint() -> Int64? {
        var (value, shift) = (UInt64(0), UInt64(0))
        while shift < 64 {
            guard index < end || refill() else { return nil }
            let byte = bytes[index]
            index += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
            }
            shift += 7
        }
        return nil
    }

    /// Gets the next piece, all of the last being passed; false if there is none, or the record has ended.
    private mutating func refill() -> Bool {
        guard beyond > 0, let source, failure == nil else { return false }
        var span = piece.mutableBytes
        let count: Int
        do throws(CodecError) {
            count = try source.read(into: &span)
        } catch {
            switch error {
            case .damaged(let why):
                failure = .malformed("The records cannot be decompressed: \(why).")
            case .tooLong: failure = .tooLong
            }
            return false
        }
        made += count
        if made > limit {
            failure = .tooLong
            return false
        }
        bytes = UnsafeRawBufferPointer(rebasing: piece[..<count])
        (index, end) = (0, min(count, beyond))
        if beyond != .max { beyond -= end }
        return count > 0
    }
}
