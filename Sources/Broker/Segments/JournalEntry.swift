internal import Bytes

/// One thing that the journal makes durable.
struct JournalEntry: Sendable {
    /// What the entry says about its partition.
    enum Fact: Sendable {
        /// A batch was appended.
        case batch(StoredBatch)
        /// A batch that waits for its segment was written anew, so that an older file can go. It stands there as any
        /// other batch.
        case again(StoredBatch)
        /// The partition's segments were synced up to a place.
        case synced(offset: Int64, base: Int64, position: Int64)
        /// Everything below an offset was deleted.
        case start(offset: Int64)
    }

    let key: Checkpoint.Key
    /// Which partition that is in this run of the store.
    let serial: Int
    let fact: Fact
    /// Called once the entry is durable, or with the reason why it is not.
    var done: (@Sendable (SegmentError?) -> Void)?

    /// Bytes before the payload: checksum, kind, topic id, partition, offset.
    static let headerByteCount = 4 + 1 + 16 + 4 + 8

    var byteCount: Int {
        switch fact {
        case .batch(let batch), .again(let batch): Self.headerByteCount + batch.bytes.count
        case .synced: Self.headerByteCount + 16
        case .start: Self.headerByteCount
        }
    }

    /// Appends the entry to a group. The checksum begins with the group's own number and the random
    /// epoch of the file, so that bytes of an earlier use of the file never look valid.
    func write(to bytes: inout [UInt8], seed: UInt32) {
        var head = ByteWriter(reserving: Self.headerByteCount + 16)
        head.append(UInt32(0))
        switch fact {
        case .batch(let batch), .again(let batch):
            head.append(UInt8(1))
            appendPlace(batch.header.baseOffset, to: &head)
            let checked = head.bytes[4...]
            let sum = Checksum.crc32c(checked.span.bytes, after: seed)
            head.overwrite(Checksum.crc32c(batch.bytes, after: sum), at: 0)
            bytes += head.bytes
            bytes += batch.bytes
            return
        case .synced(let offset, let base, let position):
            head.append(UInt8(2))
            appendPlace(offset, to: &head)
            head.append(base)
            head.append(position)
        case .start(let offset):
            head.append(UInt8(3))
            appendPlace(offset, to: &head)
        }
        let checked = head.bytes[4...]
        head.overwrite(Checksum.crc32c(checked.span.bytes, after: seed), at: 0)
        bytes += head.bytes
    }

    private func appendPlace(_ offset: Int64, to head: inout ByteWriter) {
        head.append(contentsOf: key.topicID)
        head.append(key.partition)
        head.append(offset)
    }

    /// Nil unless the checksum fits and the entry makes sense.
    init?(_ bytes: ArraySlice<UInt8>, seed: UInt32) {
        let span = bytes.span.bytes
        guard span.byteCount >= Self.headerByteCount,
            Checksum.crc32c(span.extracting(4...), after: seed)
                == span.integer(at: 0, as: UInt32.self)
        else { return nil }
        let start = bytes.startIndex
        let key = Checkpoint.Key(
            topicID: Array(bytes[start + 5 ..< start + 21]),
            partition: span.integer(at: 21)
        )
        let offset = span.integer(at: 25, as: Int64.self)
        let rest = bytes[(start + Self.headerByteCount)...]
        switch bytes[start + 4] {
        case 1:
            guard let header = BatchHeader(rest.span.bytes), header.size == rest.count,
                header.baseOffset == offset, header.lastOffsetDelta >= 0
            else { return nil }
            self.init(
                key: key,
                serial: -1,
                fact: .batch(StoredBatch(header: header, bytes: Array(rest)))
            )
        case 2:
            guard rest.count == 16 else { return nil }
            let place = rest.span.bytes
            self.init(
                key: key,
                serial: -1,
                fact: .synced(
                    offset: offset,
                    base: place.integer(at: 0),
                    position: place.integer(at: 8)
                )
            )
        case 3:
            guard rest.isEmpty else { return nil }
            self.init(key: key, serial: -1, fact: .start(offset: offset))
        default: return nil
        }
    }

    init(
        key: Checkpoint.Key,
        serial: Int,
        fact: Fact,
        done: (@Sendable (SegmentError?) -> Void)? = nil
    ) {
        self.key = key
        self.serial = serial
        self.fact = fact
        self.done = done
    }
}
