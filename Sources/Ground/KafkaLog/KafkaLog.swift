public import Logs
private import Synchronization
internal import Workers

/// A log in Kafka, over librdkafka. It keeps one client for writing and asking, and one for each reader; nothing is
/// started or connected when it is made without need, and no call fails because the brokers are not up yet except
/// by its own time-out.
///
/// A success without a known offset has -1 in its position: the record is in the log, and a broker that had it
/// already did not say where.
public final class KafkaLog: Log {
    private let settings: Settings
    private let connection: Connection
    private let state: Mutex<State>

    private struct State {
        var producer: Producer?
        /// One for each producer there has been: more than one only after fatal errors.
        var workers: [Worker] = []
        var isClosed = false
        /// Asks every second or two whether a broker answers.
        var watch: Worker?
        var readers: [WeakReader] = []
    }

    private struct WeakReader: Sendable {
        weak var reader: KafkaLogReader?
    }

    /// - Parameters:
    ///   - settings: Where the brokers are, and how to speak with them.
    ///   - log: Gets what librdkafka has to say, a line a call, on any thread.
    /// - Throws: `refused` for settings that librdkafka does not take. That brokers are away is no error yet.
    public init(
        _ settings: Settings,
        log: @escaping @Sendable (String) -> Void
    ) throws(LogError) {
        self.settings = settings
        self.connection = Connection(settings.bootstrapServers, log: log)
        self.state = Mutex(State())
        try startProducer()
        let watch = Worker("kafka-watch") { [connection, weak self] in
            while !connection.isOver {
                // Held only while it is asked: whoever lets go of the log ends it.
                self?.state.withLock(\.producer)?.knock()
                connection.sleep()
            }
        }
        state.withLock { $0.watch = watch }
    }

    deinit { close() }

    /// Whether a broker answered last time, as far as is known. A log that has had nothing to do for a while finds
    /// out within a second or so.
    public var isConnected: Bool { connection.isUp }
    public var isReachable: Bool { connection.isUp }

    public func topics() throws(LogError) -> [TopicSpec] { try producer().topics() }
    public func create(_ topic: TopicSpec) throws(LogError) { try producer().create(topic) }
    public func delete(topic: String) throws(LogError) { try producer().delete(topic) }
    public func setStamp(_ stamp: Stamp, of topic: String) throws(LogError) {
        try producer().setStamp(stamp, of: topic)
    }
    public func bounds(of partition: Partition) throws(LogError) -> Range<Offset> {
        try producer().bounds(of: partition)
    }

    public func reader() throws(LogError) -> any LogReader { try reader(settings) }

    public func probe() throws(LogError) -> any LogReader {
        var settings = settings
        // A fetch that waits at the end of a partition would hold up the question after it.
        settings.fetchWaitMilliseconds = 5
        settings.fetchBytes = 64 << 10
        return try reader(settings)
    }

    private func reader(_ settings: Settings) throws(LogError) -> any LogReader {
        let reader = try KafkaLogReader(producer(), settings)
        let isOpen = state.withLock { state in
            state.readers.removeAll { $0.reader == nil }
            state.readers.append(WeakReader(reader: reader))
            return state.producer != nil
        }
        if !isOpen { reader.logIsClosing() }
        return reader
    }

    /// Waits only while more is under way than the settings allow. After `close` it answers on the calling thread.
    public func append(
        _ record: NewRecord,
        to topic: String,
        partition: Int32?,
        _ done: @escaping @Sendable (Result<Position, AppendError>) -> Void
    ) {
        guard let producer = state.withLock(\.producer) else {
            return done(.failure(.notPersisted("The log is closed.")))
        }
        producer.append(record, to: topic, partition: partition, done)
    }

    /// Readers throw from now on; each ends its own client when it is closed.
    public func close() {
        let old = state.withLock { state in
            defer {
                state = State()
                state.isClosed = true
            }
            return state
        }
        for reader in old.readers { reader.reader?.logIsClosing() }
        connection.end()
        guard let producer = old.producer else { return }
        producer.end()
        // A callback that closes its log is on the very thread that would be waited for.
        if !producer.isOnDeliveryThread {
            for worker in old.workers { worker.join() }
            if !connection.isOnWatch { old.watch?.join() }
        }
    }

    private func startProducer() throws(LogError) {
        let producer = try Producer(settings, connection) { [weak self] broken in
            self?.replace(broken)
        }
        state.withLock { state in
            guard !state.isClosed else { return }
            state.producer = producer
            state.workers.append(Worker("kafka-log") { producer.deliver() })
        }
    }

    /// Runs on the delivery thread of the broken one, which ends by itself when it has answered everything.
    private func replace(_ broken: Producer) {
        do throws(LogError) {
            try startProducer()
        } catch {
            connection.log("No Kafka client could be made in place of a broken one: \(error)")
        }
    }

    func producer() throws(LogError) -> Producer {
        guard let producer = state.withLock(\.producer) else {
            throw .refused("The log is closed.")
        }
        return producer
    }
}
