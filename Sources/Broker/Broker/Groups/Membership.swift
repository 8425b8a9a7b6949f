extension Coordinator {
    /// Gives a member its share, as soon as the leader has shared out.
    func sync(
        _ request: SyncGroupRequest,
        _ caller: Caller,
        _ now: GroupTime,
        reply: @escaping Reply<SyncGroupResponse>
    ) {
        func refuse(_ error: ErrorCode) { reply(SyncGroupResponse(refusing: error)) }
        let found = member(
            request.member,
            request.instance,
            of: request.group,
            generation: request.generation
        )
        guard case .success(let (group, member)) = found else { return refuse(found.error) }
        defer { settle(group, now) }
        guard request.protocolType ?? group.protocolType == group.protocolType,
            request.protocolName ?? group.protocolName == group.protocolName
        else { return refuse(.inconsistentGroupProtocol) }
        member.isHeard(at: now.ticks)
        switch group.phase {
        case .empty: refuse(.unknownMemberID)
        case .preparing: refuse(.rebalanceInProgress)
        case .stable:
            member.owesSync = false
            reply(share(of: member, in: group))
        case .completing:
            let shares = request.assignments
            let bytes = shares.reduce(0) { $0 + $1.assignment.bytes.count }
            guard bytes <= settings.maxGroupBytes,
                memberBytes + bytes <= settings.maxAllMemberBytes
            else { return refuse(.invalidRequest) }
            answer(member, SyncGroupResponse(refusing: .rebalanceInProgress))
            member.owesSync = false
            member.sync = Waiting(ticket: caller.ticket, reply: reply)
            waiting[caller.ticket] = (group.id, member.id)
            if group.leader == member.id { shareOut(shares, in: group, now) }
        }
    }

    private func shareOut(
        _ shares: [SyncGroupRequest.Assignment],
        in group: Group,
        _ now: GroupTime
    ) {
        for member in group.members.values { member.assignment = [] }
        for share in shares { group.members[share.member]?.assignment = share.assignment.bytes }
        group.phase = .stable
        for member in group.members.values where member.sync != nil {
            member.isHeard(at: now.ticks)
            answer(member, share(of: member, in: group))
        }
    }

    private func share(of member: Member, in group: Group) -> SyncGroupResponse {
        var response = SyncGroupResponse()
        response.protocolType = group.protocolType
        response.protocolName = group.protocolName
        response.assignment = Opaque(member.assignment)
        return response
    }

    func heartbeat(_ request: HeartbeatRequest, _ now: GroupTime) -> HeartbeatResponse {
        var response = HeartbeatResponse()
        let found = member(
            request.member,
            request.instance,
            of: request.group,
            generation: request.generation
        )
        if case .success(let (group, member)) = found {
            member.isHeard(at: now.ticks)
            if group.phase == .preparing { response.error = ErrorCode.rebalanceInProgress.rawValue }
        } else {
            response.error = found.error.rawValue
        }
        return response
    }

    func leave(_ request: LeaveGroupRequest, version: Int16, _ now: GroupTime) -> LeaveGroupResponse
    {
        var response = LeaveGroupResponse()
        let group = groups[request.group]
        let before = group.map { [$0.members.count, $0.reserved.count] }
        if version >= 3 {
            response.members = request.members.map { leaving in
                var outcome = LeaveGroupResponse.Member()
                outcome.id = leaving.id
                outcome.instance = leaving.instance
                outcome.error = leave(leaving.id, leaving.instance, group).rawValue
                return outcome
            }
        } else {
            response.error = leave(request.member, nil, group).rawValue
        }
        if let group, [group.members.count, group.reserved.count] != before {
            if group.members.count != before?.first {
                membersLeft(group, now)
            } else {
                completeIfAllJoined(group, now)
            }
            settle(group, now)
        }
        return response
    }

    private func leave(_ id: String, _ instance: String?, _ group: Group?) -> ErrorCode {
        guard let group else { return .unknownMemberID }
        if group.reserved.removeValue(forKey: id) != nil { return .none }
        // An operator who takes a member out knows its name, and not its id.
        let id = id.isEmpty ? instance.flatMap { group.instances[$0] } ?? "" : id
        if let fault = group.fault(of: id, instance: instance) { return fault }
        if let member = group.members[id] {
            remove(member, from: group, because: .unknownMemberID)
        }
        return .none
    }

    private typealias Found = Result<(Group, Member), GroupFault>

    private func member(
        _ id: String,
        _ instance: String?,
        of name: String,
        generation: Int32
    ) -> Found {
        guard !name.isEmpty else { return .failure(GroupFault(code: .invalidGroupID)) }
        guard let group = groups[name] else { return .failure(GroupFault(code: .unknownMemberID)) }
        if let fault = group.fault(of: id, instance: instance) {
            return .failure(GroupFault(code: fault))
        }
        guard generation == group.generation, let member = group.members[id] else {
            return .failure(GroupFault(code: .illegalGeneration))
        }
        return .success((group, member))
    }
}

/// Why somebody is not who he says he is.
struct GroupFault: Error {
    var code: ErrorCode
}

extension Result where Failure == GroupFault {
    fileprivate var error: ErrorCode {
        if case .failure(let fault) = self { fault.code } else { .none }
    }
}
