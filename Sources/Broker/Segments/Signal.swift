private import Glibc

/// Wakes one waiting thread. A signal given while nobody waits is kept, so none is lost.
final class Signal: @unchecked Sendable {
    // Both live as long as this object and are touched only through pthread, which locks.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var isGiven = false

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func give() {
        pthread_mutex_lock(mutex)
        isGiven = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Returns when the signal was given, and takes it.
    func wait() {
        pthread_mutex_lock(mutex)
        while !isGiven { pthread_cond_wait(condition, mutex) }
        isGiven = false
        pthread_mutex_unlock(mutex)
    }

    /// Returns when the signal was given or `Clock.ticks()` reaches `deadline`.
    func wait(until deadline: Int64) {
        var time = timespec(
            tv_sec: Int(deadline / 1_000),
            tv_nsec: Int(deadline % 1_000) * 1_000_000
        )
        pthread_mutex_lock(mutex)
        while !isGiven, pthread_cond_timedwait(condition, mutex, &time) == 0 {}
        isGiven = false
        pthread_mutex_unlock(mutex)
    }
}

/// The two clocks of the system, in milliseconds.
enum Clock {
    /// Since 1970; it may be set back.
    static func now() -> Int64 { milliseconds(of: CLOCK_REALTIME) }
    /// Since the machine started; it never goes back.
    static func ticks() -> Int64 { milliseconds(of: CLOCK_MONOTONIC) }

    private static func milliseconds(of clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
