internal import CRdKafka
internal import Logs

/// What the brokers say about one topic.
struct TopicMetadata {
    let name: String
    let error: rd_kafka_resp_err_t
    /// How many partitions there are, and whether each has a broker that takes records for it.
    let partitions: Int32
    let hasLeaders: Bool
}

extension Producer {
    /// The topics that exist, or the one asked for; where that one is unknown its `error` says so.
    func metadata(of topic: TopicHandle? = nil) throws(LogError) -> [TopicMetadata] {
        var answer: UnsafePointer<rd_kafka_metadata>?
        let code = unsafe rd_kafka_metadata(
            client.pointer,
            topic == nil ? 1 : 0,
            topic?.pointer,
            &answer,
            Int32(clamping: settings.requestTimeoutMilliseconds)
        )
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let answer = unsafe answer else {
            throw LogError(code, doing: "Asking the brokers for their topics")
        }
        defer { unsafe rd_kafka_metadata_destroy(answer) }
        connection.noteAnswer()
        let topics = unsafe UnsafeBufferPointer(
            start: answer.pointee.topics,
            count: Int(answer.pointee.topic_cnt)
        )
        return unsafe topics.map { topic in
            let partitions = unsafe UnsafeBufferPointer(
                start: topic.partitions,
                count: Int(topic.partition_cnt)
            )
            return unsafe TopicMetadata(
                name: topic.topic.map { unsafe String(cString: $0) } ?? "",
                error: topic.err,
                partitions: topic.partition_cnt,
                hasLeaders: partitions.allSatisfy { unsafe $0.leader >= 0 }
            )
        }
    }

    /// How many partitions a topic has.
    func partitions(of name: String) throws(LogError) -> Int32 {
        for topic in try metadata(of: try topic(name)) where topic.name == name {
            guard topic.error == RD_KAFKA_RESP_ERR_NO_ERROR else {
                throw LogError(topic.error, doing: "Looking for topic \(name)", topic: name)
            }
            return topic.partitions
        }
        throw .unknownTopic(name)
    }

    /// Throws unless the brokers know the partition.
    func find(_ partition: Partition) throws(LogError) {
        guard (0 ..< (try partitions(of: partition.topic))).contains(partition.index) else {
            throw .unknownPartition(partition)
        }
    }

    func bounds(of partition: Partition) throws(LogError) -> Range<Offset> {
        // librdkafka would wait for an unknown topic until the time is over.
        try find(partition)
        var (low, high) = (Offset(0), Offset(0))
        let code = unsafe rd_kafka_query_watermark_offsets(
            client.pointer,
            partition.topic,
            partition.index,
            &low,
            &high,
            Int32(clamping: settings.requestTimeoutMilliseconds)
        )
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw LogError(
                code,
                doing: "Asking for the bounds of \(partition)",
                partition: partition
            )
        }
        connection.noteAnswer()
        return low ..< max(low, high)
    }
}
