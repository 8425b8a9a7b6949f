private import Synchronization

/// Something that will have happened, or will not in time. Made before the cause, awaited after it.
public final class Ticket: Sendable {
    private enum State {
        case pending
        case awaited(CheckedContinuation<Bool, Never>)
        case settled(Bool)
    }

    private let state = Mutex(State.pending)
    let deadline: ContinuousClock.Instant

    init(deadline: ContinuousClock.Instant) { self.deadline = deadline }

    /// True when it happened; false when the time was over or the waiting task was cancelled. For one waiter.
    public func value() async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let settled: Bool? = state.withLock { state in
                    guard case .settled(let happened) = state else {
                        state = .awaited(continuation)
                        return nil
                    }
                    return happened
                }
                if let settled { continuation.resume(returning: settled) }
            }
        } onCancel: {
            settle(false)
        }
    }

    /// The first call counts.
    func settle(_ happened: Bool) {
        let continuation: CheckedContinuation<Bool, Never>? = state.withLock { state in
            switch state {
            case .settled: return nil
            case .pending:
                state = .settled(happened)
                return nil
            case .awaited(let continuation):
                state = .settled(happened)
                return continuation
            }
        }
        continuation?.resume(returning: happened)
    }

    var isSettled: Bool {
        state.withLock { if case .settled = $0 { true } else { false } }
    }
}
