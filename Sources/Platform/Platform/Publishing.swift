internal import Bytes
internal import Events
public import Logs
internal import Projections
internal import Records
internal import Store
internal import Streams
internal import Synchronization
internal import Workers

extension Platform {
    /// Appends records as they came: what does not fit the stream becomes a dead letter, and nothing is dropped.
    /// `values`: One record each, in order.
    /// Returns: Where the last record of each partition went.
    public func publish(_ values: [[UInt8]], to stream: String) async throws -> [Position] {
        guard let entry = try StreamCatalog.View(store).stream(stream) else {
            throw PlatformError.refused(.unknownStream(stream))
        }
        let definition = entry.definition
        let answers = PublicationAnswers(expecting: values.count)
        try await pool.run { [clock, log] in
            // One thread appends one after the other: that keeps their order.
            let keys = Publication.keys(of: values, in: definition, at: clock.now())
            for (key, value) in zip(keys, values) {
                log.append(NewRecord(key: key, value: value), to: definition.topic, partition: nil)
                { answers.note($0) }
            }
        }
        return try await answers.all()
    }
}

/// Gathers what became of the records of one request.
private final class PublicationAnswers: Sendable {
    private struct State {
        var open: Int
        var last: [Partition: Position] = [:]
        var persisted = 0
        var failure: AppendError?
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    init(expecting count: Int) { state = Mutex(State(open: count)) }

    func note(_ result: Result<Position, AppendError>) {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            state.open -= 1
            switch result {
            case .success(let position):
                state.persisted += 1
                let known = state.last[position.partition]?.offset ?? -1
                if position.offset > known { state.last[position.partition] = position }
            case .failure(let error): state.failure = state.failure ?? error
            }
            guard state.open == 0 else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Waits for the last answer: where the last record of each partition went, or why not every record is in the log.
    func all() async throws -> [Position] {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                guard state.open > 0 else { return true }
                state.waiter = continuation
                return false
            }
            if isDone { continuation.resume() }
        }
        return try state.withLock { state in
            guard let failure = state.failure else {
                return state.last.values.sorted { $0.partition < $1.partition }
            }
            guard case .notPersisted(let why) = failure, state.persisted > 0 else { throw failure }
            throw AppendError.possiblyPersisted(
                "only \(state.persisted) of the records got into the log: \(why)"
            )
        }
    }
}
