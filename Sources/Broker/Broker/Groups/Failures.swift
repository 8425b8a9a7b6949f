internal import Synchronization

/// What went wrong on other threads.
final class Failures: Sendable {
    private let all = Mutex<[String]>([])

    var first: String? { all.withLock { $0.first } }

    func add(_ failure: String) { all.withLock { $0.append(failure) } }
}
