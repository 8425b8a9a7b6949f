import Glibc
import Logs
import Synchronization
import Workers

/// Looks on while a file is published: says what it waits for when nothing goes on, and what was appended when somebody
/// ends it with Ctrl-C.
final class PublishWatch: Sendable {
    /// Nothing goes on for so long before that is said.
    private static let patience = Waiting.patience
    /// It is said again after this.
    private static let repetition = Waiting.repetition

    fileprivate struct State {
        var appended: Int64 = 0
        /// The server folds what was appended.
        var isFolding = false
        var lastMoved = ContinuousClock.now
        var lastSaid: ContinuousClock.Instant?
    }

    private let file: String
    private let topic: String
    private let kafka: String
    private let log: any Log
    private let state = Mutex(State())
    private let end = Semaphore()
    private let worker = Mutex<Worker?>(nil)
    /// Somebody has pressed Ctrl-C.
    private static let isInterrupted = Atomic(false)

    init(_ file: String, topic: String, kafka: String, log: any Log) {
        self.file = file
        self.topic = topic
        self.kafka = kafka
        self.log = log
    }

    /// Begins to look on. It must be stopped.
    func start() {
        // What a signal does must be made before it comes.
        Self.isInterrupted.store(false, ordering: .relaxed)
        signal(SIGINT) { _ in PublishWatch.isInterrupted.store(true, ordering: .relaxed) }
        let worker = Worker("publish-watch") { [self] in
            while !end.wait(atMost: .milliseconds(100)) { look() }
        }
        self.worker.withLock { $0 = worker }
    }

    /// From here on Ctrl-C ends the process as it does others.
    func stop() {
        end.signal()
        worker.withLock { $0 }?.join()
        signal(SIGINT, SIG_DFL)
    }

    func noteAppended() {
        state.withLock {
            $0.appended += 1
            $0.move()
        }
    }

    /// The server has folded more, or begins to.
    func noteFolding() {
        state.withLock {
            $0.isFolding = true
            $0.move()
        }
    }

    func noteSending() {
        state.withLock {
            $0.isFolding = false
            $0.move()
        }
    }

    /// What is true whatever happens now.
    var sentence: String {
        "\(counted(state.withLock { $0.appended }, "record")) of \(file) arrived in \(topic) so far"
    }

    private func look() {
        if Self.isInterrupted.load(ordering: .relaxed) { interrupt() }
        let isFolding: Bool? = state.withLock { state in
            guard .now - state.lastMoved >= Self.patience,
                state.lastSaid.map({ .now - $0 >= Self.repetition }) ?? true
            else { return nil }
            state.lastSaid = .now
            return state.isFolding
        }
        guard let isFolding else { return }
        let reason =
            isFolding
            ? "the server to fold them"
            : log.isReachable
                ? "Kafka at \(kafka) to take more: see tributary status"
                : "Kafka at \(kafka), which does not answer"
        printError(
            "waiting for \(reason). \(sentence). It goes on by itself; Ctrl-C ends it, and the same command goes on later"
        )
    }

    private func interrupt() -> Never {
        printError(
            "outcome unknown: ended by Ctrl-C. \(sentence). Run the same command again: it goes on behind what arrived"
        )
        Tributary.exit(withStatus: 4)
    }
}

extension PublishWatch {
    /// Says with a failure of the server what had been appended by then.
    func telling<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch Failure.noServer(let why) {
            throw Failure.noServer("\(why). \(sentence): run the same command again")
        } catch Failure.outcomeUnknown(let why) {
            throw Failure.outcomeUnknown("\(why). \(sentence): run the same command again")
        }
    }
}

extension PublishWatch.State {
    fileprivate mutating func move() {
        lastMoved = .now
        lastSaid = nil
    }
}
