internal import Segments

/// How far a group has come in one partition.
struct CommittedOffset: Sendable, Equatable {
    var offset: Int64
    var leaderEpoch: Int32
    var metadata: String
    /// Milliseconds since 1970.
    var committedAt: Int64
    /// A topic that was deleted and created again is another one.
    var topicID: [UInt8]
}

/// Something that happened to the offsets of a group.
enum OffsetRecord: Sendable, Equatable {
    case committed(group: String, TopicPartition, CommittedOffset)
    case forgotten(group: String, TopicPartition)
    /// Since when the group has no members; `OffsetTable.hasMembers` while it has some.
    case emptied(group: String, since: Int64)
}

/// The offsets of all groups: what the records of the log add up to.
struct OffsetTable: Sendable, Equatable {
    static let hasMembers: Int64 = -1
    /// About what an entry takes in memory besides its text.
    private static let entryBytes = 250

    private(set) var groups: [String: Entry] = [:]
    /// What all of it takes in memory, roughly.
    private(set) var byteCount = 0

    /// The offsets of one group.
    struct Entry: Sendable, Equatable {
        var offsets: [TopicPartition: CommittedOffset] = [:]
        /// Nil if it never had members while it had offsets.
        var emptySince: Int64?
    }

    mutating func apply(_ record: OffsetRecord) {
        switch record {
        case .committed(let group, let partition, let offset):
            let old = groups[group, default: Entry()].offsets.updateValue(offset, forKey: partition)
            byteCount += Self.size(of: group, partition, offset)
            if let old { byteCount -= Self.size(of: group, partition, old) }
        case .forgotten(let group, let partition):
            guard let old = groups[group]?.offsets.removeValue(forKey: partition) else { return }
            byteCount -= Self.size(of: group, partition, old)
            if groups[group]?.offsets.isEmpty ?? false { groups[group] = nil }
        case .emptied(let group, let since):
            groups[group]?.emptySince = since
        }
    }

    /// Records that add up to this table, in an order that does not depend on hashing.
    var records: [OffsetRecord] {
        groups.sorted { $0.key < $1.key }.flatMap { group, entry in
            let offsets = entry.inOrder.map {
                OffsetRecord.committed(group: group, $0.key, $0.value)
            }
            return offsets
                + (entry.emptySince.map { [.emptied(group: group, since: $0)] } ?? [])
        }
    }

    static func size(
        of group: String,
        _ partition: TopicPartition,
        _ offset: CommittedOffset
    ) -> Int {
        entryBytes + group.utf8.count + partition.topic.utf8.count + offset.metadata.utf8.count
    }
}

extension OffsetTable.Entry {
    var inOrder: [(key: TopicPartition, value: CommittedOffset)] {
        offsets.sorted { ($0.key.topic, $0.key.partition) < ($1.key.topic, $1.key.partition) }
    }

    var lastCommit: Int64 { offsets.values.map(\.committedAt).max() ?? 0 }
}
