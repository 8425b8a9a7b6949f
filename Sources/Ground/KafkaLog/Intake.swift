internal import CRdKafka
internal import Logs

/// The consuming client of one reader: partitions that are being fetched, and the queue that their messages arrive
/// in. It belongs to the reader's thread.
@safe final class Intake {
    private let consumer: ConsumerHandle
    private let connection: Connection
    private let settings: KafkaLog.Settings
    private var topics: [String: TopicHandle] = [:]
    private(set) var feeds = Feeds()
    private var buffer: MessageBuffer
    private var backlog = Backlog()
    private var stalls = Stalls()

    init(_ producer: Producer, _ settings: KafkaLog.Settings) throws(LogError) {
        self.settings = settings
        self.connection = producer.connection
        self.consumer = try ConsumerHandle(.consuming(settings))
        self.buffer = MessageBuffer()
    }

    deinit {
        for feed in feeds.all { unsafe rd_kafka_consume_stop(feed.topic, feed.partition.index) }
        for topic in topics.values { topic.destroy() }
    }

    var queue: OpaquePointer { unsafe consumer.queue }

    var partitions: [Partition] { feeds.all.map(\.partition) }
    func isReading(_ partition: Partition) -> Bool {
        feeds.all.contains { $0.partition == partition }
    }

    func reached(_ partition: Partition) -> Offset? {
        feeds.all.first { $0.partition == partition }?.next
    }

    func start(_ partition: Partition, at offset: Offset) throws(LogError) {
        let topic = try handle(of: partition.topic)
        let code = unsafe rd_kafka_consume_start_queue(
            topic.pointer,
            partition.index,
            offset,
            consumer.queue
        )
        guard code == 0 else {
            throw LogError(rd_kafka_last_error(), doing: "Beginning to read \(partition)")
        }
        unsafe feeds.add(Feed(partition: partition, topic: topic.pointer, next: offset))
    }

    /// False if it was not being read.
    func stop(_ partition: Partition) throws(LogError) -> Bool {
        guard let feed = feeds.remove(partition) else { return false }
        guard unsafe rd_kafka_consume_stop(feed.topic, partition.index) == 0 else {
            throw LogError(rd_kafka_last_error(), doing: "Ending to read \(partition)")
        }
        return true
    }

    /// The messages that are there, or, when there is none, the first ones that come in time.
    func take(
        _ limit: Int,
        within milliseconds: Int32,
        faults: inout [LogError]
    ) throws(LogError) -> [RecordBatch] {
        let waiting = unsafe rd_kafka_queue_length(consumer.queue)
        let count = unsafe buffer.fill(from: consumer.queue, limit: limit, within: milliseconds)
        guard count > 0 else { return [] }
        let (batches, broken) = buffer.unpack(feeds: &feeds) { end(of: $0) }
        for (partition, fault) in broken {
            if let fault { faults.append(fault) }
            if fault != nil { _ = try stop(partition) }
        }
        if backlog.isStalled(waiting: waiting, taken: count, bytes: buffer.bytes, settings) {
            nudge()
        }
        return batches
    }

    /// Partitions of which nothing has come for long although the log is said to go on.
    func stalled() -> [Feed] {
        let now = ContinuousClock.now
        guard stalls.isDue(now) else { return [] }
        guard connection.isUp else {
            stalls.forgive()
            return []
        }
        guard unsafe rd_kafka_queue_length(consumer.queue) == 0 else { return [] }
        return stalls.over(feeds.all, now) { feed in end(of: feed).map { $0 > feed.next } ?? false }
    }

    /// Where a partition ended when it was fetched last; nil while that is not known.
    private func end(of feed: Feed) -> Offset? {
        var (low, high) = (Offset(0), Offset(0))
        let code = unsafe rd_kafka_get_watermark_offsets(
            consumer.client.pointer,
            feed.partition.topic,
            feed.partition.index,
            &low,
            &high
        )
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    /// Passes on log lines and errors. True if one of them may mean that a partition is gone.
    func listen() -> Bool {
        var isSuspicious = false
        while let event = unsafe Event(from: consumer.client.events, within: 0) {
            if case .log(facility: "ERROR", line: _) = event.kind { isSuspicious = true }
            connection.note(event)
        }
        return isSuspicious
    }

    private func handle(of name: String) throws(LogError) -> TopicHandle {
        if let topic = topics[name] { return topic }
        guard let topic = TopicHandle(name, of: consumer.client) else {
            throw LogError(rd_kafka_last_error(), doing: "Beginning to read topic \(name)")
        }
        topics[name] = topic
        return topic
    }

    /// A full queue makes librdkafka 2.0.2 sleep for up to a second even if it is emptied at once. Any request wakes
    /// its connection; nobody needs the answer to this one, so a millisecond is enough to wait for it.
    private func nudge() {
        let list = unsafe rd_kafka_topic_partition_list_new(Int32(feeds.all.count))
        defer { unsafe rd_kafka_topic_partition_list_destroy(list) }
        for feed in feeds.all {
            let entry = unsafe rd_kafka_topic_partition_list_add(
                list,
                feed.partition.topic,
                feed.partition.index
            )
            unsafe entry?.pointee.offset = Int64(RD_KAFKA_OFFSET_END)
        }
        _ = unsafe rd_kafka_offsets_for_times(consumer.client.pointer, list, 1)
    }
}

/// Notices when a reader has emptied a queue that had become full.
private struct Backlog {
    private var wasFull = false

    /// So many messages were `waiting` before some were `taken`, of `bytes` together.
    mutating func isStalled(
        waiting: Int,
        taken: Int,
        bytes: Int,
        _ settings: KafkaLog.Settings
    ) -> Bool {
        // The queue's bytes cannot be asked for, so those that were taken stand for all.
        let bytesWaiting = waiting * (bytes / max(1, taken))
        let capacity = settings.bytesReadAhead
        if waiting >= settings.recordsReadAhead * 9 / 10 || bytesWaiting >= capacity * 9 / 10 {
            wasFull = true
        }
        let left = max(0, waiting - taken)
        guard wasFull, left < settings.recordsReadAhead / 2,
            left * (bytes / max(1, taken)) < capacity / 2
        else { return false }
        wasFull = false
        return true
    }
}
