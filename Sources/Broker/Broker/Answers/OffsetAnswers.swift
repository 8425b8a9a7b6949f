internal import Segments

extension Answers {
    func answer(_ request: ListOffsetsRequest) -> ListOffsetsResponse {
        var response = ListOffsetsResponse()
        response.topics = request.topics.map { topic in
            var answers = ListOffsetsResponse.Topic()
            answers.name = topic.name
            answers.partitions = topic.partitions.map { offset($0, of: topic.name) }
            return answers
        }
        return response
    }

    private func offset(
        _ asked: ListOffsetsRequest.Partition,
        of topic: String
    ) -> ListOffsetsResponse.Partition {
        let partition = TopicPartition(topic, asked.index)
        var found = ListOffsetsResponse.Partition()
        found.index = asked.index
        guard let bounds = store.bounds(of: partition) else {
            found.error = ErrorCode.unknownTopicOrPartition.rawValue
            return found
        }
        guard asked.leaderEpoch <= Self.leaderEpoch else {
            found.error = ErrorCode.unknownLeaderEpoch.rawValue
            return found
        }
        found.leaderEpoch = Self.leaderEpoch
        do throws(SegmentError) {
            switch asked.timestamp {
            case ListOffsetsRequest.Partition.latest: found.offset = bounds.upperBound
            case ListOffsetsRequest.Partition.earliest, ListOffsetsRequest.Partition.earliestLocal:
                found.offset = bounds.lowerBound
            case ListOffsetsRequest.Partition.greatestTimestamp:
                if let record = try newestRecord(of: partition) {
                    (found.offset, found.timestamp) = record
                }
            case 0...:
                if let record = try store.firstOffset(atOrAfter: asked.timestamp, in: partition) {
                    (found.offset, found.timestamp) = record
                }
            default: found.error = ErrorCode.unsupportedVersion.rawValue
            }
        } catch {
            found.error = code(for: error, doing: "Looking up a time in \(topic)").rawValue
        }
        return found
    }

    /// The first record that has the greatest timestamp. The store finds the first record at or after an instant, so
    /// halving the time above what was found leads there in at most 63 steps.
    private func newestRecord(
        of partition: TopicPartition
    ) throws(SegmentError) -> (offset: Int64, timestamp: Int64)? {
        guard var newest = try store.firstOffset(atOrAfter: 0, in: partition) else { return nil }
        var beyond = Int64.max
        while newest.timestamp < beyond {
            let middle = newest.timestamp + (beyond - newest.timestamp + 1) / 2
            if let later = try store.firstOffset(atOrAfter: middle, in: partition) {
                newest = later
                if later.timestamp == Int64.max { break }
            } else {
                beyond = middle - 1
            }
        }
        return newest
    }

    func answer(_ request: OffsetForLeaderEpochRequest) -> OffsetForLeaderEpochResponse {
        var response = OffsetForLeaderEpochResponse()
        response.topics = request.topics.map { topic in
            var answers = OffsetForLeaderEpochResponse.Topic()
            answers.name = topic.name
            answers.partitions = topic.partitions.map { endOfEpoch($0, of: topic.name) }
            return answers
        }
        return response
    }

    private func endOfEpoch(
        _ asked: OffsetForLeaderEpochRequest.Partition,
        of topic: String
    ) -> OffsetForLeaderEpochResponse.Partition {
        var end = OffsetForLeaderEpochResponse.Partition()
        end.index = asked.index
        guard let bounds = store.bounds(of: TopicPartition(topic, asked.index)) else {
            end.error = ErrorCode.unknownTopicOrPartition.rawValue
            return end
        }
        guard asked.currentEpoch <= Self.leaderEpoch else {
            end.error = ErrorCode.unknownLeaderEpoch.rawValue
            return end
        }
        // There was never another epoch: asked about a later one, Kafka answers with -1 and -1.
        if asked.epoch == Self.leaderEpoch {
            end.epoch = Self.leaderEpoch
            end.endOffset = bounds.upperBound
        }
        return end
    }
}
