internal import NIOCore

#if canImport(Glibc)
internal import Glibc
#endif

/// One instant on two clocks, in milliseconds.
struct GroupTime: Sendable, Hashable {
    /// Never goes back; deadlines are on it.
    var ticks: Int64
    /// Since 1970; what is stored is on it.
    var date: Int64

    /// Of the system.
    static func now() -> GroupTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return GroupTime(
            ticks: Int64(NIODeadline.now().uptimeNanoseconds / 1_000_000),
            date: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
        )
    }
}
