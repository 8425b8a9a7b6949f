internal import Logs
internal import Synchronization
private import Workers

/// What became of one append, for the thread that waits for it.
final class Answer: Sendable {
    typealias Outcome = Result<Position, AppendError>

    private let outcome = Mutex<Outcome?>(nil)
    private let given = Semaphore()

    func give(_ outcome: Outcome) {
        self.outcome.withLock { $0 = outcome }
        given.signal()
    }

    func wait() -> Outcome {
        while true {
            given.wait()
            if let outcome = outcome.withLock({ $0 }) { return outcome }
        }
    }
}
