import Lab
import Logs
import Synchronization

/// Loses appends without a trace, and cannot tell.
final class LosingLog: PassingLog {
    let inner: any Log
    private let left = Mutex(0)

    init(_ log: any Log) { inner = log }

    /// The next appends that are to be lost.
    func lose(_ count: Int) { left.withLock { $0 = count } }

    func append(
        _ record: NewRecord,
        to topic: String,
        partition: Int32?,
        _ done: @escaping @Sendable (Result<Position, AppendError>) -> Void
    ) {
        let isLost = left.withLock { left in
            defer { left = max(0, left - 1) }
            return left > 0
        }
        if isLost {
            done(.failure(.possiblyPersisted("The record was lost on purpose.")))
        } else {
            inner.append(record, to: topic, partition: partition, done)
        }
    }
}
