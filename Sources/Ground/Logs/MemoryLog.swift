public import Bytes
private import Glibc

/// A log in memory: for tests, and for whatever may be forgotten. It keeps Kafka's rules: offsets count from 0 in
/// each partition, time is kept to the millisecond, and a topic deleted and created again is another topic.
public final class MemoryLog: Log {
    let shelf: Monitor<Shelf>
    private let answers = Answers()
    private let clock: @Sendable () -> Instant

    /// - Parameter clock: Gives the time to records that bring none.
    public init(clock: @escaping @Sendable () -> Instant = MemoryLog.systemClock) {
        self.clock = clock
        self.shelf = Monitor(Shelf())
    }

    private init(clock: @escaping @Sendable () -> Instant, shelf: sending Shelf) {
        self.clock = clock
        self.shelf = Monitor(shelf)
    }

    deinit { answers.close() }

    public func topics() throws(LogError) -> [TopicSpec] {
        try shelf.withLock { shelf throws(LogError) in
            try shelf.mustBeOpen()
            return shelf.topics.values.map(\.spec).sorted { $0.name < $1.name }
        }
    }

    public func create(_ topic: TopicSpec) throws(LogError) {
        try shelf.withLock { shelf throws(LogError) in try shelf.create(topic) }
    }

    public func delete(topic: String) throws(LogError) {
        try shelf.withLock { shelf throws(LogError) in
            try shelf.mustBeOpen()
            guard shelf.topics.removeValue(forKey: topic) != nil else { throw .unknownTopic(topic) }
        }
        shelf.announceChange()
    }

    public func setStamp(_ stamp: Stamp, of topic: String) throws(LogError) {
        try shelf.withLock { shelf throws(LogError) in
            try shelf.mustBeOpen()
            guard shelf.topics[topic] != nil else { throw .unknownTopic(topic) }
            shelf.topics[topic]?.spec.stamp = stamp
        }
    }

    public func bounds(of partition: Partition) throws(LogError) -> Range<Offset> {
        try shelf.withLock { shelf throws(LogError) in try shelf.reel(of: partition).bounds }
    }

    public func reader() throws(LogError) -> any LogReader {
        try shelf.withLock { shelf throws(LogError) in try shelf.mustBeOpen() }
        return MemoryLogReader(of: self)
    }

    public func append(
        _ record: NewRecord,
        to topic: String,
        partition: Int32?,
        _ done: @escaping @Sendable (Result<Position, AppendError>) -> Void
    ) {
        let now = clock()
        let result = shelf.withLock { shelf in
            shelf.append(record, to: topic, partition: partition, now: now)
        }
        if case .success = result { shelf.announceChange() }
        answers.call { done(result) }
    }

    /// Answers what is under way. The records stay, for `dropping` and for whoever looks at them afterwards.
    public func close() {
        shelf.withLock { $0.isClosed = true }
        shelf.announceChange()
        answers.close()
    }

    public static let systemClock: @Sendable () -> Instant = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}

/// What happens to a log in years, at once.
extension MemoryLog {
    /// Forgets the records before an offset, as retention does.
    public func trim(_ partition: Partition, before offset: Offset) throws(LogError) {
        try shelf.withLock { shelf throws(LogError) in
            let bounds = try shelf.reel(of: partition).bounds
            guard (bounds.lowerBound ... bounds.upperBound).contains(offset) else {
                throw .offsetOutOfRange(Position(partition, offset), available: bounds)
            }
            shelf.topics[partition.topic]?.reels[Int(partition.index)].trim(before: offset)
        }
        shelf.announceChange()
    }

    /// Makes a record one that no reader can read, as broken bytes in the log are.
    public func spoil(_ position: Position) throws(LogError) {
        try change(position) { $0.spoiled.insert(position.offset) }
    }

    /// Makes a record readable again.
    public func mend(_ position: Position) throws(LogError) {
        try change(position) { $0.spoiled.remove(position.offset) }
    }

    private func change(
        _ position: Position,
        _ body: (inout Shelf.Reel) -> Void
    ) throws(LogError) {
        try shelf.withLock { shelf throws(LogError) in
            var reel = try shelf.reel(of: position.partition)
            guard reel.index(of: position.offset) != nil else {
                throw .offsetOutOfRange(position, available: reel.bounds)
            }
            body(&reel)
            shelf.topics[position.partition.topic]?.reels[Int(position.partition.index)] = reel
        }
        shelf.announceChange()
    }

    /// Leaves out offsets before the next record, as control batches and compaction do.
    public func skip(_ count: Int64, in partition: Partition) throws(LogError) {
        precondition(count >= 0, "Offsets never go back.")
        try shelf.withLock { shelf throws(LogError) in
            _ = try shelf.reel(of: partition)
            shelf.topics[partition.topic]?.reels[Int(partition.index)].next += count
        }
        shelf.announceChange()
    }

    /// A copy that lacks one record and is the same otherwise, offsets included.
    public func dropping(_ position: Position) throws(LogError) -> MemoryLog {
        let copy = try shelf.withLock { shelf throws(LogError) -> Shelf in
            let reel = try shelf.reel(of: position.partition)
            guard let index = reel.index(of: position.offset) else {
                throw .offsetOutOfRange(position, available: reel.bounds)
            }
            var copy = shelf
            copy.isClosed = false
            copy.topics[position.partition.topic]?.reels[Int(position.partition.index)].records
                .remove(at: index)
            return copy
        }
        return MemoryLog(clock: clock, shelf: copy)
    }

    /// A copy in which one record is another and its offset the same, as somebody with the files of a broker can make.
    public func changing(
        _ position: Position,
        _ change: (inout Record) -> Void
    ) throws(LogError) -> MemoryLog {
        let copy = try shelf.withLock { shelf throws(LogError) -> Shelf in
            let reel = try shelf.reel(of: position.partition)
            guard let index = reel.index(of: position.offset) else {
                throw .offsetOutOfRange(position, available: reel.bounds)
            }
            var copy = shelf
            copy.isClosed = false
            var record = reel.records[index]
            change(&record)
            copy.topics[position.partition.topic]?.reels[Int(position.partition.index)].records[
                index
            ] = record
            return copy
        }
        return MemoryLog(clock: clock, shelf: copy)
    }
}
