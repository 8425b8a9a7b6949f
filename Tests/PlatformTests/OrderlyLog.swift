import Lab
import Logs
import Synchronization

/// Another log, which takes nothing on a topic or takes it later, or creates and changes none, as long as a test says so.
final class OrderlyLog: PassingLog {
    let inner: any Log
    private let state = Mutex(State())

    private struct State {
        var refused: String?
        var refusesTopics = false
        var unanswered: String?
        var held: String?
        var appends: [Append] = []
    }

    private struct Append: Sendable {
        var record: NewRecord
        var topic: String
        var partition: Int32?
        var done: @Sendable (Result<Position, AppendError>) -> Void
    }

    init(_ log: any Log) { inner = log }

    func refuses(_ topic: String) { state.withLock { $0.refused = topic } }
    func refusesTopics(_ refuses: Bool) { state.withLock { $0.refusesTopics = refuses } }
    /// Nobody hears whether the stamp of this topic was set.
    func doesNotStamp(_ topic: String) { state.withLock { $0.unanswered = topic } }
    /// What comes to this topic waits until it is let go.
    func holds(_ topic: String?) { state.withLock { $0.held = topic } }
    var heldCount: Int { state.withLock(\.appends.count) }

    /// Takes what was held, or refuses it.
    func letGo(taking isTaken: Bool = true) {
        let appends = state.withLock { state in
            defer { state.appends = [] }
            return state.appends
        }
        for append in appends {
            guard isTaken else {
                append.done(.failure(.notPersisted("The record was refused on purpose.")))
                continue
            }
            inner.append(append.record, to: append.topic, partition: append.partition, append.done)
        }
    }

    func append(
        _ record: NewRecord,
        to topic: String,
        partition: Int32?,
        _ done: @escaping @Sendable (Result<Position, AppendError>) -> Void
    ) {
        let isHeld = state.withLock { state in
            guard state.held == topic else { return false }
            state.appends.append(
                Append(record: record, topic: topic, partition: partition, done: done)
            )
            return true
        }
        if isHeld { return }
        guard state.withLock({ $0.refused }) != topic else {
            return done(.failure(.notPersisted("The record was refused on purpose.")))
        }
        inner.append(record, to: topic, partition: partition, done)
    }

    func create(_ topic: TopicSpec) throws(LogError) {
        guard !state.withLock({ $0.refusesTopics }) else {
            throw .refused("The topic was refused on purpose.")
        }
        try inner.create(topic)
    }

    func setStamp(_ stamp: Stamp, of topic: String) throws(LogError) {
        guard !state.withLock({ $0.refusesTopics }) else {
            throw .refused("The setting was refused on purpose.")
        }
        guard state.withLock({ $0.unanswered }) != topic else {
            throw .unreachable("The setting was not answered on purpose.")
        }
        try inner.setStamp(stamp, of: topic)
    }
}
