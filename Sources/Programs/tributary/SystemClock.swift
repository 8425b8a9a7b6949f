import Bytes
import Engine
import Glibc

/// The machine's own clock and chance.
struct SystemClock: WallClock {
    func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    func randomBits() -> (UInt64, UInt64) {
        var random = SystemRandomNumberGenerator()
        return (random.next(), random.next())
    }
}

extension SystemClock {
    /// Processor and operating system: equal bytes of a trained model are not promised across them.
    static var environment: String {
        var name = utsname()
        guard uname(&name) == 0 else { return "unknown" }
        func text<Bytes>(_ field: Bytes) -> String {
            withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        return "\(text(name.sysname)) \(text(name.release)) \(text(name.machine))"
    }
}
