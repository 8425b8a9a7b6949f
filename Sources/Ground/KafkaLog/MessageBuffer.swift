internal import Bytes
internal import CRdKafka
private import Glibc
internal import Logs

/// The messages of one call, and the way from librdkafka's memory into ours: all keys and values of a call are
/// copied into one array that its records share, so a batch costs one allocation and not two a record.
@safe struct MessageBuffer: ~Copyable {
    private var messages: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    private var capacity = 256
    private var count = 0
    /// Of the keys and values that `unpack` copied last.
    private(set) var bytes = 0
    /// Which feed each message belongs to; -1 for none.
    private var owners: [Int32] = []

    /// Messages taken in one call at most, whatever the caller allows.
    static let most = 32_768

    init() {
        unsafe messages = .allocate(capacity: capacity)
    }

    deinit { unsafe messages.deallocate() }

    /// Takes messages out of the queue; waits only while there is none, and not at all with no time to.
    mutating func fill(
        from queue: OpaquePointer,
        limit: Int,
        within milliseconds: Int32
    ) -> Int {
        let limit = min(limit, Self.most)
        guard limit > 0 else { return 0 }
        if limit > capacity {
            unsafe messages.deallocate()
            unsafe messages = .allocate(capacity: limit)
            capacity = limit
        }
        count = 0
        if milliseconds > 0 {
            // librdkafka waits until the whole array is full, so it may wait for one message only.
            count = unsafe max(0, rd_kafka_consume_batch_queue(queue, milliseconds, messages, 1))
            guard count == 1, limit > 1 else { return count }
        }
        count += unsafe max(
            0,
            rd_kafka_consume_batch_queue(queue, 0, messages + count, limit - count)
        )
        return count
    }

    /// Gives the messages back to librdkafka and returns their contents, and what went wrong with which partition.
    /// `end`: Where a partition ended when it was fetched last, where that is known.
    mutating func unpack(
        feeds: inout Feeds,
        end: (Feed) -> Offset?
    ) -> (batches: [RecordBatch], broken: [(Partition, LogError?)]) {
        var broken: [(Partition, LogError?)] = []
        let counts = measure(&feeds, &broken, end)
        let storage = copyBytes()
        var batches: [RecordBatch] = []
        var places = [Int](repeating: -1, count: counts.count)
        for (feed, count) in counts.enumerated() where count > 0 {
            places[feed] = batches.count
            batches.append(RecordBatch(feeds.all[feed].partition, []))
            batches[places[feed]].records.reserveCapacity(count)
        }
        var position = 0
        for index in 0 ..< count where owners[index] >= 0 {
            guard let message = unsafe messages[index] else { continue }
            let record = unsafe record(message, storage, &position)
            batches[places[Int(owners[index])]].records.append(record)
        }
        for index in 0 ..< count { unsafe rd_kafka_message_destroy(messages[index]) }
        count = 0
        return (batches, broken)
    }

