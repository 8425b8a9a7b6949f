import Segments
import Synchronization
import Testing

@testable import Broker

/// What a request was answered with, once it was.
final class Answer<Response: Sendable>: Sendable {
    private let answers = Mutex<[Response]>([])

    var value: Response? { answers.withLock { $0.first } }
    /// More than one would be a fault.
    var count: Int { answers.withLock { $0.count } }

    func give(_ response: Response) { answers.withLock { $0.append(response) } }
}

/// A log of offsets in memory, which is as slow as the test wants.
final class MemoryLog: OffsetLog {
    var topics: [String: (id: [UInt8], partitions: Int32)] = ["work": ([7], 8)]
    var records: [OffsetRecord] = []
    var underWay: [(number: UInt64, records: [OffsetRecord])] = []

    func append(_ records: [OffsetRecord], number: UInt64, at date: Int64) {
        underWay.append((number, records))
    }

    func wantsCompaction(of table: OffsetTable) -> Bool { false }
    func compact(_ table: OffsetTable, at date: Int64) {}

    func topicID(of partition: TopicPartition) -> [UInt8]? {
        guard let topic = topics[partition.topic], 0 ..< topic.partitions ~= partition.partition
        else { return nil }
        return topic.id
    }
}

/// A coordinator without threads, disk and clock.
final class GroupWorld {
    let log = MemoryLog()
    let coordinator: Coordinator
    private(set) var now = GroupTime(ticks: 1_000, date: 1_700_000_000_000)
    private(set) var ticket: UInt64 = 0

    init(
        _ table: OffsetTable = OffsetTable(),
        _ change: (inout Broker.Settings.Groups) -> Void = { _ in }
    ) {
        var settings = Broker.Settings.Groups()
        change(&settings)
        var next = 0
        coordinator = Coordinator(settings: settings, log: log, table: table) {
            next += 1
            return String(next)
        }
    }

    /// Lets time go by, and everything happen that falls due.
    func pass(_ milliseconds: Int64) {
        let end = now.ticks + milliseconds
        while coordinator.wakeAt <= end {
            advance(to: max(coordinator.wakeAt, now.ticks))
            coordinator.tick(now)
            settle()
        }
        advance(to: end)
    }

    private func advance(to ticks: Int64) {
        now.date += ticks - now.ticks
        now.ticks = ticks
    }

    /// The disk has caught up.
    func settle(_ error: ErrorCode = .none) {
        while !log.underWay.isEmpty {
            let (number, records) = log.underWay.removeFirst()
            if error == .none { log.records += records }
            coordinator.settled(number, error, now)
        }
    }

    func caller(version: Int16) -> Caller {
        ticket += 1
        return Caller(ticket: ticket, version: version, client: "client", host: "127.0.0.1")
    }

    func join(
        _ member: String = "",
        instance: String? = nil,
        protocols: [String] = ["range"],
        saying metadata: [UInt8] = [0, 1, 0, 0, 0, 0],
        session: Int32 = 10_000,
        rebalance: Int32 = 5_000,
        group: String = "group",
        version: Int16 = 3
    ) -> Answer<JoinGroupResponse> {
        var request = JoinGroupRequest()
        (request.group, request.member, request.instance) = (group, member, instance)
        request.protocolType = "consumer"
        request.sessionTimeoutMilliseconds = session
        request.rebalanceTimeoutMilliseconds = rebalance
        request.protocols = protocols.map { name in
            var offer = JoinGroupRequest.Offer()
            (offer.name, offer.metadata) = (name, Opaque(metadata))
            return offer
        }
        let answer = Answer<JoinGroupResponse>()
        coordinator.join(request, caller(version: version), now) { answer.give($0) }
        return answer
    }

