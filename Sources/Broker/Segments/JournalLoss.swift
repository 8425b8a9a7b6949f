internal import Bytes

/// Something that was synced, and so perhaps acknowledged, and cannot be read any more.
struct JournalLoss {
    let group: UInt64
    /// Whose it was; nil where that cannot be told.
    let key: Checkpoint.Key?
    /// Which records it held; nil where that cannot be told.
    let offsets: Range<Int64>?

    /// A group that is gone, with whatever it held.
    init(group: UInt64) {
        (self.group, key, offsets) = (group, nil, nil)
    }

    /// An entry of which the checksum does not fit. What it says of itself is believed as far as it is said twice: its
    /// topic's id is known and stands for nothing else, and its offset stands before the batch and in it.
    init(group: UInt64, broken bytes: ArraySlice<UInt8>, known: Set<Checkpoint.Key>) {
        self.group = group
        let span = bytes.span.bytes
        guard span.byteCount >= JournalEntry.headerByteCount else {
            (key, offsets) = (nil, nil)
            return
        }
        let start = bytes.startIndex
        let key = Checkpoint.Key(
            topicID: Array(bytes[start + 5 ..< start + 21]),
            partition: span.integer(at: 21)
        )
        guard known.contains(key) else {
            (self.key, offsets) = (nil, nil)
            return
        }
        self.key = key
        let batch = bytes[(start + JournalEntry.headerByteCount)...]
        guard bytes[start + 4] == 1, let header = BatchHeader(batch.span.bytes),
            header.baseOffset == span.integer(at: 25), header.baseOffset >= 0
        else {
            offsets = nil
            return
        }
        let isWhole = header.size == batch.count && header.lastOffsetDelta == header.count - 1
        let end = isWhole && header.count > 0 ? header.endOffset : header.baseOffset + 1
        offsets = header.baseOffset ..< end
    }

    /// Whether it may have been a partition's.
    func concerns(_ key: Checkpoint.Key, from firstGroup: UInt64) -> Bool {
        group >= firstGroup && (self.key == nil || self.key == key)
    }
}
