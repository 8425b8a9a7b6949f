internal import Segments

extension Coordinator {
    func deleteGroups(
        _ request: DeleteGroupsRequest,
        _ now: GroupTime,
        reply: @escaping Reply<DeleteGroupsResponse>
    ) {
        var response = request.refused(.none)
        var records: [OffsetRecord] = []
        var places: [Int] = []
        for (index, name) in request.groups.enumerated() {
            if let group = groups[name], !group.members.isEmpty {
                response.results[index].error = ErrorCode.nonEmptyGroup.rawValue
            } else if let entry = table.groups[name] {
                groups[name]?.keptUntil = .min
                records += entry.inOrder.map { .forgotten(group: name, $0.key) }
                places.append(index)
            } else if groups.removeValue(forKey: name) == nil {
                response.results[index].error = ErrorCode.groupIDNotFound.rawValue
            }
        }
        forget(records, now) { error in
            for place in places { response.results[place].error = error.rawValue }
            reply(response)
        }
    }

    func deleteOffsets(
        _ request: OffsetDeleteRequest,
        _ now: GroupTime,
        reply: @escaping Reply<OffsetDeleteResponse>
    ) {
        let group = groups[request.group].flatMap { $0.members.isEmpty ? nil : $0 }
        let entry = table.groups[request.group]
        guard group != nil || entry != nil else { return reply(request.refused(.groupIDNotFound)) }
        guard group?.protocolType ?? Subscription.protocolType == Subscription.protocolType else {
            return reply(request.refused(.nonEmptyGroup))
        }
        var response = request.refused(.none)
        response.topics = request.topics.map(OffsetDeleteResponse.Topic.init)
        let wanted = group.map { Subscription.topics(of: $0) } ?? []
        var records: [OffsetRecord] = []
        for (index, topic) in request.topics.enumerated() {
            for (part, asked) in topic.partitions.enumerated() {
                let partition = TopicPartition(topic.name, asked.index)
                if wanted?.contains(topic.name) ?? true {
                    response.topics[index].partitions[part].error =
                        ErrorCode.groupSubscribedToTopic.rawValue
                } else if entry?.offsets[partition] != nil {
                    records.append(.forgotten(group: request.group, partition))
                }
            }
        }
        forget(records, now) { error in
            response.error = error.rawValue
            reply(response)
        }
    }

    /// Lets go of offsets of topics that are gone, and of groups that nobody has used for long.
    func sweep(_ now: GroupTime) {
        var records: [OffsetRecord] = []
        var ids: [TopicPartition: [UInt8]?] = [:]
        for (name, entry) in table.groups.sorted(by: { $0.key < $1.key }) {
            let isOld =
                groups[name]?.members.isEmpty ?? true && entry.emptySince != OffsetTable.hasMembers
                && max(entry.lastCommit, entry.emptySince ?? 0)
                    + settings.offsetRetentionMilliseconds <= now.date
            for (partition, committed) in entry.inOrder {
                let id = ids[partition] ?? log.topicID(of: partition)
                ids[partition] = id
                if isOld || id != committed.topicID {
                    records.append(.forgotten(group: name, partition))
                }
            }
        }
        forget(records, now) { _ in }
    }

    /// Appends in pieces, because a batch has a limit; `done` runs once.
    private func forget(
        _ records: [OffsetRecord],
        _ now: GroupTime,
        done: @escaping (ErrorCode) -> Void
    ) {
        guard !records.isEmpty else { return done(.none) }
        let pieces = stride(from: 0, to: records.count, by: Self.recordsPerBatch).map {
            Array(records[$0 ..< min($0 + Self.recordsPerBatch, records.count)])
        }
        var (missing, worst) = (pieces.count, ErrorCode.none)
        for piece in pieces {
            append(piece, now) { error in
                if error != .none { worst = error }
                missing -= 1
                if missing == 0 { done(worst) }
            }
        }
    }

    /// With names of the greatest length this is half of what the log takes.
    private static let recordsPerBatch = 300
}

extension OffsetDeleteResponse.Topic {
    fileprivate init(_ topic: OffsetDeleteRequest.Topic) {
        name = topic.name
        partitions = topic.partitions.map { asked in
            var partition = OffsetDeleteResponse.Partition()
            partition.index = asked.index
            return partition
        }
    }
}
