private import CWorkers

#if canImport(Glibc)
private import Glibc
#endif

/// A counting semaphore for threads of our own. Never waited on by a task or an event loop.
public final class Semaphore: @unchecked Sendable {
    private let semaphore: UnsafeMutablePointer<sem_t>

    public init(_ count: UInt32 = 0) {
        semaphore = .allocate(capacity: 1)
        sem_init(semaphore, 0, count)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    public func signal() { sem_post(semaphore) }

    public func wait() {
        while sem_wait(semaphore) != 0 {}
    }

    /// False when the time is over. By the monotonic clock: a wall clock that is set must hold nobody up.
    public func wait(atMost time: Duration) -> Bool {
        let (seconds, attoseconds) = time.components
        let nanoseconds = max(0, seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        return tributary_wait(semaphore, nanoseconds) != 0
    }
}
