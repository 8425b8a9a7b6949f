internal import Bytes

/// The topics of a log in memory.
struct Shelf: Sendable {
    var topics: [String: Topic] = [:]
    var isClosed = false
    private var topicsEver: UInt64 = 0
    private var keylessEver: Int32 = 0

    /// One topic and its records.
    struct Topic: Sendable {
        var spec: TopicSpec
        /// Tells two topics of one name apart.
        let incarnation: UInt64
        var reels: [Reel]
    }

    /// The records of one partition, in offset order.
    struct Reel: Sendable {
        var records: [Record] = []
        var start: Offset = 0
        var next: Offset = 0
        /// Records that no reader can read.
        var spoiled: Set<Offset> = []

        var bounds: Range<Offset> { start ..< next }

        /// Where the first record at or after an offset stands.
        func place(of offset: Offset) -> Int {
            var (low, high) = (0, records.count)
            while low < high {
                let middle = (low + high) / 2
                if records[middle].offset < offset { low = middle + 1 } else { high = middle }
            }
            return low
        }

        func index(of offset: Offset) -> Int? {
            let place = place(of: offset)
            return place < records.count && records[place].offset == offset ? place : nil
        }

        mutating func trim(before offset: Offset) {
            records.removeFirst(place(of: offset))
            spoiled = spoiled.filter { $0 >= offset }
            start = offset
        }

        /// The records from an offset on, at most so many, up to the first that cannot be read.
        func readable(from offset: Offset, atMost count: Int) -> ArraySlice<Record> {
            let records = records[place(of: offset)...].prefix(count)
            guard !spoiled.isEmpty else { return records }
            return records.prefix { !spoiled.contains($0.offset) }
        }

        /// The first record at or after an offset, if that cannot be read.
        func obstacle(at offset: Offset) -> Offset? {
            let place = place(of: offset)
            guard place < records.count, spoiled.contains(records[place].offset) else { return nil }
            return records[place].offset
        }
    }

    func mustBeOpen() throws(LogError) {
        if isClosed { throw .refused("The log is closed.") }
    }

    func reel(of partition: Partition) throws(LogError) -> Reel {
        try mustBeOpen()
        guard let topic = topics[partition.topic] else { throw .unknownTopic(partition.topic) }
        guard topic.reels.indices.contains(Int(partition.index)) else {
            throw .unknownPartition(partition)
        }
        return topic.reels[Int(partition.index)]
    }

    mutating func create(_ spec: TopicSpec) throws(LogError) {
        try mustBeOpen()
        if let fault = TopicName.fault(in: spec.name) { throw .refused(fault) }
        guard spec.partitions > 0 else {
            throw .refused("Topic \(spec.name) needs at least one partition.")
        }
        guard topics[spec.name] == nil else { throw .topicExists(spec.name) }
        topicsEver += 1
        topics[spec.name] = Topic(
            spec: spec,
            incarnation: topicsEver,
            reels: Array(repeating: Reel(), count: Int(spec.partitions))
        )
    }

    mutating func append(
        _ record: NewRecord,
        to name: String,
        partition: Int32?,
        now: Instant
    ) -> Result<Position, AppendError> {
        guard !isClosed else { return .failure(.notPersisted("The log is closed.")) }
        guard let spec = topics[name]?.spec else {
            return .failure(.notPersisted("There is no topic \(name)."))
        }
        let index = partition ?? choosePartition(for: record.key, among: spec.partitions)
        guard (0 ..< spec.partitions).contains(index) else {
            return .failure(.notPersisted("Topic \(name) has no partition \(index)."))
        }
        guard record.key != nil || spec.retention != .latestPerKey else {
            return .failure(
                .notPersisted("Topic \(name) keeps the latest of each key: a record needs one.")
            )
        }
        guard
            let offset = topics[name]?.reels[Int(index)].append(record, now: now, spec.stamp)
        else {
            preconditionFailure("A topic that was just there is gone under the lock.")
        }
        return .success(Position(Partition(name, index), offset))
    }

    private mutating func choosePartition(for key: [UInt8]?, among partitions: Int32) -> Int32 {
        if let key { return Murmur2.partition(of: key, among: partitions) }
        keylessEver = keylessEver &+ 1
        return Int32(keylessEver.magnitude % partitions.magnitude)
    }
}

extension Shelf.Reel {
    fileprivate mutating func append(
        _ record: NewRecord,
        now: Instant,
        _ stamp: Stamp
    ) -> Offset {
        defer { next += 1 }
        let time = stamp == .log ? now : record.timestamp ?? now
        records.append(
            Record(
                offset: next,
                timestamp: Instant(milliseconds: time.milliseconds),
                key: record.key.map { $0[...] },
                value: record.value.map { $0[...] },
                headers: record.headers,
                isStampedByLog: stamp == .log
            )
        )
        return next
    }
}
