import Bytes
import Glibc
import Lab
import Logs
import Synchronization

/// Another log, of which a test counts the appends, holds up the readers, or cuts the connection:
/// then nothing arrives any more, as nothing comes from a process that was killed.
final class WatchedLog: PassingLog {
    let inner: any Log
    private let state = Mutex(State())

    private struct State {
        var appends: [String: Int] = [:]
        var isCut = false
        var isHeld = false
        var areStreamsHeld = false
    }

    init(_ log: any Log) { inner = log }

    /// How many records were appended through here, by topic.
    var appends: [String: Int] { state.withLock(\.appends) }
    func cut() { state.withLock { $0.isCut = true } }
    /// While it is held, readers get nothing.
    func hold(_ isHeld: Bool) { state.withLock { $0.isHeld = isHeld } }

    /// While they are held, readers of streams get nothing; those of the platform's own topics do.
    func holdStreams(_ areHeld: Bool) { state.withLock { $0.areStreamsHeld = areHeld } }

    func append(
        _ record: NewRecord,
        to topic: String,
        partition: Int32?,
        _ done: @escaping @Sendable (Result<Position, AppendError>) -> Void
    ) {
        let isCut = state.withLock { state in
            if !state.isCut { state.appends[topic, default: 0] += 1 }
            return state.isCut
        }
        if isCut {
            done(.failure(.notPersisted("The connection was cut on purpose.")))
        } else {
            inner.append(record, to: topic, partition: partition, done)
        }
    }

    func reader() throws(LogError) -> any LogReader { Reader(of: self, try inner.reader()) }

    /// Reads nothing while the log is held.
    private final class Reader: LogReader {
        private let log: WatchedLog
        private let reader: any LogReader
        private let readsStreams = Mutex(false)

        init(of log: WatchedLog, _ reader: any LogReader) {
            self.log = log
            self.reader = reader
        }

        func add(_ partition: Partition, from offset: Offset) throws(LogError) {
            if !partition.topic.hasPrefix("tributary.") { readsStreams.withLock { $0 = true } }
            try reader.add(partition, from: offset)
        }
        func remove(_ partition: Partition) throws(LogError) { try reader.remove(partition) }
        func next(limit: Int, within time: TimeSpan) throws(LogError) -> [RecordBatch] {
            let readsStreams = readsStreams.withLock { $0 }
            guard
                !log.state.withLock({ $0.isHeld || $0.areStreamsHeld && readsStreams })
            else {
                // Whoever is held looks again after this long.
                var pause = timespec(tv_sec: 0, tv_nsec: 5_000_000)
                nanosleep(&pause, nil)
                return []
            }
            // In short waits, so that a hold begins soon.
            return try reader.next(limit: limit, within: min(time, TimeSpan(microseconds: 5_000)))
        }
        func reached(_ partition: Partition) -> Offset? { reader.reached(partition) }
        func wake() { reader.wake() }
        func close() { reader.close() }
    }
}

extension Log {
    /// Every record of a partition that is there now.
    func records(of partition: Partition) throws -> [Record] {
        let bounds = try bounds(of: partition)
        guard !bounds.isEmpty else { return [] }
        let reader = try reader()
        defer { reader.close() }
        try reader.add(partition, from: bounds.lowerBound)
        var records: [Record] = []
        while (records.last?.offset ?? -1) < bounds.upperBound - 1 {
            let batches = try reader.next(limit: 10_000, within: .seconds(1))
            guard !batches.isEmpty else { break }
            records += batches.flatMap(\.records)
        }
        return records
    }
}
