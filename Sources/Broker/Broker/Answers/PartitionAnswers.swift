internal import Segments

/// Giving topics more partitions.
extension Answers {
    func answer(_ request: CreatePartitionsRequest) -> CreatePartitionsResponse {
        var response = CreatePartitionsResponse()
        let names = Dictionary(grouping: request.topics, by: \.name)
        var answered: Set<String> = []
        for asked in request.topics where answered.insert(asked.name).inserted {
            var outcome = CreatePartitionsResponse.Outcome()
            outcome.name = asked.name
            do throws(Refusal) {
                guard names[asked.name]?.count == 1 else {
                    throw Refusal(.invalidRequest, "The request names \(asked.name) twice.")
                }
                try grow(asked, request.onlyValidates)
            } catch {
                (outcome.error, outcome.message) = (error.code.rawValue, error.message)
            }
            response.results.append(outcome)
        }
        return response
    }

    private func grow(
        _ asked: CreatePartitionsRequest.Topic,
        _ onlyValidates: Bool
    ) throws(Refusal) {
        try checkMayChange(asked.name)
        guard let topic = store.topic(asked.name) else {
            throw Refusal(.unknownTopicOrPartition, "There is no topic \(asked.name).")
        }
        guard asked.count > topic.partitions else {
            throw Refusal(
                .invalidPartitions,
                "Topic \(asked.name) has \(topic.partitions) partitions; it can be given more, and not \(asked.count)."
            )
        }
        guard asked.count <= Self.mostPartitions else {
            throw Refusal(
                .invalidPartitions,
                "A topic has at most \(Self.mostPartitions) partitions here."
            )
        }
        let more = asked.count - topic.partitions
        guard asked.assignments?.count ?? Int(more) == Int(more) else {
            throw Refusal(
                .invalidReplicaAssignment,
                "There are \(more) new partitions, and assignments of \(asked.assignments?.count ?? 0)."
            )
        }
        try checkRoom(for: more)
        guard !onlyValidates else { return }
        do throws(SegmentError) {
            _ = try store.addPartitions(to: asked.name, upTo: asked.count)
            remarks.note(
                .topics,
                "Topic \(asked.name) has \(asked.count) partitions now, at a client's request."
            )
        } catch .invalidTopic(let why) {
            throw Refusal(.invalidPartitions, why)
        } catch {
            throw Refusal(
                code(for: error, doing: "Adding partitions to \(asked.name)"),
                "Topic \(asked.name): \(error)"
            )
        }
    }
}
