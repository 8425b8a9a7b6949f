extension Coordinator {
    /// Makes somebody a member, or lets a member stay one. The answer comes when all have joined.
    func join(
        _ request: JoinGroupRequest,
        _ caller: Caller,
        _ now: GroupTime,
        reply: @escaping Reply<JoinGroupResponse>
    ) {
        func refuse(_ error: ErrorCode, member: String? = nil) {
            reply(JoinGroupResponse(refusing: error, member: member ?? request.member))
        }
        if let fault = fault(in: request) { return refuse(fault) }
        guard let group = group(request.group, creating: request.member.isEmpty) else {
            return refuse(request.member.isEmpty ? .policyViolation : .unknownMemberID)
        }
        defer { settle(group, now) }
        let predecessor = request.instance.flatMap { group.instances[$0] }
        let own = request.member.isEmpty ? predecessor : request.member
        guard group.accepts(request.protocols, of: request.protocolType, replacing: own) else {
            return refuse(.inconsistentGroupProtocol)
        }
        let others = group.protocolBytes - (own.flatMap { group.members[$0]?.byteCount } ?? 0)
        guard others + Member.byteCount(of: request.protocols) <= settings.maxGroupBytes else {
            return refuse(.groupMaxSizeReached)
        }
        guard memberBytes + Member.byteCount(of: request.protocols) <= settings.maxAllMemberBytes,
            own != nil || memberCount < settings.maxAllMembers
        else { return refuse(.groupMaxSizeReached) }
        let waiting = Waiting(ticket: caller.ticket, reply: reply)
        if !request.member.isEmpty, group.reserved[request.member] == nil {
            if let fault = group.fault(of: request.member, instance: request.instance) {
                return refuse(fault)
            }
            guard let member = group.members[request.member] else { return }
            rejoin(member, of: group, request, waiting, now)
        } else if let predecessor, let old = group.members[predecessor] {
            replace(old, in: group, request, caller, waiting, now)
        } else if group.members.count + group.reserved.count >= settings.maxMembers,
            group.reserved[request.member] == nil
        {
            refuse(.groupMaxSizeReached)
        } else if request.member.isEmpty, request.instance == nil, caller.version >= 4 {
            // So that a client that never hears the answer leaves no member behind (KIP-394).
            let id = memberID(after: caller.client)
            group.reserved[id] =
                now.ticks + min(Int64(request.sessionTimeoutMilliseconds), Self.longestReservation)
            refuse(.memberIDRequired, member: id)
        } else {
            add(to: group, request, caller, waiting, now)
        }
    }

    private func fault(in request: JoinGroupRequest) -> ErrorCode? {
        guard !request.group.isEmpty, request.group.utf8.count <= Self.longestName else {
            return .invalidGroupID
        }
        let session = Int64(request.sessionTimeoutMilliseconds)
        guard settings.sessionTimeoutMilliseconds.contains(session) else {
            return .invalidSessionTimeout
        }
        let names = [request.instance ?? "", request.protocolType]
        guard names.allSatisfy({ $0.utf8.count <= Self.longestName }),
            Member.byteCount(of: request.protocols) <= settings.maxMemberBytes
        else { return .invalidRequest }
        return nil
    }

    static let longestName = 1_024
    /// A client joins with its new id at once, and the others of its group wait for it.
    private static let longestReservation: Int64 = 10_000
    private static let shortestRebalance: Int64 = 1_000

    private func add(
        to group: Group,
        _ request: JoinGroupRequest,
        _ caller: Caller,
        _ waiting: Waiting<JoinGroupResponse>,
        _ now: GroupTime
    ) {
        let isReserved = group.reserved.removeValue(forKey: request.member) != nil
        let member = Member(
            id: isReserved ? request.member : memberID(after: request.instance ?? caller.client),
            instance: request.instance,
            number: number(),
            caller: caller,
            isKnown: isReserved || request.instance != nil
        )
        group.members[member.id] = member
        if let instance = request.instance { group.instances[instance] = member.id }
        group.protocolType = request.protocolType
        update(member, of: group, request, waiting, now)
        prepare(group, now)
        gatherOn(group, now)
    }

    /// What a member says of itself, and by which request it waits now.
    func update(
        _ member: Member,
        of group: Group,
        _ request: JoinGroupRequest,
        _ waiting: Waiting<JoinGroupResponse>,
        _ now: GroupTime
    ) {
        // The request before came over a connection that its client has given up.
        dismiss(member, because: .rebalanceInProgress)
        let session = Int64(request.sessionTimeoutMilliseconds)
        let rebalance = Int64(request.rebalanceTimeoutMilliseconds)
        member.sessionTimeout = session
        member.rebalanceTimeout = rebalance < 0 ? session : max(rebalance, Self.shortestRebalance)
        member.protocols = request.protocols
        if group.members.count == 1 { group.protocolType = request.protocolType }
        member.isHeard(at: now.ticks)
        member.join = waiting
        self.waiting[waiting.ticket] = (group.id, member.id)
    }
}