    /// Finds the owner of each message, and how many each has; what cannot be a record is sorted out.
    private mutating func measure(
        _ feeds: inout Feeds,
        _ broken: inout [(Partition, LogError?)],
        _ end: (Feed) -> Offset?
    ) -> [Int] {
        var counts = [Int](repeating: 0, count: feeds.all.count)
        var isBroken = [Bool](repeating: false, count: feeds.all.count)
        owners.removeAll(keepingCapacity: true)
        bytes = 0
        for index in 0 ..< count {
            owners.append(-1)
            guard let message = unsafe messages[index]?.pointee,
                let feed = unsafe feeds.index(of: message.rkt, message.partition), !isBroken[feed]
            else { continue }
            if unsafe message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF {
                // Offsets that transactions or compaction have left at the end will never come.
                unsafe feeds.advance(feed, to: max(feeds.next(at: feed), message.offset))
                continue
            }
            guard unsafe message.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                if let fault = unsafe fault(of: message, in: feeds.all[feed]) {
                    broken.append((feeds.all[feed].partition, fault))
                    isBroken[feed] = true
                }
                continue
            }
            // What is below was delivered before, by a fetch that the reader had left behind.
            guard unsafe message.offset >= feeds.next(at: feed) else { continue }
            // Compaction leaves gaps; a gap beyond the end would hide all that is to come.
            if unsafe message.offset > feeds.next(at: feed), let end = end(feeds.all[feed]),
                unsafe message.offset >= end
            {
                let (partition, next) = (feeds.all[feed].partition, feeds.next(at: feed))
                let claimed = unsafe message.offset
                let fault = LogError.corrupt(
                    Position(partition, next),
                    "Reading \(partition) from \(next) on: a record claims offset \(claimed), and the log ends at \(end)."
                )
                broken.append((partition, fault))
                isBroken[feed] = true
                continue
            }
            unsafe feeds.advance(feed, to: message.offset + 1)
            owners[index] = Int32(feed)
            counts[feed] += 1
            unsafe bytes += message.len + message.key_len
        }
        return counts
    }

    private func copyBytes() -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: bytes) { storage, filled in
            guard let start = storage.baseAddress else { return }
            for index in 0 ..< count where owners[index] >= 0 {
                guard let message = unsafe messages[index]?.pointee else { continue }
                if let key = unsafe message.key {
                    unsafe memcpy(start + filled, key, message.key_len)
                    unsafe filled += message.key_len
                }
                if let value = unsafe message.payload {
                    unsafe memcpy(start + filled, value, message.len)
                    unsafe filled += message.len
                }
            }
        }
    }

    private func record(
        _ message: UnsafeMutablePointer<rd_kafka_message_t>,
        _ storage: [UInt8],
        _ position: inout Int
    ) -> Record {
        var key: ArraySlice<UInt8>?
        if unsafe message.pointee.key != nil {
            let end = unsafe position + message.pointee.key_len
            key = storage[position ..< end]
            position = end
        }
        var value: ArraySlice<UInt8>?
        if unsafe message.pointee.payload != nil {
            let end = unsafe position + message.pointee.len
            value = storage[position ..< end]
            position = end
        }
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let milliseconds = unsafe rd_kafka_message_timestamp(message, &kind)
        return unsafe Record(
            offset: message.pointee.offset,
            timestamp: Instant(milliseconds: milliseconds),
            key: key,
            value: value,
            headers: headers(of: message),
            isStampedByLog: kind == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME
        )
    }

    private func headers(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> [Header] {
        var list: OpaquePointer?
        guard unsafe rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR,
            let list = unsafe list
        else { return [] }
        var headers: [Header] = []
        headers.reserveCapacity(unsafe rd_kafka_header_cnt(list))
        var (name, value, count) = unsafe (UnsafePointer<CChar>?.none, UnsafeRawPointer?.none, 0)
        while unsafe rd_kafka_header_get_all(list, headers.count, &name, &value, &count)
            == RD_KAFKA_RESP_ERR_NO_ERROR
        {
            let bytes = unsafe value.map {
                unsafe [UInt8](UnsafeRawBufferPointer(start: $0, count: count))
            }
            headers.append(Header(unsafe name.map { unsafe String(cString: $0) } ?? "", bytes))
        }
        return headers
    }

    /// What an error in the stream means for its partition; nil if librdkafka goes on by itself.
    private func fault(of message: rd_kafka_message_t, in feed: Feed) -> LogError? {
        let code = unsafe message.err
        switch code {
        case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
            return .offsetOutOfRange(Position(feed.partition, feed.next), available: 0 ..< 0)
        case _ where code.meansUnknown: return .unknownTopic(feed.partition.topic)
        case _ where code.isPassing: return nil
        default:
            // The payload of an error is its text.
            let detail = unsafe message.payload.map {
                unsafe String(
                    decoding: UnsafeRawBufferPointer(start: $0, count: message.len),
                    as: UTF8.self
                )
            }
            // Whatever it is, it is the matter of this partition alone.
            return .corrupt(
                Position(feed.partition, feed.next),
                "Reading \(feed.partition) from \(feed.next) on: \(detail ?? code.sentence)"
            )
        }
    }
}
