import Lab
import Logs
import Synchronization

/// Another log as a process sees it that dies: after so many appends to a topic nothing is taken or answered any more.
final class DyingLog: PassingLog {
    let inner: any Log
    private let topic: String
    private let left: Mutex<Int>

    init(_ log: any Log, after count: Int, of topic: String) {
        inner = log
        self.topic = topic
        left = Mutex(count)
    }

    var isDead: Bool { left.withLock { $0 < 0 } }

    func append(
        _ record: NewRecord,
        to topic: String,
        partition: Int32?,
        _ done: @escaping @Sendable (Result<Position, AppendError>) -> Void
    ) {
        let isTaken = left.withLock { left in
            if topic == self.topic { left -= 1 }
            return left >= 0
        }
        if isTaken { inner.append(record, to: topic, partition: partition, done) }
    }
}
