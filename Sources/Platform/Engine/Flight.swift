internal import Logs
internal import Synchronization

/// Outputs on their way into the log, in their order. Nobody waits here; whoever wants to know is told at the end.
final class Flight: Sendable {
    struct Item {
        var record: NewRecord
        /// What is sent where the log does not take that.
        var shorter: NewRecord?
        var output: Partition
        var input: Position
    }

    private struct State {
        var open: Int
        var failures: [(input: Position, error: AppendError)] = []
    }

    private let state: Mutex<State>
    private let log: any Log
    private let ended: @Sendable () -> Void

    /// `items`: At least one.
    init(_ items: [Item], to log: any Log, ended: @escaping @Sendable () -> Void) {
        state = Mutex(State(open: items.count))
        self.log = log
        self.ended = ended
        for item in items { send(item) }
    }

    private func send(_ item: Item) {
        log.append(item.record, to: item.output.topic, partition: item.output.index) {
            [self] result in
            if case .failure(.refused) = result, let shorter = item.shorter {
                var item = item
                (item.record, item.shorter) = (shorter, nil)
                return send(item)
            }
            let isLast = state.withLock { state in
                if case .failure(let error) = result { state.failures.append((item.input, error)) }
                state.open -= 1
                return state.open == 0
            }
            if isLast { ended() }
        }
    }

    /// Whether it is known of each what became of it.
    var hasEnded: Bool { state.withLock { $0.open == 0 } }
    /// Of those that are not in the log for certain.
    var failures: [(input: Position, error: AppendError)] { state.withLock { $0.failures } }
}
