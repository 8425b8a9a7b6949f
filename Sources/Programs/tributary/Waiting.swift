import Synchronization

/// Says on standard error what is waited for, once that takes long, so that nobody takes it for a hang.
final class Waiting: Sendable {
    /// Nothing goes on for so long before that is said.
    static let patience = Duration.seconds(2)
    /// It is said again after this.
    static let repetition = Duration.seconds(60)

    /// `the server at 127.0.0.1:8080 to train late-arrival`
    private let what: String?
    private let lastMoved = Mutex(ContinuousClock.now)

    private init(for what: String?) { self.what = what }

    /// Does something that may take long.
    /// `what`: Nil where nothing is to be said.
    /// `body`: Gets whom to tell that something went on.
    static func saying<Result>(
        _ what: String?,
        _ body: (Waiting) async throws -> Result
    ) async throws -> Result {
        let waiting = Waiting(for: what)
        // It ends with this function.
        async let _: Void = waiting.look()
        return try await body(waiting)
    }

    func noteProgress() { lastMoved.withLock { $0 = .now } }

    private func look() async {
        guard let what else { return }
        var lastSaid: ContinuousClock.Instant?
        while true {
            let moved = lastMoved.withLock { $0 }
            var due = moved + Self.patience
            if let lastSaid, lastSaid > moved { due = lastSaid + Self.repetition }
            do {
                try await Task.sleep(until: due, clock: .continuous)
            } catch {
                return
            }
            guard lastMoved.withLock({ $0 }) == moved else { continue }
            printError("waiting for \(what)")
            lastSaid = .now
        }
    }
}