    func sync(
        _ member: String,
        _ generation: Int32,
        instance: String? = nil,
        assigning shares: [String: [UInt8]] = [:],
        protocolName: String? = nil
    ) -> Answer<SyncGroupResponse> {
        var request = SyncGroupRequest()
        (request.group, request.member, request.generation) = ("group", member, generation)
        (request.instance, request.protocolName) = (instance, protocolName)
        request.assignments = shares.map { member, share in
            var assignment = SyncGroupRequest.Assignment()
            (assignment.member, assignment.assignment) = (member, Opaque(share))
            return assignment
        }
        let answer = Answer<SyncGroupResponse>()
        coordinator.sync(request, caller(version: 5), now) { answer.give($0) }
        return answer
    }

    func heartbeat(_ member: String, _ generation: Int32, instance: String? = nil) -> ErrorCode? {
        var request = HeartbeatRequest()
        (request.group, request.member, request.generation) = ("group", member, generation)
        request.instance = instance
        return ErrorCode(rawValue: coordinator.heartbeat(request, now).error)
    }

    func leave(_ member: String, instance: String? = nil) -> ErrorCode? {
        var leaving = LeaveGroupRequest.Member()
        (leaving.id, leaving.instance) = (member, instance)
        var request = LeaveGroupRequest()
        (request.group, request.members) = ("group", [leaving])
        let response = coordinator.leave(request, version: 3, now)
        return ErrorCode(rawValue: response.members.first?.error ?? -1)
    }

    func commit(
        _ offset: Int64,
        _ partition: Int32 = 0,
        of topic: String = "work",
        by member: String = "",
        _ generation: Int32 = -1,
        metadata: String? = nil
    ) -> Answer<OffsetCommitResponse> {
        var (request, asked, part) = (
            OffsetCommitRequest(), OffsetCommitRequest.Topic(), OffsetCommitRequest.Partition()
        )
        (part.index, part.offset, part.metadata) = (partition, offset, metadata)
        (asked.name, asked.partitions) = (topic, [part])
        (request.group, request.member, request.generation) = ("group", member, generation)
        request.topics = [asked]
        let answer = Answer<OffsetCommitResponse>()
        coordinator.commit(request, now) { answer.give($0) }
        return answer
    }

    /// Every offset of the group that can be had.
    var offsets: [TopicPartition: Int64] {
        var (request, group) = (OffsetFetchRequest(), OffsetFetchRequest.Group())
        (group.id, group.topics) = ("group", nil)
        request.groups = [group]
        var found: [TopicPartition: Int64] = [:]
        for topic in coordinator.fetchOffsets(request, version: 9).groups[0].topics {
            for part in topic.partitions {
                found[TopicPartition(topic.name, part.index)] = part.offset
            }
        }
        return found
    }

    var state: DescribeGroupsResponse.Group {
        var request = DescribeGroupsRequest()
        request.groups = ["group"]
        return coordinator.describe(request).groups[0]
    }

    /// Members with a share each, in the order given, the first the leader.
    func stable(instances: [String?]) throws -> [JoinGroupResponse] {
        let joins = instances.map { join(instance: $0, version: 3) }
        pass(1_000)
        let members = try joins.map { try #require($0.value) }
        let shares = Dictionary(
            uniqueKeysWithValues: members.enumerated().map { ($1.member, [UInt8($0)]) }
        )
        let syncs = members.map { sync($0.member, $0.generation, assigning: shares) }
        #expect(syncs.map { $0.value?.assignment.bytes } == members.indices.map { [UInt8($0)] })
        #expect(state.state == "Stable")
        return members
    }
}

extension Answer where Response == JoinGroupResponse {
    var error: ErrorCode? { value.flatMap { ErrorCode(rawValue: $0.error) } }
}

extension Answer where Response == SyncGroupResponse {
    var error: ErrorCode? { value.flatMap { ErrorCode(rawValue: $0.error) } }
}

extension Answer where Response == OffsetCommitResponse {
    var error: ErrorCode? {
        value.flatMap { ErrorCode(rawValue: $0.topics[0].partitions[0].error) }
    }
}
