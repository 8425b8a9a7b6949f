/// An instant together with the offset from UTC it was written with, as RFC 3339 has it.
/// The offset is kept because the wall clock of the writer depends on it.
public struct Timestamp: Sendable, Hashable {
    public var instant: Instant
    public var offsetMinutes: Int32

    public init(_ instant: Instant, offsetMinutes: Int32 = 0) {
        self.instant = instant
        self.offsetMinutes = offsetMinutes
    }

    /// Reads `2013-07-05T18:00:00.25-04:00`. Years 0001 to 9999; any number of decimals (RFC 3339, 5.6), of which
    /// six are kept; a leap second (`:60`) is refused, because no instant of ours stands for it.
    public init?(rfc3339 text: RawSpan) {
        var scanner = Scanner()
        guard let year = scanner.number(digits: 4, in: text), scanner.skip("-", in: text), year > 0,
            let month = scanner.number(digits: 2, in: text), scanner.skip("-", in: text),
            (1 ... 12).contains(month),
            let day = scanner.number(digits: 2, in: text),
            (1 ... Calendar.days(inMonth: month, of: year)).contains(day),
            scanner.skip("T", in: text) || scanner.skip("t", in: text)
                || scanner.skip(" ", in: text),
            let hour = scanner.number(digits: 2, in: text), hour < 24, scanner.skip(":", in: text),
            let minute = scanner.number(digits: 2, in: text), minute < 60,
            scanner.skip(":", in: text),
            let second = scanner.number(digits: 2, in: text), second < 60,
            let fraction = scanner.fraction(in: text),
            let offset = scanner.offset(in: text), scanner.isAtEnd(of: text)
        else { return nil }
        let days = Calendar.days(toYear: year, month: month, day: day)
        let seconds =
            Int64(days) * 86_400 + Int64(hour * 3_600 + minute * 60 + second) - Int64(offset) * 60
        self.init(
            Instant(microseconds: seconds * 1_000_000 + Int64(fraction)),
            offsetMinutes: Int32(offset)
        )
    }

    public init?(rfc3339 text: String) {
        self.init(rfc3339: Array(text.utf8).span.bytes)
    }

    /// RFC 3339 with as many decimals as are needed: none, three or six. What lies outside the years 1 to 9999, which it
    /// cannot write, comes out as the nearest that it can.
    public var rfc3339: String { String(decoding: rfc3339Bytes, as: UTF8.self) }

    /// 0001-01-01T00:00:00Z and the last microsecond of 9999.
    private static let earliest: Int64 = -62_135_596_800_000_000
    private static let latest: Int64 = 253_402_300_799_999_999

    var rfc3339Bytes: [UInt8] {
        let offset = Int64(offsetMinutes) * 60_000_000
        let local =
            min(max(instant.microseconds, Self.earliest - offset), Self.latest - offset) + offset
        let (days, time) = local.flooredQuotientAndRemainder(dividingBy: 86_400_000_000)
        let date = Calendar.date(ofDay: Int(days))
        var text: [UInt8] = []
        text.reserveCapacity(32)
        text.appendNumber(date.year, digits: 4)
        text.append(UInt8(ascii: "-"))
        text.appendNumber(date.month, digits: 2)
        text.append(UInt8(ascii: "-"))
        text.appendNumber(date.day, digits: 2)
        text.append(UInt8(ascii: "T"))
        let (seconds, fraction) = (Int(time / 1_000_000), Int(time % 1_000_000))
        text.appendNumber(seconds / 3_600, digits: 2)
        text.append(UInt8(ascii: ":"))
        text.appendNumber(seconds / 60 % 60, digits: 2)
        text.append(UInt8(ascii: ":"))
        text.appendNumber(seconds % 60, digits: 2)
        if fraction != 0 {
            text.append(UInt8(ascii: "."))
            if fraction % 1_000 == 0 {
                text.appendNumber(fraction / 1_000, digits: 3)
            } else {
                text.appendNumber(fraction, digits: 6)
            }
        }
        if offsetMinutes == 0 {
            text.append(UInt8(ascii: "Z"))
        } else {
            text.append(offsetMinutes < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
            text.appendNumber(Int(offsetMinutes.magnitude) / 60, digits: 2)
            text.append(UInt8(ascii: ":"))
            text.appendNumber(Int(offsetMinutes.magnitude) % 60, digits: 2)
        }
        return text
    }
}

extension Instant {
    /// Reads RFC 3339 and forgets the offset.
    public init?(rfc3339 text: String) {
        guard let timestamp = Timestamp(rfc3339: text) else { return nil }
        self = timestamp.instant
    }

    /// RFC 3339 in UTC.
    public var rfc3339: String { Timestamp(self).rfc3339 }
}

extension Instant: CustomStringConvertible {
    public var description: String { rfc3339 }
}

/// The proleptic Gregorian calendar, by Howard Hinnant's day counts ("chrono-Compatible Low-Level Date Algorithms").
package enum Calendar {
    package static func days(toYear year: Int, month: Int, day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    package static func date(ofDay day: Int) -> (year: Int, month: Int, day: Int) {
        let z = day + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * shifted + 2) / 5 + 1
        )
    }

    package static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Walks over the text once; every step says whether it fitted.
private struct Scanner {
    private var position = 0

    func isAtEnd(of text: RawSpan) -> Bool { position == text.byteCount }

    private func next(in text: RawSpan) -> UInt8? {
        position < text.byteCount ? text.unsafeLoad(fromByteOffset: position, as: UInt8.self) : nil
    }

    mutating func skip(_ character: Unicode.Scalar, in text: RawSpan) -> Bool {
        guard next(in: text) == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func digit(in text: RawSpan) -> Int? {
        guard let next = next(in: text), (UInt8(ascii: "0") ... UInt8(ascii: "9")).contains(next)
        else { return nil }
        position += 1
        return Int(next - UInt8(ascii: "0"))
    }

    mutating func number(digits: Int, in text: RawSpan) -> Int? {
        var number = 0
        for _ in 0 ..< digits {
            guard let digit = digit(in: text) else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// Microseconds; 0 where there is no fraction.
    mutating func fraction(in text: RawSpan) -> Int? {
        guard skip(".", in: text) else { return 0 }
        var (fraction, digits) = (0, 0)
        while let digit = digit(in: text) {
            digits += 1
            if digits <= 6 { fraction = fraction * 10 + digit }
        }
        guard digits > 0 else { return nil }
        for _ in min(digits, 6) ..< 6 { fraction *= 10 }
        return fraction
    }

    /// Minutes east of UTC.
    mutating func offset(in text: RawSpan) -> Int? {
        if skip("Z", in: text) || skip("z", in: text) { return 0 }
        let sign: Int
        if skip("+", in: text) {
            sign = 1
        } else if skip("-", in: text) {
            sign = -1
        } else {
            return nil
        }
        guard let hours = number(digits: 2, in: text), hours < 24, skip(":", in: text),
            let minutes = number(digits: 2, in: text), minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}

extension [UInt8] {
    fileprivate mutating func appendNumber(_ number: Int, digits: Int) {
        var divisor = 1
        for _ in 1 ..< digits { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }
}

extension Int64 {
    fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
