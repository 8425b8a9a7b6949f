internal import Codecs

/// Looks at batches before they are taken in, as Kafka's own broker does: every record of every batch is walked over,
/// so that what is in the log can be read. What passes can be stored as it is.
/// Source: org.apache.kafka.storage.internals.log.LogValidator.
struct BatchCheck {
    let settings: TopicSettings
    /// The most bytes that the records of one batch may have when they are decompressed.
    let mostRecordBytes: Int
    /// Whether more is asked of a batch than that it has a place in the log.
    let looksInside: Bool
    /// Milliseconds since 1970.
    let now: Int64

    /// Whether there is something to decompress in what may be batches.
    static func hasWork(in bytes: [UInt8]) -> Bool {
        let span = bytes.span.bytes
        var position = 0
        while let header = BatchHeader(span.extracting(position...)) {
            if header.codec != 0 { return true }
            guard header.size >= BatchHeader.byteCount, header.size < bytes.count - position else {
                return false
            }
            position += header.size
        }
        return false
    }

    /// The batches one by one, with our leader epoch; base offsets come later.
    func split(_ bytes: consuming [UInt8]) throws(AppendRefusal) -> [StoredBatch] {
        guard let first = BatchHeader(bytes.span.bytes) else {
            throw .corruptMessage("A record batch has at least 61 bytes; these are \(bytes.count).")
        }
        if first.size == bytes.count { return [try checked(bytes)] }
        var batches: [StoredBatch] = []
        var position = 0
        while position < bytes.count {
            let rest = bytes[position...]
            guard let header = BatchHeader(rest.span.bytes), header.size >= BatchHeader.byteCount,
                header.size <= rest.count
            else {
                throw .corruptMessage("The length at byte \(position) does not fit.")
            }
            batches.append(try checked(Array(rest.prefix(header.size))))
            position += header.size
        }
        // Kafka allows one batch for each partition in a request since version 3; several are
        // accepted here where nothing depends on their being one.
        if batches.contains(where: { $0.header.producerID >= 0 }) {
            throw .invalidRecord("An idempotent producer sends one batch at a time.")
        }
        return batches
    }

    /// One batch that fills `batch`.
    private func checked(_ batch: consuming [UInt8]) throws(AppendRefusal) -> StoredBatch {
        guard let header = BatchHeader(batch.span.bytes), header.size == batch.count else {
            throw .corruptMessage("The batch's length does not fit.")
        }
        guard header.magic == 2 else {
            throw .invalidRecord("Record batches of version \(header.magic) are not supported.")
        }
        guard batch.count <= settings.maxMessageBytes else {
            throw .messageTooLarge(limit: settings.maxMessageBytes)
        }
        guard looksInside else {
            guard header.lastOffsetDelta >= 0 else {
                throw .invalidRecord("The batch's offsets go back.")
            }
            return stamped(batch, header, greatest: header.maxTimestamp)
        }
        guard BatchHeader.checksum(of: batch.span.bytes) == header.checksum else {
            throw .corruptMessage("The batch's checksum does not fit its bytes.")
        }
        try check(header)
        var records = RecordCheck(settings, header, now: now)
        do throws(RecordFlaw) {
            try RecordWalk.over(batch, header, limit: mostRecordBytes) { records.pass($0) }
        } catch {
            switch error {
            case .malformed(let why): throw .invalidRecord(why)
            case .tooLong: throw .expandsTooMuch(limit: mostRecordBytes)
            }
        }
        if let refusal = records.refusal { throw refusal }
        return stamped(batch, header, greatest: records.maxTimestamp)
    }

    private func check(_ header: BatchHeader) throws(AppendRefusal) {
        guard header.count > 0 else { throw .invalidRecord("The batch holds no record.") }
        guard header.lastOffsetDelta == header.count - 1 else {
            throw .invalidRecord("The batch's record count and last offset disagree.")
        }
        guard header.codec == 0 || Codec(rawValue: header.codec) != nil else {
            throw .unsupportedCompression("There is no compression codec \(header.codec).")
        }
        guard !header.isTransactional, !header.isControl else {
            throw .invalidRecord("Transactions are not supported.")
        }
        guard !header.usesLogAppendTime else {
            throw .invalidTimestamp("Only a broker says that it stamped a batch.")
        }
        guard !header.hasDeleteHorizon else {
            throw .invalidRecord("Only a broker sets these attributes.")
        }
        let hasProducer = header.producerID >= 0
        guard header.producerID >= -1,
            !hasProducer || header.producerEpoch >= 0 && header.baseSequence >= 0
        else {
            throw .invalidRecord("Producer id, epoch and sequence do not fit together.")
        }
    }

    /// Sets the leader epoch, and the time: the broker's where the topic asks for it, and otherwise the greatest of
    /// the records, whatever the producer says it is. This also makes the bytes ours alone, so that setting the base
    /// offset under the lock copies nothing.
    private func stamped(
        _ batch: consuming [UInt8],
        _ header: BatchHeader,
        greatest: Int64
    ) -> StoredBatch {
        var bytes = batch
        bytes.overwrite(Int32(0), at: 12)
        if settings.usesLogAppendTime {
            bytes.overwrite(header.attributes | 8, at: 21)
            bytes.overwrite(now, at: 35)
            bytes.overwrite(BatchHeader.checksum(of: bytes.span.bytes), at: 17)
        } else if header.maxTimestamp != greatest {
            bytes.overwrite(greatest, at: 35)
            bytes.overwrite(BatchHeader.checksum(of: bytes.span.bytes), at: 17)
        }
        guard let header = BatchHeader(bytes.span.bytes) else {
            preconditionFailure("A checked batch has a header.")
        }
        return StoredBatch(header: header, bytes: bytes)
    }
}
