internal import Logs
internal import Synchronization

/// Outputs on their way into the log, in their order. Nobody waits here; whoever wants to know is told at the end.
final class Flight: Sendable {
    private struct State {
        var open: Int
        var failure: String?
    }

    private let state: Mutex<State>

    /// `records`: At least one.
    init(
        _ records: [(record: NewRecord, output: Partition)],
        to log: any Log,
        ended: @escaping @Sendable () -> Void
    ) {
        state = Mutex(State(open: records.count))
        for (record, output) in records {
            log.append(record, to: output.topic, partition: output.index) { [self] result in
                let isLast = state.withLock { state in
                    if case .failure(let error) = result {
                        state.failure = state.failure ?? "\(error)"
                    }
                    state.open -= 1
                    return state.open == 0
                }
                if isLast { ended() }
            }
        }
    }

    /// Whether it is known of each what became of it.
    var hasEnded: Bool { state.withLock { $0.open == 0 } }
    /// Why not every one is in the log for certain; nil: all are.
    var failure: String? { state.withLock { $0.failure } }
}
