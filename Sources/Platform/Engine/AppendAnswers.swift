public import Logs
internal import Synchronization

/// Gathers what became of the records of one request.
public final class AppendAnswers: Sendable {
    private struct State {
        var open: Int
        var positions: [Position?]
        var failure: AppendError?
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state: Mutex<State>

    public init(expecting count: Int) {
        state = Mutex(State(open: count, positions: Array(repeating: nil, count: count)))
    }

    public func note(_ result: Result<Position, AppendError>, at index: Int) {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            state.open -= 1
            switch result {
            case .success(let position): state.positions[index] = position
            case .failure(let error): state.failure = state.failure ?? error
            }
            guard state.open == 0 else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Waits for the last answer: where each record went, or why not every one is in the log.
    public func all() async throws -> [Position] {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                guard state.open > 0 else { return true }
                state.waiter = continuation
                return false
            }
            if isDone { continuation.resume() }
        }
        return try state.withLock { state in
            let positions = state.positions.compactMap(\.self)
            guard let failure = state.failure else { return positions }
            guard !positions.isEmpty else { throw failure }
            switch failure {
            case .notPersisted(let why), .refused(let why):
                // Of some, "nothing was written" would not be true.
                throw AppendError.possiblyPersisted(
                    "\(positions.count) records are in the log, and the others are not: \(why)"
                )
            case .possiblyPersisted: throw failure
            }
        }
    }
}
