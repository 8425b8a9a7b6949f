public import Bytes
private import Glibc
private import Synchronization

/// Another log, with the faults of a network: what is appended may be lost, doubled or answered late, by chance and
/// by seed. Readers are held up only where that is asked for.
public final class FaultyLog: Log {
    private let log: any Log
    private let answers = Answers()
    fileprivate let state: Mutex<State>

    /// How likely each fault is, from 0 to 1. They are drawn independently of each other, in this order.
    public struct Faults: Sendable, Hashable {
        /// Nothing is appended, and the answer says so.
        public var refusal = 0.0
        /// The record is there twice.
        public var duplicate = 0.0
        /// The record is there, and the answer does not know.
        public var lostAcknowledgement = 0.0
        /// The answer comes late.
        public var delay = 0.0
        /// A late answer comes at most this late.
        public var longestDelay = TimeSpan(microseconds: 20_000)
        /// The log is away, and known to be: appends are refused and questions not answered.
        public var isAway = false
        /// Readers are given nothing, as while the brokers are away.
        public var isSilent = false
        /// Topics that take nothing, as while the brokers of their partitions are away.
        public var awayTopics: Set<String> = []
        /// Topics that we may not write to.
        public var forbiddenTopics: Set<String> = []
        /// Records of more bytes are refused.
        public var longestRecordBytes: Int?
        /// Topics whose appends are answered only when the log is closed.
        public var mutedTopics: Set<String> = []
        /// Whoever asks for topics or bounds is held up for so long, and then there is no answer.
        public var deafness: TimeSpan?

        public init() {}
        public static let none = Faults()
    }

    /// What was done to the appends so far.
    public struct Counts: Sendable, Hashable {
        public var appends = 0
        public var refusals = 0
        public var duplicates = 0
        public var lostAcknowledgements = 0
        public var delays = 0
    }

    fileprivate struct State {
        var faults: Faults
        var counts = Counts()
        var chance: SplitMix64
        var isClosed = false
        /// Appends that are not answered yet.
        var muted: [@Sendable (Result<Position, AppendError>) -> Void] = []
    }

    public init(_ log: any Log, seed: UInt64, faults: Faults = .none) {
        self.log = log
        self.state = Mutex(State(faults: faults, chance: SplitMix64(seed: seed)))
    }

    deinit { answers.close() }

    public var counts: Counts { state.withLock(\.counts) }

    /// The faults from the next append on.
    public func set(_ faults: Faults) { state.withLock { $0.faults = faults } }

    public func append(
        _ record: NewRecord,
        to topic: String,
        partition: Int32?,
        _ done: @escaping @Sendable (Result<Position, AppendError>) -> Void
    ) {
        if let refusal = state.withLock({ $0.faults.refusal(of: record, to: topic) }) {
            answers.call { done(.failure(refusal)) }
            return
        }
        if state.withLock({ $0.mute(topic, done) }) { return }
        let fate = state.withLock { $0.draw() }
        let answer: @Sendable (Result<Position, AppendError>) -> Void = { [answers] result in
            var result = result
            if fate.isLost, case .success = result {
                result = .failure(.possiblyPersisted("The acknowledgement was lost on purpose."))
            }
            guard fate.delay > .seconds(0) else { return done(result) }
            answers.call(after: fate.delay) { [result] in done(result) }
        }
        if fate.isRefused || state.withLock(\.faults.isAway) {
            answers.call { answer(.failure(.notPersisted("The append was refused on purpose."))) }
            return
        }
        log.append(record, to: topic, partition: partition, answer)
        if fate.isDoubled { log.append(record, to: topic, partition: partition) { _ in } }
    }

    public var isReachable: Bool { !state.withLock(\.faults.isAway) && log.isReachable }

    public func topics() throws(LogError) -> [TopicSpec] {
        try answer()
        return try log.topics()
    }
    public func create(_ topic: TopicSpec) throws(LogError) {
        try answer()
        if state.withLock({ $0.faults.forbiddenTopics.contains(topic.name) }) {
            throw .refused("Topic \(topic.name) was forbidden on purpose.")
        }
        try log.create(topic)
    }
    public func delete(topic: String) throws(LogError) {
        try answer()
        try log.delete(topic: topic)
    }
    public func setStamp(_ stamp: Stamp, of topic: String) throws(LogError) {
        try answer()
        try log.setStamp(stamp, of: topic)
    }
    public func bounds(of partition: Partition) throws(LogError) -> Range<Offset> {
        try answer()
        return try log.bounds(of: partition)
    }

