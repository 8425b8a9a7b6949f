internal import Bytes
private import Synchronization

/// Reads a log in memory.
final class MemoryLogReader: LogReader, @unchecked Sendable {
    private let log: MemoryLog
    /// Whether somebody called `wake` since the last `next` came back. All else belongs to the reader's thread.
    private let isWoken = Atomic(false)
    private var feeds: [Feed] = []
    private var isClosed = false

    /// How far one partition was read.
    private struct Feed {
        let partition: Partition
        let incarnation: UInt64
        var next: Offset
    }

    init(of log: MemoryLog) { self.log = log }

    func add(_ partition: Partition, from offset: Offset) throws(LogError) {
        try mustBeOpen()
        guard !feeds.contains(where: { $0.partition == partition }) else {
            throw .refused("\(partition) is being read by this reader already.")
        }
        let incarnation = try log.shelf.withLock { shelf throws(LogError) in
            _ = try shelf.reel(of: partition)
            return shelf.topics[partition.topic]?.incarnation ?? 0
        }
        feeds.append(Feed(partition: partition, incarnation: incarnation, next: offset))
    }

    func remove(_ partition: Partition) throws(LogError) {
        try mustBeOpen()
        guard let index = feeds.firstIndex(where: { $0.partition == partition }) else {
            throw .refused("\(partition) is not being read by this reader.")
        }
        feeds.remove(at: index)
    }

    func next(limit: Int, within time: TimeSpan) throws(LogError) -> [RecordBatch] {
        try mustBeOpen()
        let deadline = Deadline(after: time.microseconds)
        let batches = try log.shelf.wait(until: deadline) {
            (shelf: inout Shelf) throws(LogError) -> [RecordBatch]? in
            try shelf.mustBeOpen()
            let batches = try take(limit, from: shelf)
            if isWoken.exchange(false, ordering: .acquiring) { return batches }
            return batches.isEmpty ? nil : batches
        }
        return batches ?? []
    }

    func reached(_ partition: Partition) -> Offset? {
        feeds.first { $0.partition == partition }?.next
    }

    func wake() {
        isWoken.store(true, ordering: .releasing)
        // Taking the lock first: a reader between its look and its sleep would miss the call.
        log.shelf.withLock { _ in }
        log.shelf.announceChange()
    }

    func close() {
        isClosed = true
        feeds = []
    }

    private func mustBeOpen() throws(LogError) {
        if isClosed { throw .refused("The reader is closed.") }
    }

    /// Throws only when no record was taken, so that nothing taken is lost.
    private func take(_ limit: Int, from shelf: Shelf) throws(LogError) -> [RecordBatch] {
        var (batches, room) = ([RecordBatch](), limit)
        for index in feeds.indices {
            guard room > 0 else { break }
            let feed = feeds[index]
            if let fault = fault(of: feed, in: shelf) {
                guard batches.isEmpty else { continue }
                feeds.remove(at: index)
                throw fault
            }
            let reel = try shelf.reel(of: feed.partition)
            let records = reel.readable(from: feed.next, atMost: room)
            feeds[index].next = records.last.map { $0.offset + 1 } ?? reel.next
            guard !records.isEmpty else { continue }
            batches.append(RecordBatch(feed.partition, Array(records)))
            room -= records.count
        }
        turn(by: batches.count)
        return batches
    }

    /// A busy partition goes to the back, so that it cannot starve the others.
    private func turn(by count: Int) {
        guard count > 0, feeds.count > 1 else { return }
        feeds.append(feeds.removeFirst())
    }

    private func fault(of feed: Feed, in shelf: Shelf) -> LogError? {
        guard let topic = shelf.topics[feed.partition.topic], topic.incarnation == feed.incarnation
        else { return .unknownTopic(feed.partition.topic) }
        let bounds = topic.reels[Int(feed.partition.index)].bounds
        guard (bounds.lowerBound ... bounds.upperBound).contains(feed.next) else {
            return .offsetOutOfRange(Position(feed.partition, feed.next), available: bounds)
        }
        if let offset = topic.reels[Int(feed.partition.index)].obstacle(at: feed.next) {
            return .corrupt(
                Position(feed.partition, feed.next),
                "The record at \(offset) was spoiled on purpose."
            )
        }
        return nil
    }
}
