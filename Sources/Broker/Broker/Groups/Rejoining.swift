extension Coordinator {
    /// A member joins again.
    func rejoin(
        _ member: Member,
        of group: Group,
        _ request: JoinGroupRequest,
        _ waiting: Waiting<JoinGroupResponse>,
        _ now: GroupTime
    ) {
        let isUnchanged = member.protocols == request.protocols
        update(member, of: group, request, waiting, now)
        switch group.phase {
        case .preparing: completeIfAllJoined(group, now)
        case .completing where isUnchanged,
            // A leader joins again because it has seen the topics change.
            .stable where isUnchanged && group.leader != member.id:
            answer(member, welcome(member, to: group))
        case .completing, .stable, .empty: prepare(group, now)
        }
    }

    /// A member with a name of its own was started again: it takes the place and the share of its predecessor, who is
    /// fenced (KIP-345).
    func replace(
        _ old: Member,
        in group: Group,
        _ request: JoinGroupRequest,
        _ caller: Caller,
        _ waiting: Waiting<JoinGroupResponse>,
        _ now: GroupTime
    ) {
        let oldLeader = group.leader
        let member = Member(
            id: memberID(after: old.instance ?? caller.client),
            instance: old.instance,
            number: old.number,
            caller: caller,
            isKnown: true
        )
        member.assignment = old.assignment
        member.owesSync = old.owesSync
        let wasLeader = group.leader == old.id
        remove(old, from: group, because: .fencedInstanceID)
        group.members[member.id] = member
        if let instance = old.instance { group.instances[instance] = member.id }
        if wasLeader { group.leader = member.id }
        update(member, of: group, request, waiting, now)
        switch group.phase {
        case .stable where group.elected() == group.protocolName:
            var response = welcome(member, to: group)
            if caller.version >= 9 {
                response.skipsAssignment = wasLeader
            } else {
                // Named leader, it would share out anew, and everybody else would not hear of it.
                response.leader = oldLeader ?? ""
                response.members = []
            }
            answer(member, response)
        case .preparing: completeIfAllJoined(group, now)
        case .stable, .completing, .empty: prepare(group, now)
        }
    }
}
