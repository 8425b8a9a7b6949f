extension Coordinator {
    /// A group that was empty waits for more members, this many times the initial delay at most.
    private static let mostDelays: Int64 = 5

    /// Begins a new generation: every member must join again.
    func prepare(_ group: Group, _ now: GroupTime) {
        guard group.phase != .preparing else { return completeIfAllJoined(group, now) }
        for member in group.members.values {
            member.owesSync = false
            if member.sync != nil { member.isHeard(at: now.ticks) }
            answer(member, SyncGroupResponse(refusing: .rebalanceInProgress))
        }
        group.isGathering = group.phase == .empty
        group.phase = .preparing
        if group.isGathering {
            group.gatheringLimit =
                now.ticks + Self.mostDelays * settings.initialDelayMilliseconds
            group.joinDeadline = now.ticks + settings.initialDelayMilliseconds
        } else {
            group.joinDeadline = now.ticks + group.rebalanceTimeout
        }
        completeIfAllJoined(group, now)
    }

    /// Somebody joined a group that was empty a moment ago: there may be more.
    func gatherOn(_ group: Group, _ now: GroupTime) {
        guard group.phase == .preparing, group.isGathering else { return }
        group.joinDeadline = min(
            now.ticks + settings.initialDelayMilliseconds,
            group.gatheringLimit
        )
    }

    func completeIfAllJoined(_ group: Group, _ now: GroupTime) {
        guard group.phase == .preparing, group.hasAllJoined else { return }
        if group.isGathering, !group.members.isEmpty { return }
        complete(group, now)
    }

    /// The time for joining is over.
    func goOn(_ group: Group, _ now: GroupTime) {
        if group.isGathering, !group.hasAllJoined, now.ticks < group.gatheringLimit {
            return gatherOn(group, now)
        }
        complete(group, now)
    }

    private func complete(_ group: Group, _ now: GroupTime) {
        // A member with a name of its own may be restarting: only its session timeout ends it.
        for member in group.inOrder where member.join == nil && member.instance == nil {
            remove(member, from: group, because: .unknownMemberID)
        }
        let joined = group.inOrder.filter { $0.join != nil }
        guard let oldest = joined.first else {
            guard group.members.isEmpty else {
                group.isGathering = false
                group.joinDeadline = now.ticks + max(group.rebalanceTimeout, 1_000)
                return
            }
            return end(group, now)
        }
        if !joined.contains(where: { $0.id == group.leader }) { group.leader = oldest.id }
        group.generation = group.generation == .max ? 1 : group.generation + 1
        group.protocolName = group.elected()
        group.phase = .completing
        group.isGathering = false
        group.emptySince = nil
        group.syncDeadline = now.ticks + group.rebalanceTimeout
        for member in joined {
            member.owesSync = true
            member.isHeard(at: now.ticks)
            answer(member, welcome(member, to: group))
        }
    }

    /// Nobody is left.
    private func end(_ group: Group, _ now: GroupTime) {
        group.emptySince = now.date
        group.keptUntil = now.ticks + settings.emptyGroupMilliseconds
        group.phase = .empty
        group.leader = nil
        group.protocolName = nil
    }

    /// The generation as a member sees it. Only its leader sees the others.
    func welcome(_ member: Member, to group: Group) -> JoinGroupResponse {
        var response = JoinGroupResponse()
        response.generation = group.generation
        response.protocolType = group.protocolType
        response.protocolName = group.protocolName
        response.leader = group.leader ?? ""
        response.member = member.id
        if group.leader == member.id {
            response.members = group.inOrder.map { other in
                var seen = JoinGroupResponse.Member()
                seen.id = other.id
                seen.instance = other.instance
                seen.metadata = Opaque(other.metadata(for: group.protocolName))
                return seen
            }
        }
        return response
    }

    /// Takes a member out. The group is not told: several may go at once.
    func remove(_ member: Member, from group: Group, because error: ErrorCode) {
        group.members[member.id] = nil
        if let instance = member.instance, group.instances[instance] == member.id {
            group.instances[instance] = nil
        }
        if group.leader == member.id { group.leader = nil }
        dismiss(member, because: error)
    }

    /// What follows when members have left.
    func membersLeft(_ group: Group, _ now: GroupTime) {
        if group.phase != .empty { prepare(group, now) }
    }

    func answer(_ member: Member, _ response: JoinGroupResponse) {
        if let ticket = member.join?.ticket { waiting[ticket] = nil }
        member.answer(response)
    }

    func answer(_ member: Member, _ response: SyncGroupResponse) {
        if let ticket = member.sync?.ticket { waiting[ticket] = nil }
        member.answer(response)
    }

    func dismiss(_ member: Member, because error: ErrorCode) {
        answer(member, JoinGroupResponse(refusing: error, member: member.id))
        answer(member, SyncGroupResponse(refusing: error))
    }
}
