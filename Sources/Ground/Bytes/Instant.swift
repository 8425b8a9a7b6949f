/// A point in time, in microseconds since 1970-01-01T00:00:00Z.
public struct Instant: Sendable, Hashable, Comparable {
    public var microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }
    /// What does not fit is the last there is: Kafka's timestamps may be any number.
    public init(milliseconds: Int64) {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000)
        microseconds = overflow ? (milliseconds > 0 ? .max : .min) : product
    }

    /// Rounded down, as Kafka keeps time.
    public var milliseconds: Int64 {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: 1_000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    public static func < (one: Instant, other: Instant) -> Bool {
        one.microseconds < other.microseconds
    }
    public static func + (instant: Instant, span: TimeSpan) -> Instant {
        Instant(microseconds: instant.microseconds.addingClamped(span.microseconds))
    }
    public static func - (instant: Instant, span: TimeSpan) -> Instant {
        Instant(microseconds: instant.microseconds.subtractingClamped(span.microseconds))
    }

    /// Before every instant that RFC 3339 can write.
    public static let distantPast = Instant(microseconds: .min / 4)
}

/// A length of time in microseconds.
public struct TimeSpan: Sendable, Hashable, Comparable {
    public var microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }
    public static func seconds(_ count: Int64) -> TimeSpan {
        TimeSpan(microseconds: count * 1_000_000)
    }
    public static let day = TimeSpan.seconds(86_400)

    public static func < (one: TimeSpan, other: TimeSpan) -> Bool {
        one.microseconds < other.microseconds
    }

    private static let units: [(suffix: String, microseconds: Int64)] = [
        ("ms", 1_000), ("us", 1), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000),
        ("d", 86_400_000_000),
    ]

    /// Reads `0s`, `30d`, `5m`, `250ms`: a whole number and its unit.
    public init?(_ text: String) {
        guard let unit = Self.units.first(where: { text.hasSuffix($0.suffix) }),
            let count = Int64(text.dropLast(unit.suffix.count)), count >= 0
        else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit.microseconds)
        guard !overflow else { return nil }
        self.microseconds = product
    }
}

extension TimeSpan: CustomStringConvertible {
    /// A whole number of the largest unit that gives one, and reads back as the same span. Days are
    /// counted from two on: one day is `24h`, as people write it of windows, and a week is `7d`.
    public var description: String {
        if microseconds == 0 { return "0s" }
        let fitting = Self.units.filter { unit in
            microseconds % unit.microseconds == 0
                && (unit.suffix != "d" || microseconds.magnitude > Self.day.microseconds.magnitude)
        }
        guard let largest = fitting.max(by: { $0.microseconds < $1.microseconds }) else {
            return "\(microseconds)us"
        }
        return "\(microseconds / largest.microseconds)\(largest.suffix)"
    }
}

extension Int64 {
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }

    fileprivate func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other > 0 ? .min : .max) : difference
    }
}
