extension OffsetCommitRequest: GroupRequest {
    func refused(_ error: ErrorCode) -> Response {
        var response = Response()
        response.topics = topics.map { topic in
            var answer = Response.Topic()
            answer.name = topic.name
            answer.partitions = topic.partitions.map { asked in
                var partition = Response.Partition()
                (partition.index, partition.error) = (asked.index, error.rawValue)
                return partition
            }
            return answer
        }
        return response
    }

    func put(
        to coordinator: Coordinator,
        _ caller: Caller,
        _ now: GroupTime,
        reply: @escaping Reply<Response>
    ) {
        coordinator.commit(self, now, reply: reply)
    }
}

extension OffsetFetchRequest: GroupRequest {
    func refused(_ error: ErrorCode) -> Response {
        var response = Response()
        response.error = error.rawValue
        // Version 1 has no error of the whole.
        response.topics = (topics ?? []).map { topic in
            var answer = Response.Topic()
            answer.name = topic.name
            answer.partitions = topic.partitions.map { index in
                var partition = Response.Partition()
                (partition.index, partition.error) = (index, error.rawValue)
                partition.metadata = ""
                return partition
            }
            return answer
        }
        response.groups = groups.map { asked in
            var group = Response.Group()
            (group.id, group.error) = (asked.id, error.rawValue)
            return group
        }
        return response
    }

    func put(
        to coordinator: Coordinator,
        _ caller: Caller,
        _ now: GroupTime,
        reply: @escaping Reply<Response>
    ) {
        reply(coordinator.fetchOffsets(self, version: caller.version))
    }
}

extension DeleteGroupsRequest: GroupRequest {
    func refused(_ error: ErrorCode) -> Response {
        var response = Response()
        response.results = groups.map { name in
            var outcome = Response.Outcome()
            (outcome.group, outcome.error) = (name, error.rawValue)
            return outcome
        }
        return response
    }

    func put(
        to coordinator: Coordinator,
        _ caller: Caller,
        _ now: GroupTime,
        reply: @escaping Reply<Response>
    ) {
        coordinator.deleteGroups(self, now, reply: reply)
    }
}

extension OffsetDeleteRequest: GroupRequest {
    func refused(_ error: ErrorCode) -> Response {
        var response = Response()
        response.error = error.rawValue
        return response
    }

    func put(
        to coordinator: Coordinator,
        _ caller: Caller,
        _ now: GroupTime,
        reply: @escaping Reply<Response>
    ) {
        coordinator.deleteOffsets(self, now, reply: reply)
    }
}
