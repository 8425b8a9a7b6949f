internal import Bytes
internal import CRdKafka
internal import Logs
private import Synchronization

/// Reads partitions over a client of its own, so that readers may read the same partition, and none waits behind
/// the long fetch of another.
///
/// librdkafka 2.0.2 knows no topic ids: a topic deleted and created again within the moment that its metadata takes
/// to be fetched looks like the old one, unless the offset is out of its range. Whoever must know compares a record,
/// as projections do when they start.
@safe final class KafkaLogReader: LogReader, @unchecked Sendable {
    private let producer: Producer
    private let settings: KafkaLog.Settings
    private let isWoken = Atomic(false)
    private let isLogClosed = Atomic(false)
    /// What `wake` may touch from any thread while the reader's own thread closes.
    private let bell: Mutex<Bell?>
    // The rest belongs to the reader's thread.
    private var intake: Intake?
    private var faults: [LogError] = []

    /// Where `wake` rings.
    @safe private struct Bell: @unchecked Sendable {
        let queue: OpaquePointer
    }

    init(_ producer: Producer, _ settings: KafkaLog.Settings) throws(LogError) {
        self.producer = producer
        self.settings = settings
        let intake = try Intake(producer, settings)
        self.bell = unsafe Mutex(Bell(queue: intake.queue))
        self.intake = intake
    }

    func add(_ partition: Partition, from offset: Offset) throws(LogError) {
        let intake = try open()
        guard !intake.isReading(partition) else {
            throw .refused("\(partition) is being read by this reader already.")
        }
        try producer.find(partition)
        // librdkafka reads negative offsets as names of others, such as the end.
        guard offset >= 0 else {
            faults.append(.offsetOutOfRange(Position(partition, offset), available: 0 ..< 0))
            return
        }
        try intake.start(partition, at: offset)
    }

    func remove(_ partition: Partition) throws(LogError) {
        let intake = try open()
        let count = faults.count
        faults.removeAll { $0.partition == partition }
        if try !intake.stop(partition), faults.count == count {
            throw .refused("\(partition) is not being read by this reader.")
        }
    }

    func next(limit: Int, within time: TimeSpan) throws(LogError) -> [RecordBatch] {
        let intake = try open()
        let deadline = Deadline(after: time.microseconds)
        while true {
            if !faults.isEmpty { throw try locate(faults.removeFirst()) }
            var batches = try intake.take(limit, within: 0, faults: &faults)
            if !batches.isEmpty { return batches }
            _ = try open()
            if intake.listen() { try look(at: intake) }
            try findStalled(in: intake)
            // Between the look above, which takes an older call to wake with it, and the wait below.
            if isWoken.exchange(false, ordering: .acquiring) { return [] }
            guard faults.isEmpty else { continue }
            if deadline.isOver { return [] }
            let left = (deadline.remainingMicroseconds + 999) / 1_000
            let slice = Int32(min(left, Self.longestWaitMilliseconds))
            batches = try intake.take(limit, within: slice, faults: &faults)
            if !batches.isEmpty { return batches }
        }
    }

    func reached(_ partition: Partition) -> Offset? { intake?.reached(partition) }

    func wake() {
        isWoken.store(true, ordering: .releasing)
        bell.withLock { bell in
            if let bell { unsafe rd_kafka_queue_yield(bell.queue) }
        }
    }

    func close() {
        bell.withLock { $0 = nil }
        intake = nil
        faults = []
    }

    deinit { close() }

    /// Makes every later call throw. The client itself ends with `close`, on the reader's own thread.
    func logIsClosing() {
        isLogClosed.store(true, ordering: .releasing)
        wake()
    }

    /// How long one wait in librdkafka takes at most: log lines and errors are heard between.
    private static let longestWaitMilliseconds: Int64 = 100

    private func open() throws(LogError) -> Intake {
        if isLogClosed.load(ordering: .acquiring) { throw .refused("The log is closed.") }
        guard let intake else { throw .refused("The reader is closed.") }
        return intake
    }

    /// librdkafka says in a log line only that a partition is gone, so the brokers are asked.
    private func look(at intake: Intake) throws(LogError) {
        for partition in intake.partitions {
            do throws(LogError) {
                try producer.find(partition)
            } catch .unknownTopic(let name) {
                faults.append(.unknownTopic(name))
                _ = try intake.stop(partition)
            } catch .unknownPartition(let partition) {
                faults.append(.unknownPartition(partition))
                _ = try intake.stop(partition)
            } catch .unreachable {
                // The brokers are away altogether; what is gone will be seen when they are back.
                return
            }
        }
    }

    /// What librdkafka cannot read and does not speak of counts as corrupt. It is asked for by another client whether the
    /// log really goes on for those who read: a transaction may be open.
    private func findStalled(in intake: Intake) throws(LogError) {
        for feed in intake.stalled() {
            let (partition, next) = (feed.partition, feed.next)
            let end: Offset
            do throws(LogError) {
                end = try producer.bounds(of: partition).upperBound
            } catch {
                // Whoever looks after the partition is told of that elsewhere.
                continue
            }
            guard end > next else { continue }
            faults.append(
                .corrupt(
                    Position(partition, next),
                    "Reading \(partition) from \(next) on: nothing that can be read comes, though the log goes to \(end)."
                )
            )
            _ = try intake.stop(partition)
        }
    }

    /// Says what there is instead of an offset that is not there.
    private func locate(_ fault: LogError) throws(LogError) -> LogError {
        guard case .offsetOutOfRange(let position, _) = fault else { return fault }
        do throws(LogError) {
            let bounds = try producer.bounds(of: position.partition)
            return .offsetOutOfRange(position, available: bounds)
        } catch .unreachable(let sentence) {
            faults.insert(fault, at: 0)
            throw .unreachable(sentence)
        }
    }
}

extension LogError {
    fileprivate var partition: Partition? {
        switch self {
        case .offsetOutOfRange(let position, _): position.partition
        case .unknownPartition(let partition): partition
        case .corrupt(let position, _): position.partition
        case .unreachable, .unknownTopic, .topicExists, .refused: nil
        }
    }
}
