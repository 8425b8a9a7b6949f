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

    /// Waits for the last answer, as long as `goesOn` says so, and returns the first failure.
    public func wait(while goesOn: () -> Bool) -> String? {
        while !done.wait(atMost: .milliseconds(50)) {
            guard goesOn() else { return "not every answer came before the end" }
        }
        return state.withLock { $0.failure }
    }
}
