import Bytes
import Engine
import Foundation
import Glibc

/// Durations in microseconds, and what is said of them.
struct Latencies {
    private var microseconds: [Double] = []

    mutating func add(_ duration: Duration) { microseconds.append(duration / .microseconds(1)) }

    func percentile(_ share: Double) -> Double {
        let sorted = microseconds.sorted()
        return sorted.isEmpty
            ? .nan : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }

    /// `| name | count | p50 | p99 |`, in microseconds.
    func row(_ name: String) -> String {
        "| \(name) | \(microseconds.count) | \(Int(percentile(0.5))) | \(Int(percentile(0.99))) |"
    }
}

/// The time that `body` takes.
func timed(_ body: () throws -> Void) rethrows -> Duration {
    let start = ContinuousClock.now
    try body()
    return .now - start
}

/// `1234567` as `1,234,567`.
func grouped(_ number: Double) -> String {
    var digits = String(Int(number.rounded()))
    var index = digits.count - 3
    while index > 0 {
        digits.insert(",", at: digits.index(digits.startIndex, offsetBy: index))
        index -= 3
    }
    return digits
}

/// A fresh folder, removed when `body` has ended.
func withFolder<Result>(
    in place: Place,
    _ body: (String) async throws -> Result
) async throws -> Result {
    let path = try freshFolder(in: place)
    defer { removeTree(path) }
    return try await body(path)
}

func freshFolder(in place: Place) throws -> String {
    var template = Array("\(place.folder)/.tributary-bench-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
        throw Trouble("no folder can be made in \(place.folder)")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

func removeTree(_ path: String) {
    do {
        try FileManager.default.removeItem(atPath: path)
    } catch {
        print("\(path) was not removed: \(error)")
    }
}

struct Trouble: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}

/// The machine's own clock and chance.
struct BenchClock: WallClock {
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
