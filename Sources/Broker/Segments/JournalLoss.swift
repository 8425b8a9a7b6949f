/// Where an entry stands in the journal.
struct JournalPlace: Comparable {
    let group: UInt64
    /// Its number in the group.
    let entry: Int

    static func < (one: JournalPlace, other: JournalPlace) -> Bool {
        (one.group, one.entry) < (other.group, other.entry)
    }
}

/// Something that was synced, and so perhaps acknowledged, and cannot be read any more.
struct JournalLoss {
    /// In which groups it stood, and where its last place is.
    let groups: Range<UInt64>
    let place: JournalPlace
    /// Whose it was; nil where that cannot be told.
    let key: Checkpoint.Key?
    /// Which records it held, none if empty; nil where that cannot be told.
    let offsets: Range<Int64>?

    /// Groups that are gone, with whatever they held.
    init(_ groups: Range<UInt64>) {
        self.groups = groups
        place = JournalPlace(group: groups.upperBound - 1, entry: .max)
        (key, offsets) = (nil, nil)
    }

    /// An entry of which the checksum does not fit. What it says of itself is believed as far as it is said twice: its
    /// topic's id is known and stands for nothing else, and its offset stands before the batch and in it.
    /// `length`: What it had in bytes, by the header of its group, which is intact.
    init(
        _ place: JournalPlace,
        broken bytes: ArraySlice<UInt8>,
        length: Int,
        known: Set<Checkpoint.Key>
    ) {
        self.place = place
        groups = place.group ..< place.group + 1
        guard length >= JournalEntry.headerByteCount + BatchHeader.byteCount else {
            (key, offsets) = (nil, 0 ..< 0)
            return
        }
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
    func concerns(_ key: Checkpoint.Key, in groups: Range<UInt64>) -> Bool {
        groups.overlaps(self.groups) && (self.key == nil || self.key == key)
    }
}
