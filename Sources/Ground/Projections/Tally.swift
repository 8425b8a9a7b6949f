internal import Synchronization
private import Workers

/// Counts answers down and lets one thread wait for the last.
public final class Tally: Sendable {
    private struct State {
        var open: Int
        var failure: String?
    }

    private let state: Mutex<State>
    private let done = Semaphore()

    /// `count`: At least one.
    public init(expecting count: Int) { state = Mutex(State(open: count)) }

    public func count(failure: String? = nil) {
        let isLast = state.withLock { state in
            state.open -= 1
            state.failure = state.failure ?? failure
            return state.open == 0
        }
        if isLast { done.signal() }
    }

    /// Waits for the last answer, and returns the first failure.
    public func wait() -> String? {
        done.wait()
        return state.withLock { $0.failure }
    }
}
