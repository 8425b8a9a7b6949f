internal import Segments

extension Coordinator {
    func fetchOffsets(_ request: OffsetFetchRequest, version: Int16) -> OffsetFetchResponse {
        var response = OffsetFetchResponse()
        if version >= 8 {
            // Named twice, a group is told of once: its offsets can be very many.
            var seen: Set<String> = []
            response.groups = request.groups.filter { seen.insert($0.id).inserted }.map { asked in
                var group = OffsetFetchResponse.Group()
                group.id = asked.id
                group.topics = offsets(of: asked.id, in: asked.topics)
                return group
            }
        } else {
            response.topics = offsets(of: request.group, in: request.topics)
        }
        return response
    }

    private func offsets(
        of group: String,
        in topics: [OffsetFetchRequest.Topic]?
    ) -> [OffsetFetchResponse.Topic] {
        let entry = table.groups[group]
        func committed(in partition: TopicPartition) -> CommittedOffset? {
            guard let committed = entry?.offsets[partition] else { return nil }
            // The topic may have been deleted, and another one created under its name.
            return log.topicID(of: partition) == committed.topicID ? committed : nil
        }
        let asked = topics ?? entry?.everything ?? []
        return asked.map { topic in
            var answer = OffsetFetchResponse.Topic()
            answer.name = topic.name
            answer.partitions = topic.partitions.compactMap { index in
                var found = OffsetFetchResponse.Partition()
                found.index = index
                found.metadata = ""
                guard let committed = committed(in: TopicPartition(topic.name, index)) else {
                    return topics == nil ? nil : found
                }
                found.offset = committed.offset
                found.leaderEpoch = committed.leaderEpoch
                found.metadata = committed.metadata
                return found
            }
            return answer
        }
    }

    func describe(_ request: DescribeGroupsRequest) -> DescribeGroupsResponse {
        var response = DescribeGroupsResponse()
        var seen: Set<String> = []
        response.groups = request.groups.filter { seen.insert($0).inserted }.map(described)
        return response
    }

    private func described(_ name: String) -> DescribeGroupsResponse.Group {
        var description = DescribeGroupsResponse.Group()
        description.id = name
        guard let group = groups[name] else {
            description.state = table.groups[name] == nil ? "Dead" : Group.Phase.empty.name
            if table.groups[name] != nil { description.protocolType = Subscription.protocolType }
            return description
        }
        description.state = group.phase.name
        description.protocolType = group.protocolType ?? ""
        let isStable = group.phase == .stable
        if isStable { description.protocolName = group.protocolName ?? "" }
        description.members = group.inOrder.map { member in
            var seen = DescribeGroupsResponse.Member()
            seen.id = member.id
            seen.instance = member.instance
            seen.clientID = member.client
            seen.host = "/\(member.host)"
            if isStable {
                seen.metadata = Opaque(member.metadata(for: group.protocolName))
                seen.assignment = Opaque(member.assignment)
            }
            return seen
        }
        return description
    }

    func list(_ request: ListGroupsRequest) -> ListGroupsResponse {
        let states = Set(request.states.map { $0.lowercased() })
        let names = Set(groups.keys).union(table.groups.keys).sorted()
        var response = ListGroupsResponse()
        response.groups = names.compactMap { name in
            var listed = ListGroupsResponse.Group()
            listed.id = name
            listed.protocolType = groups[name]?.protocolType ?? Subscription.protocolType
            listed.state = (groups[name]?.phase ?? .empty).name
            return states.isEmpty || states.contains(listed.state.lowercased()) ? listed : nil
        }
        return response
    }
}

extension OffsetTable.Entry {
    /// All its partitions, as a request would name them.
    fileprivate var everything: [OffsetFetchRequest.Topic] {
        var topics: [OffsetFetchRequest.Topic] = []
        for (partition, _) in inOrder {
            if topics.last?.name != partition.topic {
                topics.append(.init())
                topics[topics.count - 1].name = partition.topic
            }
            topics[topics.count - 1].partitions.append(partition.partition)
        }
        return topics
    }
}
