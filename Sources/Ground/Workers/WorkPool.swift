private import Synchronization

/// A few threads for work that blocks, with a queue that has an end: past it callers are told so at once.
public final class WorkPool: Sendable {
    /// The queue is full, or the pool is closed.
    public struct Busy: Error {}

    private struct State {
        var jobs: [Job] = []
        var isClosed = false
    }

    private struct Job {
        var run: @Sendable () -> Void
        /// Tells whoever waits for it that it will not run.
        var drop: @Sendable () -> Void
    }

    private let state = Mutex(State())
    private let wakeUp: Semaphore
    private let workers = Mutex<[Worker]>([])
    public let queueLimit: Int

    public init(_ name: String, threads: Int = 2, queueLimit: Int = 64) {
        self.queueLimit = queueLimit
        self.wakeUp = Semaphore()
        let started = (0 ..< threads).map { index in
            Worker("\(name)-\(index)") { [self] in work() }
        }
        workers.withLock { $0 = started }
    }

    /// Runs `body` on a thread of the pool. Throws `Busy` where the queue is full.
    public func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let isTaken = state.withLock { state in
                guard !state.isClosed, state.jobs.count < queueLimit else { return false }
                state.jobs.append(
                    Job(
                        run: { continuation.resume(with: Swift.Result { try body() }) },
                        drop: { continuation.resume(throwing: Busy()) }
                    )
                )
                return true
            }
            if isTaken { wakeUp.signal() } else { continuation.resume(throwing: Busy()) }
        }
    }

    /// Jobs that no thread has taken yet.
    public var waitingCount: Int { state.withLock { $0.jobs.count } }

    /// Ends the threads when the jobs under way are done. Those that have not begun are told that they never will.
    public func close() {
        let dropped = state.withLock { state in
            state.isClosed = true
            defer { state.jobs = [] }
            return state.jobs
        }
        for job in dropped { job.drop() }
        let started = workers.withLock { workers in
            defer { workers = [] }
            return workers
        }
        for _ in started { wakeUp.signal() }
        for worker in started { worker.join() }
    }

    private func work() {
        while true {
            wakeUp.wait()
            let job: Job? = state.withLock {
                $0.jobs.isEmpty ? nil : $0.jobs.removeFirst()
            }
            if let job {
                job.run()
            } else if state.withLock({ $0.isClosed }) {
                return
            }
        }
    }
}
