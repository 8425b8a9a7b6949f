internal import Synchronization

/// Lets commands for one subject through one at a time, in the order they came; others do not wait for them.
final class SubjectQueue: Sendable {
    /// Who waits, by subject; an empty list where somebody is inside and nobody waits.
    let waiting = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

    func run<Result: Sendable>(
        _ subject: String,
        _ body: () async throws -> Result
    ) async throws -> Result {
        await enter(subject)
        defer { leave(subject) }
        return try await body()
    }

    private func enter(_ subject: String) async {
        await withCheckedContinuation { continuation in
            let isFirst = waiting.withLock { waiting in
                guard waiting[subject] != nil else {
                    waiting[subject] = []
                    return true
                }
                waiting[subject]?.append(continuation)
                return false
            }
            if isFirst { continuation.resume() }
        }
    }

    private func leave(_ subject: String) {
        let next: CheckedContinuation<Void, Never>? = waiting.withLock { waiting in
            guard let queue = waiting[subject], let next = queue.first else {
                waiting[subject] = nil
                return nil
            }
            waiting[subject] = Array(queue.dropFirst())
            return next
        }
        next?.resume()
    }
}
