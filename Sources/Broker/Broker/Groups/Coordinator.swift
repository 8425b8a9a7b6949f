internal import Segments

/// Where offsets are kept. Appending is answered by `Coordinator.settled`.
protocol OffsetLog {
    func append(_ records: [OffsetRecord], number: UInt64, at date: Int64)
    /// Whether the log is much longer than what it says.
    func wantsCompaction(of table: OffsetTable) -> Bool
    /// Writes everything anew and lets go of what was before. May wait for the disk.
    func compact(_ table: OffsetTable, at date: Int64)
    /// The topic's id, if it has that partition.
    func topicID(of partition: TopicPartition) -> [UInt8]?
}

/// All groups and their offsets. It belongs to one thread, never waits, and has no clock: what time it is, it is told.
final class Coordinator {
    let settings: Broker.Settings.Groups
    let log: any OffsetLog
    var groups: [String: Group] = [:]
    var table: OffsetTable
    /// What the log says, or will say, of groups with offsets: since when they have no members.
    var noted: [String: Int64]
    /// Which member waits by which request.
    var waiting: [UInt64: (group: String, member: String)] = [:]
    /// Appends under way.
    var appends: [UInt64: Append] = [:]
    /// Of all groups.
    private(set) var memberCount = 0
    private(set) var memberBytes = 0
    /// When `tick` has something to do, at the earliest.
    private(set) var wakeAt: Int64 = 0
    /// Whoever comes now is sent away.
    private(set) var isClosing = false
    private var sweepAt: Int64 = 0
    private var nextNumber: UInt64 = 0
    private let newID: () -> String

    /// Records on their way to the disk, and what to do when they are there or cannot be.
    struct Append {
        var records: [OffsetRecord]
        var done: (ErrorCode) -> Void
    }

    init(
        settings: Broker.Settings.Groups,
        log: any OffsetLog,
        table: OffsetTable,
        newID: @escaping () -> String
    ) {
        self.settings = settings
        self.log = log
        self.table = table
        self.newID = newID
        self.noted = table.groups.compactMapValues(\.emptySince)
    }

    /// Never the same twice.
    func number() -> UInt64 {
        nextNumber += 1
        return nextNumber
    }

    /// An id for a member, which says whose it is.
    func memberID(after name: String) -> String { "\(name.prefix(100))-\(newID())" }

    /// The group, or a new one; nil where there are too many.
    func group(_ id: String, creating: Bool) -> Group? {
        if let group = groups[id] { return group }
        let known = table.groups[id]
        if known == nil {
            guard creating else { return nil }
            if groupCount >= settings.maxGroups { forgetOldestUnused() }
            guard groupCount < settings.maxGroups else { return nil }
        }
        let group = Group(id)
        group.emptySince = known?.emptySince
        groups[id] = group
        return group
    }

    /// How much there is of what is limited.
    struct Counts: Sendable {
        var groups = 0
        var members = 0
        var memberBytes = 0
        var offsetBytes = 0
    }

    var counts: Counts {
        Counts(
            groups: groupCount,
            members: memberCount,
            memberBytes: memberBytes,
            offsetBytes: table.byteCount
        )
    }

    private var groupCount: Int { max(groups.count, table.groups.count) }

    /// Makes room where there are too many groups: what nobody uses and nothing is stored of goes first.
    private func forgetOldestUnused() {
        let unused = groups.values.filter { $0.isUnused && table.groups[$0.id] == nil }
        let oldest = unused.min { ($0.keptUntil, $0.id) < ($1.keptUntil, $1.id) }
        if let oldest { groups[oldest.id] = nil }
    }

    /// Every operation on a group ends here: what is left of it is noted, and when it must be looked at again.
    func settle(_ group: Group, _ now: GroupTime) {
        note(group, now)
        let size = group.size
        memberCount += size.members - group.counted.members
        memberBytes += size.bytes - group.counted.bytes
        group.counted = size
        if group.isUnused, group.keptUntil <= now.ticks {
            // One with offsets needs no time of its own: it goes with them.
            group.keptUntil = .min
            if table.groups[group.id] == nil { return groups[group.id] = nil }
        }
        wakeAt = min(wakeAt, group.deadline)
    }

    /// Does what is due.
    func tick(_ now: GroupTime) {
        guard now.ticks >= wakeAt else { return }
        for group in Array(groups.values) where group.deadline <= now.ticks {
            expire(group, now)
            settle(group, now)
        }
        if now.ticks >= sweepAt {
            sweepAt = now.ticks + settings.sweepMilliseconds
            sweep(now)
        }
        wakeAt = min(sweepAt, groups.values.map(\.deadline).min() ?? .max)
    }

    private func expire(_ group: Group, _ now: GroupTime) {
        group.reserved = group.reserved.filter { $0.value > now.ticks }
        let isLate = group.syncDeadline <= now.ticks
        let dead = group.inOrder.filter { $0.deadline <= now.ticks || isLate && $0.owesSync }
        for member in dead { remove(member, from: group, because: .unknownMemberID) }
        if !dead.isEmpty { membersLeft(group, now) }
        guard group.phase == .preparing else { return }
        if group.joinDeadline <= now.ticks {
            goOn(group, now)
        } else {
            completeIfAllJoined(group, now)
        }
    }

    /// Somebody's connection is gone. Whoever never learned its id cannot come back.
    func forget(_ ticket: UInt64, _ now: GroupTime) {
        guard let place = waiting.removeValue(forKey: ticket), let group = groups[place.group],
            let member = group.members[place.member]
        else { return }
        if member.join?.ticket == ticket { member.join = nil }
        if member.sync?.ticket == ticket { member.sync = nil }
        member.isHeard(at: now.ticks)
        if !member.isKnown {
            remove(member, from: group, because: .unknownMemberID)
            membersLeft(group, now)
        }
        settle(group, now)
    }

    /// Members did not outlive the broker, but they may come back.
    func noteRestart(_ now: GroupTime) {
        for name in noted.filter({ $0.value == OffsetTable.hasMembers }).keys.sorted() {
            noted[name] = now.date
            append([.emptied(group: name, since: now.date)], now) { _ in }
        }
    }

    /// Answers everybody who waits, and from now on makes nobody wait: the broker stops.
    func dismissAll() {
        isClosing = true
        for member in groups.values.flatMap(\.members.values) {
            dismiss(member, because: .notCoordinator)
        }
    }
}
