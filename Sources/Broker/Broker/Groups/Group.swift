/// The members of one group and what they are about to do. Belongs to the coordinator's thread.
final class Group {
    /// Where a group stands on its way from one generation to the next.
    enum Phase {
        /// Without members.
        case empty
        /// Waits for its members to join.
        case preparing
        /// Waits for its leader to share out the work.
        case completing
        case stable

        /// As Kafka calls it.
        var name: String {
            switch self {
            case .empty: "Empty"
            case .preparing: "PreparingRebalance"
            case .completing: "CompletingRebalance"
            case .stable: "Stable"
            }
        }
    }

    let id: String
    var phase = Phase.empty
    var generation: Int32 = 0
    var protocolType: String?
    var protocolName: String?
    var leader: String?
    var members: [String: Member] = [:]
    /// Which member has the name that its operator gave it.
    var instances: [String: String] = [:]
    /// Ids that were given out and not used yet, and until when they hold.
    var reserved: [String: Int64] = [:]
    /// Whether the group was empty before: then it waits a moment for more members even if all have joined.
    var isGathering = false
    /// When the members that joined go on without the others.
    var joinDeadline: Int64 = .max
    var gatheringLimit: Int64 = .max
    /// Until when members may ask for their share.
    var syncDeadline: Int64 = .max
    /// Since when it has no members, by date; nil if it never had any.
    var emptySince: Int64?
    /// Until when it is remembered although it has neither members nor offsets, by the clock that never goes back.
    var keptUntil: Int64 = .min
    /// What it counts for in the limits of all groups together.
    var counted = (members: 0, bytes: 0)

    init(_ id: String) { self.id = id }

    /// Oldest first.
    var inOrder: [Member] { members.values.sorted { $0.number < $1.number } }

    /// Nobody is in it or about to be.
    var isUnused: Bool { members.isEmpty && reserved.isEmpty }

    var hasAllJoined: Bool { reserved.isEmpty && members.values.allSatisfy { $0.join != nil } }

    /// The longest that any member wants to wait.
    var rebalanceTimeout: Int64 { members.values.map(\.rebalanceTimeout).max() ?? 0 }

    /// What it is to count for: members, those who are about to be included, and what they say and were told.
    var size: (members: Int, bytes: Int) {
        let shares = members.values.reduce(0) { $0 + $1.assignment.count }
        return (members.count + reserved.count, protocolBytes + shares)
    }

    var protocolBytes: Int { members.values.reduce(0) { $0 + $1.byteCount } }

    /// When something happens although nobody asks.
    var deadline: Int64 {
        var next = reserved.values.min() ?? .max
        if isUnused, keptUntil > .min { next = min(next, keptUntil) }
        for member in members.values { next = min(next, member.deadline) }
        if phase == .preparing { next = min(next, joinDeadline) }
        if members.values.contains(where: \.owesSync) { next = min(next, syncDeadline) }
        return next
    }

    /// The protocols that every member speaks, apart from one who is about to speak others.
    func commonProtocols(without absent: String? = nil) -> Set<String>? {
        var common: Set<String>?
        for member in members.values where member.id != absent {
            let names = Set(member.protocols.map(\.name))
            common = common?.intersection(names) ?? names
        }
        return common
    }

    func accepts(
        _ offers: [JoinGroupRequest.Offer],
        of type: String,
        replacing absent: String?
    ) -> Bool {
        guard !type.isEmpty, !offers.isEmpty else { return false }
        guard let common = commonProtocols(without: absent) else { return true }
        return protocolType == type && offers.contains { common.contains($0.name) }
    }

    /// Each member votes for the first of its protocols that all speak. Where votes are equal, the oldest member's
    /// order decides.
    func elected() -> String? {
        let common = commonProtocols() ?? []
        var votes: [String: Int] = [:]
        for member in members.values {
            if let choice = member.protocols.first(where: { common.contains($0.name) }) {
                votes[choice.name, default: 0] += 1
            }
        }
        let most = votes.values.max() ?? 0
        return inOrder.first?.protocols.first { votes[$0.name] == most }?.name
    }

    /// Why somebody does not speak for a member; nil where he does.
    func fault(of member: String, instance: String?) -> ErrorCode? {
        if let instance {
            guard let owner = instances[instance] else { return .unknownMemberID }
            if owner != member { return .fencedInstanceID }
        }
        return members[member] == nil ? .unknownMemberID : nil
    }
}
