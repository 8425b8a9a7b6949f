internal import Bytes

/// Where some batches of a segment begin: about one for each four kilobytes.
struct SegmentIndex: Sendable, Equatable {
    /// One batch of which the place is known.
    struct Entry: Sendable, Hashable {
        static let byteCount = 32

        var offset: Int64
        var position: Int64
        /// The greatest timestamp of all batches of the segment before it.
        var timestamp: Int64
    }

    let base: Int64
    var entries: [Entry] = []

    init(base: Int64) { self.base = base }

    /// The last known place at or before an offset.
    func place(of offset: Int64) -> Entry {
        place { $0.offset <= offset }
    }

    /// The last known place before which every timestamp is below `milliseconds`.
    func place(beforeTimestamp milliseconds: Int64) -> Entry {
        place { $0.timestamp < milliseconds }
    }

    private func place(where isBefore: (Entry) -> Bool) -> Entry {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(entries[middle]) { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? Entry(offset: base, position: 0, timestamp: .min) : entries[low - 1]
    }
}

/// Decides, batch by batch, which become entries of an index.
struct IndexGrowth: Sendable {
    let everyBytes: Int64
    private(set) var position: Int64
    private(set) var maxTimestamp: Int64
    private var indexedPosition: Int64

    init(everyBytes: Int64, from position: Int64 = 0, maxTimestamp: Int64 = -1) {
        self.everyBytes = everyBytes
        self.position = position
        self.maxTimestamp = maxTimestamp
        indexedPosition = position
    }

    /// Passes a batch, and returns its entry if it is to have one.
    mutating func pass(_ header: BatchHeader) -> SegmentIndex.Entry? {
        var entry: SegmentIndex.Entry?
        if position - indexedPosition >= everyBytes {
            entry = SegmentIndex.Entry(
                offset: header.baseOffset,
                position: position,
                timestamp: maxTimestamp
            )
            indexedPosition = position
        }
        position += Int64(header.size)
        maxTimestamp = max(maxTimestamp, header.maxTimestamp)
        return entry
    }

    /// Goes on at a place further behind.
    mutating func skip(to entry: SegmentIndex.Entry) {
        position = entry.position
        indexedPosition = entry.position
        maxTimestamp = max(maxTimestamp, entry.timestamp)
    }
}

extension SegmentIndex.Entry {
    /// The checksum also covers the segment's base, so that an index beside another segment is
    /// noticed.
    func write(to writer: inout ByteWriter, base: Int64) {
        let start = writer.count
        writer.append(offset)
        writer.append(position)
        writer.append(timestamp)
        var sum = Checksum.crc32c(writer.bytes.span.bytes.extracting(start...))
        sum = withUnsafeBytes(of: base.bigEndian) { Checksum.crc32c($0.bytes, after: sum) }
        writer.append(sum)
        // Kept twice, so that the entry has a round size and all of its bytes are checked.
        writer.append(sum)
    }

    /// Nil if the bytes are not those of an entry of this segment.
    init?(_ bytes: RawSpan, base: Int64) {
        guard bytes.byteCount == Self.byteCount else { return nil }
        var sum = Checksum.crc32c(bytes.extracting(0 ..< 24))
        sum = withUnsafeBytes(of: base.bigEndian) { Checksum.crc32c($0.bytes, after: sum) }
        guard bytes.integer(at: 24, as: UInt32.self) == sum,
            bytes.integer(at: 28, as: UInt32.self) == sum
        else { return nil }
        offset = bytes.integer(at: 0)
        position = bytes.integer(at: 8)
        timestamp = bytes.integer(at: 16)
    }
}

extension SegmentIndex {
    /// Reads the entries of an index file up to the first that is broken.
    /// - Returns: With the byte at which it is broken, if it is.
    static func parse(_ bytes: [UInt8], base: Int64) -> (index: SegmentIndex, brokenAt: Int?) {
        var index = SegmentIndex(base: base)
        index.entries.reserveCapacity(bytes.count / Entry.byteCount)
        var position = 0
        while position < bytes.count {
            let end = min(position + Entry.byteCount, bytes.count)
            guard let entry = Entry(bytes.span.bytes.extracting(position ..< end), base: base)
            else {
                return (index, position)
            }
            index.entries.append(entry)
            position = end
        }
        return (index, nil)
    }
}
