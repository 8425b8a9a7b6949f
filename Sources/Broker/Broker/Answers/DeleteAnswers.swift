internal import Segments

extension Answers {
    func answer(_ request: DeleteTopicsRequest) -> DeleteTopicsResponse {
        var response = DeleteTopicsResponse()
        let names = request.topics.contains { $0.name == nil } ? namesByID() : [:]
        response.topics =
            request.names.map { delete(name: $0) }
            + request.topics.map { asked in
                guard asked.name == nil else { return delete(name: asked.name) }
                return delete(name: names[asked.id], id: asked.id)
            }
        return response
    }

    private func delete(name: String?, id: TopicID? = nil) -> DeleteTopicsResponse.Topic {
        var outcome = DeleteTopicsResponse.Topic()
        outcome.name = name
        if let id { outcome.id = id }
        guard let name else {
            outcome.error = ErrorCode.unknownTopicID.rawValue
            outcome.message = "There is no topic of this id."
            return outcome
        }
        if let topic = store.topic(name) { outcome.id = TopicID(topic.id) }
        do throws(Refusal) {
            try delete(name)
        } catch {
            (outcome.error, outcome.message) = (error.code.rawValue, error.message)
        }
        return outcome
    }

    private func delete(_ name: String) throws(Refusal) {
        try checkMayChange(name)
        do throws(SegmentError) {
            try store.deleteTopic(name)
            groups.topicsWentAway()
            remarks.note(.topics, "Topic \(name) was deleted at a client's request.")
        } catch {
            throw Refusal(
                code(for: error, doing: "Deleting topic \(name)"),
                "Topic \(name) was not deleted: \(error)"
            )
        }
    }

    func answer(_ request: DeleteRecordsRequest) -> DeleteRecordsResponse {
        var response = DeleteRecordsResponse()
        response.topics = request.topics.map { topic in
            var answers = DeleteRecordsResponse.Topic()
            answers.name = topic.name
            answers.partitions = topic.partitions.map { asked in
                deleteRecords(before: asked.offset, in: TopicPartition(topic.name, asked.index))
            }
            return answers
        }
        return response
    }

    private func deleteRecords(
        before offset: Int64,
        in partition: TopicPartition
    ) -> DeleteRecordsResponse.Partition {
        var outcome = DeleteRecordsResponse.Partition()
        outcome.index = partition.partition
        guard !TopicName.isInternal(partition.topic) else {
            outcome.error = ErrorCode.invalidTopic.rawValue
            return outcome
        }
        guard let bounds = store.bounds(of: partition) else {
            outcome.error = ErrorCode.unknownTopicOrPartition.rawValue
            return outcome
        }
        let first = offset == -1 ? bounds.upperBound : offset
        guard 0 ... bounds.upperBound ~= first else {
            outcome.error = ErrorCode.offsetOutOfRange.rawValue
            return outcome
        }
        do throws(SegmentError) {
            outcome.lowWatermark = try store.deleteRecords(before: first, in: partition)
        } catch {
            outcome.error =
                code(for: error, doing: "Deleting records of \(partition.topic)").rawValue
        }
        return outcome
    }
}
