internal import Bytes
internal import Segments

/// How records stand in the log of offsets. The key names what a record is about, so that of records with one key only
/// the last counts; a value that is absent takes back.
extension OffsetRecord {
    private static let offsetKey: UInt8 = 1
    private static let membersKey: UInt8 = 2
    private static let version: UInt8 = 1

    var key: [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .committed(let group, let partition, _), .forgotten(let group, let partition):
            writer.append(Self.offsetKey)
            writer.appendCounted(group)
            writer.appendCounted(partition.topic)
            writer.append(partition.partition)
        case .emptied(let group, since: _):
            writer.append(Self.membersKey)
            writer.appendCounted(group)
        }
        return writer.bytes
    }

    var value: [UInt8]? {
        var writer = ByteWriter()
        writer.append(Self.version)
        switch self {
        case .committed(_, _, let committed):
            writer.append(committed.offset)
            writer.append(committed.leaderEpoch)
            writer.appendCounted(committed.metadata)
            writer.append(committed.committedAt)
            writer.appendCounted(committed.topicID)
        case .forgotten: return nil
        case .emptied(_, let since): writer.append(since)
        }
        return writer.bytes
    }

    /// Reads what `key` and `value` wrote.
    init(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>?) throws(ByteError) {
        var keys = ByteReader(key)
        var values = value.map { ByteReader($0) }
        if try values?.read(UInt8.self) ?? Self.version != Self.version {
            throw .malformed("a record of a later version", at: 0)
        }
        let kind = try keys.read(UInt8.self)
        let group = try keys.readString()
        switch kind {
        case Self.offsetKey:
            let topic = try keys.readString()
            let partition = TopicPartition(topic, try keys.read(Int32.self))
            guard var reader = values else {
                self = .forgotten(group: group, partition)
                return
            }
            self = .committed(
                group: group,
                partition,
                CommittedOffset(
                    offset: try reader.read(Int64.self),
                    leaderEpoch: try reader.read(Int32.self),
                    metadata: try reader.readString(),
                    committedAt: try reader.read(Int64.self),
                    topicID: Array(try reader.readCounted())
                )
            )
        case Self.membersKey:
            guard var reader = values else { throw .malformed("a group without a value", at: 0) }
            self = .emptied(group: group, since: try reader.read(Int64.self))
        default: throw .malformed("a record of kind \(kind)", at: 0)
        }
    }
}
