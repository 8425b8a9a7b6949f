internal import Logs
internal import Synchronization

/// What follows from a batch, on its way into the log. Each is appended when the one before it is there: if a later
/// one landed after an earlier one had failed, the last answered input would lie behind an answer that is missing, and
/// nobody would look for that one again. Nobody waits here; whoever wants to know is woken at the end.
final class Replies: Sendable {
    /// How it ended, and how many had landed by then.
    enum Outcome: Sendable {
        case landed
        case failed(AppendError)
        case cancelled
    }

    private struct State {
        var next = 0
        /// Whether the next one goes in its shorter form, because the log did not take it whole.
        var isShort = false
        var isCancelled = false
        var outcome: Outcome?
    }

    private let log: any Log
    private let reactions: [Reaction]
    private let state = Mutex(State())
    private let ended: @Sendable () -> Void

    /// Begins with the first.
    init(_ reactions: [Reaction], to log: any Log, ended: @escaping @Sendable () -> Void) {
        self.log = log
        self.reactions = reactions
        self.ended = ended
        sendNext()
    }

    /// Nil while they are on their way.
    var outcome: Outcome? { state.withLock { $0.outcome } }
    /// How many are in the log for certain.
    var count: Int { state.withLock { $0.next } }

    /// No further one is sent. The one under way may land yet, so the end is waited for like any other.
    func cancel() { state.withLock { $0.isCancelled = true } }

    private func sendNext() {
        let next: (Reaction, isShort: Bool)? = state.withLock { state in
            guard !state.isCancelled else {
                state.outcome = .cancelled
                return nil
            }
            guard state.next < reactions.count else {
                state.outcome = .landed
                return nil
            }
            return (reactions[state.next], state.isShort)
        }
        guard let (reaction, isShort) = next else { return ended() }
        log.append(
            isShort ? reaction.shorter ?? reaction.record : reaction.record,
            to: reaction.topic,
            partition: reaction.partition
        ) { [self] in heard($0, of: reaction) }
    }

    private func heard(_ result: Result<Position, AppendError>, of reaction: Reaction) {
        let goesOn = state.withLock { state in
            switch result {
            case .success:
                state.next += 1
                state.isShort = false
                return true
            case .failure(.refused) where reaction.shorter != nil && !state.isShort:
                state.isShort = true
                return true
            case .failure(let error):
                state.outcome = .failed(error)
                return false
            }
        }
        if goesOn { sendNext() } else { ended() }
    }
}
