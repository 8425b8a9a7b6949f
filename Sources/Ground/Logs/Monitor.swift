private import Glibc

/// A state behind a lock, and a way to wait until it changes. `Mutex` has no wait, so this stands where a thread
/// must sleep until another one has done something.
public final class Monitor<State>: @unchecked Sendable {
    private var state: State
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let change: UnsafeMutablePointer<pthread_cond_t>

    public init(_ state: sending State) {
        self.state = state
        lock = .allocate(capacity: 1)
        change = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        // A monotonic clock, so that a wait does not stretch or shrink when somebody sets the time.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(change, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(change)
        pthread_mutex_destroy(lock)
        lock.deallocate()
        change.deallocate()
    }

    public func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return try body(&state)
    }

    /// Wakes everyone who waits. Called after the change, inside or outside the lock.
    public func announceChange() { pthread_cond_broadcast(change) }

    /// Runs `body` again after each change until it gives a result; nil when the deadline is over first.
    public func wait<Result, Failure: Error>(
        until deadline: Deadline,
        for body: (inout State) throws(Failure) -> Result?
    ) throws(Failure) -> Result? {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while true {
            if let result = try body(&state) { return result }
            if deadline.isOver { return nil }
            deadline.wait(on: change, lock)
        }
    }
}

/// A moment on the monotonic clock up to which something may take.
public struct Deadline: Sendable {
    private let nanoseconds: Int64

    public static let never = Deadline(nanoseconds: .max)

    /// - Parameter microseconds: Counted from now; a negative number is a moment that is over.
    public init(after microseconds: Int64) {
        let span = min(max(microseconds, 0), Int64.max / 4_000) * 1_000
        self.nanoseconds = Deadline.now + span
    }

    private init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public var isOver: Bool { nanoseconds != .max && Deadline.now >= nanoseconds }

    /// Microseconds that are left, rounded up and never negative.
    public var remainingMicroseconds: Int64 {
        nanoseconds == .max ? .max : (max(0, nanoseconds - Deadline.now) + 999) / 1_000
    }

    fileprivate func wait(
        on change: UnsafeMutablePointer<pthread_cond_t>,
        _ lock: UnsafeMutablePointer<pthread_mutex_t>
    ) {
        guard nanoseconds != .max else {
            pthread_cond_wait(change, lock)
            return
        }
        var end = timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000),
            tv_nsec: Int(nanoseconds % 1_000_000_000)
        )
        pthread_cond_timedwait(change, lock, &end)
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

extension Deadline: Comparable {
    public static func < (one: Deadline, other: Deadline) -> Bool {
        one.nanoseconds < other.nanoseconds
    }
}