    private func answer() throws(LogError) {
        if state.withLock(\.faults.isAway) { throw .unreachable("The log is away on purpose.") }
        guard let time = state.withLock(\.faults.deafness) else { return }
        let end = Deadline(after: time.microseconds)
        // Waits as long as brokers that do not answer are waited for.
        while !end.isOver, state.withLock({ $0.faults.deafness != nil && !$0.isClosed }) {
            usleep(1_000)
        }
        throw .unreachable("The log did not answer on purpose.")
    }

    public func reader() throws(LogError) -> any LogReader {
        FaultyReader(of: self, try log.reader())
    }

    /// Closes the log inside too; answers that were held back come at once.
    public func close() {
        let muted = state.withLock { state in
            state.isClosed = true
            defer { state.muted = [] }
            return state.muted
        }
        for done in muted { done(.failure(.possiblyPersisted("The log was closed before."))) }
        log.close()
        answers.close()
    }
}

/// Reads the log inside, while that is not silent.
private final class FaultyReader: LogReader {
    private let log: FaultyLog
    private let reader: any LogReader

    init(of log: FaultyLog, _ reader: any LogReader) {
        self.log = log
        self.reader = reader
    }

    func add(_ partition: Partition, from offset: Offset) throws(LogError) {
        try reader.add(partition, from: offset)
    }
    func remove(_ partition: Partition) throws(LogError) { try reader.remove(partition) }
    func next(limit: Int, within time: TimeSpan) throws(LogError) -> [RecordBatch] {
        try reader.next(
            limit: log.state.withLock { $0.faults.isSilent || $0.faults.isAway } ? 0 : limit,
            within: time
        )
    }
    func reached(_ partition: Partition) -> Offset? { reader.reached(partition) }
    func wake() { reader.wake() }
    func close() { reader.close() }
}

extension FaultyLog.Faults {
    /// Why a record is not appended whatever chance brings; nil: it may be.
    fileprivate func refusal(of record: NewRecord, to topic: String) -> AppendError? {
        if awayTopics.contains(topic) { return .notPersisted("\(topic) is away on purpose.") }
        if forbiddenTopics.contains(topic) {
            return .refused("\(topic) was forbidden on purpose.")
        }
        if let most = longestRecordBytes, record.byteCount > most {
            return .refused("The record has more than \(most) bytes.")
        }
        return nil
    }
}

extension FaultyLog.State {
    /// Keeps the answer of an append back, if its topic is to be mute.
    fileprivate mutating func mute(
        _ topic: String,
        _ done: @escaping @Sendable (Result<Position, AppendError>) -> Void
    ) -> Bool {
        guard faults.mutedTopics.contains(topic), !isClosed else { return false }
        muted.append(done)
        return true
    }

    /// What becomes of one append.
    fileprivate struct Fate {
        var isRefused = false
        var isDoubled = false
        var isLost = false
        var delay = TimeSpan.seconds(0)
    }

    /// Draws the same number of times whatever comes out, so that a seed gives the same faults after a change of one
    /// probability, where it can.
    fileprivate mutating func draw() -> Fate {
        var fate = Fate()
        fate.isRefused = chance.unit() < faults.refusal
        fate.isDoubled = chance.unit() < faults.duplicate && !fate.isRefused
        fate.isLost = chance.unit() < faults.lostAcknowledgement && !fate.isRefused
        let isLate = chance.unit() < faults.delay
        let share = chance.unit()
        if isLate {
            let longest = Double(faults.longestDelay.microseconds)
            fate.delay = TimeSpan(microseconds: max(1, Int64(longest * share)))
        }
        counts.appends += 1
        counts.refusals += fate.isRefused ? 1 : 0
        counts.duplicates += fate.isDoubled ? 1 : 0
        counts.lostAcknowledgements += fate.isLost ? 1 : 0
        counts.delays += isLate ? 1 : 0
        return fate
    }
}

/// Sebastiano Vigna's SplitMix64: small, and good enough for faults (public domain, prng.di.unimi.it).
struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A number from 0 up to but not 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
