internal import Segments

extension Coordinator {
    /// Stores how far a group has come. The answer comes when that is durable.
    func commit(
        _ request: OffsetCommitRequest,
        _ now: GroupTime,
        reply: @escaping Reply<OffsetCommitResponse>
    ) {
        if let fault = fault(in: request, now) { return reply(request.refused(fault)) }
        var response = request.refused(.none)
        var records: [OffsetRecord] = []
        var places: [(topic: Int, partition: Int)] = []
        var ids: [TopicPartition: [UInt8]?] = [:]
        for (index, topic) in request.topics.enumerated() {
            for (part, asked) in topic.partitions.enumerated() {
                let partition = TopicPartition(topic.name, asked.index)
                let id = ids[partition] ?? log.topicID(of: partition)
                ids[partition] = id
                if let fault = fault(in: asked, hasTopic: id != nil) {
                    response.topics[index].partitions[part].error = fault.rawValue
                    continue
                }
                let committed = CommittedOffset(
                    offset: asked.offset,
                    leaderEpoch: asked.leaderEpoch,
                    metadata: asked.metadata ?? "",
                    committedAt: now.date,
                    topicID: id ?? []
                )
                records.append(.committed(group: request.group, partition, committed))
                places.append((index, part))
            }
        }
        guard !records.isEmpty else { return reply(response) }
        append(records, now) { error in
            for place in places {
                response.topics[place.topic].partitions[place.partition].error = error.rawValue
            }
            reply(response)
        }
    }

    private func fault(in request: OffsetCommitRequest, _ now: GroupTime) -> ErrorCode? {
        if request.group.utf8.count > Self.longestName { return .invalidGroupID }
        guard let group = groups[request.group], !group.members.isEmpty else {
            guard request.generation < 0 else { return .illegalGeneration }
            let isNew = table.groups[request.group] == nil
            return isNew && table.groups.count >= settings.maxGroups ? .policyViolation : nil
        }
        if let fault = group.fault(of: request.member, instance: request.instance) { return fault }
        guard request.generation == group.generation else { return .illegalGeneration }
        group.members[request.member]?.isHeard(at: now.ticks)
        return group.phase == .completing ? .rebalanceInProgress : nil
    }

    private func fault(
        in asked: OffsetCommitRequest.Partition,
        hasTopic: Bool
    ) -> ErrorCode? {
        // Any number is taken, as by Apache Kafka: KafkaJS sets a group back to the beginning with -2.
        if !hasTopic { return .unknownTopicOrPartition }
        if asked.metadata?.utf8.count ?? 0 > settings.maxMetadataBytes {
            return .offsetMetadataTooLarge
        }
        return nil
    }

    /// Appends to the log; `done` runs when the records are durable and applied, or with the reason why not.
    func append(
        _ records: [OffsetRecord],
        _ now: GroupTime,
        done: @escaping (ErrorCode) -> Void
    ) {
        var isGrowing = false
        for case .committed in records { isGrowing = true }
        guard !isGrowing || table.byteCount < settings.maxOffsetBytes else {
            return done(.policyViolation)
        }
        let number = number()
        appends[number] = Append(records: records, done: done)
        log.append(records, number: number, at: now.date)
    }

    /// The disk has spoken.
    func settled(_ number: UInt64, _ error: ErrorCode, _ now: GroupTime) {
        guard let append = appends.removeValue(forKey: number) else { return }
        if error == .none {
            for record in append.records {
                table.apply(record)
                if case .committed(let name, _, _) = record, noted[name] == nil,
                    let group = groups[name]
                {
                    note(group, now)
                }
                if case .forgotten(let name, _) = record, table.groups[name] == nil {
                    noted[name] = nil
                    if let group = groups[name] { settle(group, now) }
                }
            }
        }
        append.done(error)
        // What is under way is not in the table yet, and would be lost with the old log.
        if appends.isEmpty, log.wantsCompaction(of: table) { log.compact(table, at: now.date) }
    }

    /// Has the log say whether a group has members, if it has offsets: those of a group with members never expire.
    func note(_ group: Group, _ now: GroupTime) {
        guard table.groups[group.id] != nil else { return }
        let state = group.members.isEmpty ? group.emptySince : OffsetTable.hasMembers
        guard let state, noted[group.id] != state else { return }
        noted[group.id] = state
        append([.emptied(group: group.id, since: state)], now) { _ in }
    }
}
