internal import Segments

/// Setting topics otherwise.
extension Answers {
    func answer(_ request: AlterConfigsRequest) -> AlterConfigsResponse {
        alter(request.resources.map { ($0.kind, $0.name, $0.settings) }, request.onlyValidates) {
            (settings, _) throws(Refusal) in
            try TopicChange.all(settings.map { ($0.name, $0.value) })
        }
    }

    func answer(_ request: IncrementalAlterConfigsRequest) -> AlterConfigsResponse {
        alter(request.resources.map { ($0.kind, $0.name, $0.changes) }, request.onlyValidates) {
            (changes, topic) throws(Refusal) in
            try TopicChange.each(changes, of: topic)
        }
    }

    /// One resource after the other: what cannot be done to one is nothing to the others.
    private func alter<Wanted>(
        _ resources: [(kind: Int8, name: String, wanted: [Wanted])],
        _ onlyValidates: Bool,
        _ read: ([Wanted], Topic) throws(Refusal) -> TopicChange
    ) -> AlterConfigsResponse {
        var response = AlterConfigsResponse()
        var times: [String: Int] = [:]
        for resource in resources { times["\(resource.kind) \(resource.name)", default: 0] += 1 }
        for resource in resources {
            guard let count = times.removeValue(forKey: "\(resource.kind) \(resource.name)") else {
                continue
            }
            var outcome = AlterConfigsResponse.Outcome()
            (outcome.kind, outcome.name) = (resource.kind, resource.name)
            do throws(Refusal) {
                guard count == 1 else {
                    throw Refusal(.invalidRequest, "The request names \(resource.name) twice.")
                }
                let topic = try topic(resource.kind, resource.name)
                try apply(try read(resource.wanted, topic), to: topic, onlyValidates)
            } catch {
                (outcome.error, outcome.message) = (error.code.rawValue, error.message)
            }
            response.results.append(outcome)
        }
        return response
    }

    private func topic(_ kind: Int8, _ name: String) throws(Refusal) -> Topic {
        switch kind {
        case DescribeConfigsRequest.Resource.topic:
            try checkMayChange(name)
            guard let topic = store.topic(name) else {
                throw Refusal(.unknownTopicOrPartition, "There is no topic \(name).")
            }
            return topic
        case DescribeConfigsRequest.Resource.broker:
            throw Refusal(
                .invalidConfig,
                "The broker's own settings are given when it starts, and do not change while it runs."
            )
        default:
            throw Refusal(.invalidRequest, "Only topics have settings here that can be changed.")
        }
    }

    private func apply(
        _ change: TopicChange,
        to topic: Topic,
        _ onlyValidates: Bool
    ) throws(Refusal) {
        do throws(SegmentError) {
            if onlyValidates {
                try store.check(change.applied(to: topic.configuration), for: topic)
            } else {
                let changed = try store.changeConfiguration(of: topic.name, change.applied)
                remarks.note(
                    .topics,
                    "Topic \(topic.name) was set anew at a client's request: \(changed.inWords)."
                )
            }
        } catch .invalidTopic(let why) {
            throw Refusal(.invalidConfig, why)
        } catch {
            throw Refusal(
                code(for: error, doing: "Setting topic \(topic.name) anew"),
                "Topic \(topic.name): \(error)"
            )
        }
    }
}

extension Topic {
    fileprivate var inWords: String {
        let settings = configuration.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return settings.isEmpty ? "all as by default" : settings.joined(separator: " ")
    }
}
