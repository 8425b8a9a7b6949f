internal import Bytes

/// What a clock and a calendar show at an instant, somewhere.
struct WallClock {
    /// Since 1970-01-01.
    private let day: Int
    /// Since midnight.
    private let microseconds: Int64

    /// `offsetMinutes`: how far east of UTC the clock hangs. No zone tables are asked.
    init(_ instant: Instant, offsetMinutes: Int32) {
        let length: Int64 = 86_400_000_000
        let days = Conversions.floorDivide(instant.microseconds, by: length)
        // Wrapping, because the start of the first day of all lies before `Int64.min`. The offset is
        // added to the time of day, which is small, so that nothing else can overflow.
        let timeInUTC = instant.microseconds &- days &* length
        let time = timeInUTC + Int64(offsetMinutes) * 60_000_000
        let shift = Conversions.floorDivide(time, by: length)
        day = Int(days + shift)
        microseconds = time - shift * length
    }

    private var date: (year: Int, month: Int, day: Int) { Calendar.date(ofDay: day) }

    /// 1970-01-01 was a Thursday.
    private var dayOfWeek: Int { ((day + 4) % 7 + 7) % 7 }

    private var dayOfYear: Int { day - Calendar.days(toYear: date.year, month: 1, day: 1) }

    /// By the names and with the counting of CEL's specification.
    static let readings: [(name: String, read: @Sendable (WallClock) -> Int)] = [
        ("getFullYear", { $0.date.year }),
        ("getMonth", { $0.date.month - 1 }),
        ("getDate", { $0.date.day }),
        ("getDayOfMonth", { $0.date.day - 1 }),
        ("getDayOfWeek", { $0.dayOfWeek }),
        ("getDayOfYear", { $0.dayOfYear }),
        ("getHours", { Int($0.microseconds / 3_600_000_000) }),
        ("getMinutes", { Int($0.microseconds / 60_000_000 % 60) }),
        ("getSeconds", { Int($0.microseconds / 1_000_000 % 60) }),
        ("getMilliseconds", { Int($0.microseconds / 1_000 % 1_000) }),
    ]
}
