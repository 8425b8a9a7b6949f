internal import Bytes
internal import Segments
internal import Workers

/// The log of offsets as a topic of the store, which clients can read and not write.
struct StoredOffsetLog: OffsetLog {
    static let topic = "__consumer_offsets"
    private static let partition = TopicPartition(topic, 0)
    private static let snapshotBytes = 512 << 10

    let store: SegmentStore
    let compactionBytes: Int
    let remarks: Remarks
    let log: @Sendable (String) -> Void
    /// Tells the coordinator's thread what became of an append.
    let settled: @Sendable (UInt64, ErrorCode) -> Void
    private let size = Size()

    /// How much was written since the log was last written anew.
    private final class Size {
        var bytes = 0
    }

    init(
        store: SegmentStore,
        compactionBytes: Int,
        remarks: Remarks,
        log: @escaping @Sendable (String) -> Void,
        settled: @escaping @Sendable (UInt64, ErrorCode) -> Void
    ) {
        self.store = store
        self.compactionBytes = compactionBytes
        self.remarks = remarks
        self.log = log
        self.settled = settled
    }

    /// Everything that was ever stored, in order.
    func load() throws(SegmentError) -> OffsetTable {
        if store.topic(Self.topic) == nil {
            // Small segments, because old ones go only as a whole.
            _ = try store.createTopic(
                Self.topic,
                partitions: 1,
                configuration: [
                    "cleanup.policy": "compact", "segment.bytes": "1048576",
                    "max.message.bytes": "1048588",
                ]
            )
        }
        var table = OffsetTable()
        var (offset, strange) = (store.bounds(of: Self.partition)?.lowerBound ?? 0, 0)
        while true {
            let chunk = try store.read(Self.partition, from: offset, limit: 1 << 20)
            for batch in chunk.batches {
                size.bytes += batch.count
                do throws(ByteError) {
                    offset = try OffsetBatch.read(batch) { record in
                        if let record { table.apply(record) } else { strange += 1 }
                    }
                } catch {
                    throw .corrupt("\(Self.topic) at offset \(offset): \(error)")
                }
            }
            if chunk.batches.isEmpty { break }
        }
        if strange > 0 { log("\(Self.topic) holds \(strange) records that are not offsets.") }
        return table
    }

    func append(_ records: [OffsetRecord], number: UInt64, at date: Int64) {
        let bytes = OffsetBatch.bytes(of: records, at: date)
        size.bytes += bytes.count
        let (settled, remarks) = (settled, remarks)
        store.append(bytes, to: Self.partition) { outcome in
            switch outcome {
            case .success: settled(number, .none)
            case .failure(.messageTooLarge): settled(number, .invalidCommitOffsetSize)
            case .failure(let refusal):
                remarks.note(.offsets, "Offsets were not stored: \(refusal).")
                settled(number, .coordinatorNotAvailable)
            }
        }
    }

    func wantsCompaction(of table: OffsetTable) -> Bool {
        size.bytes > max(compactionBytes, 4 * table.byteCount)
    }

    /// What was before goes only when what replaces it is durable, so a kill in between loses nothing.
    func compact(_ table: OffsetTable, at date: Int64) {
        let before = size.bytes
        size.bytes = 0
        guard let start = store.bounds(of: Self.partition)?.upperBound else { return }
        let isWritten = Semaphore()
        let pieces = Self.pieces(of: table.records)
        let failures = Failures()
        for piece in pieces {
            let bytes = OffsetBatch.bytes(of: piece, at: date)
            size.bytes += bytes.count
            store.append(bytes, to: Self.partition) { outcome in
                if case .failure(let refusal) = outcome { failures.add("\(refusal)") }
                isWritten.signal()
            }
        }
        for _ in pieces { isWritten.wait() }
        if let failure = failures.first {
            return log("\(Self.topic) was not written anew: \(failure).")
        }
        do throws(SegmentError) {
            _ = try store.deleteRecords(before: start, in: Self.partition)
            log("\(Self.topic) was written anew: \(before) bytes became \(size.bytes).")
        } catch {
            log("The old part of \(Self.topic) was not deleted: \(error).")
        }
    }

    func topicID(of partition: TopicPartition) -> [UInt8]? {
        guard let topic = store.topic(partition.topic),
            0 ..< topic.partitions ~= partition.partition
        else { return nil }
        return topic.id
    }

    private static func pieces(of records: [OffsetRecord]) -> [[OffsetRecord]] {
        var pieces: [[OffsetRecord]] = []
        var bytes = snapshotBytes
        for record in records {
            let size = record.key.count + (record.value?.count ?? 0) + 20
            if bytes + size > snapshotBytes {
                pieces.append([])
                bytes = 0
            }
            pieces[pieces.count - 1].append(record)
            bytes += size
        }
        return pieces
    }
}
