/// When something recurs, in UTC: minute, hour, day of the month, month and day of the week, as in
/// crontab(5). Macros like `@daily`, `L`, `W` and `#` are not part of it.
///
/// As there, if day of the month and day of the week are both restricted, either is enough.
public struct CronExpression: Equatable, Sendable, CustomStringConvertible {
    private static let minute: UInt64 = 60_000_000
    /// After so many days the calendar repeats, days of the week too.
    private static let cycle = 146_097
    /// 9999-12-31: later times have no text.
    private static let lastDay = 2_932_896

    public let description: String
    private let minutes: CronField
    private let hours: CronField
    private let days: CronField
    private let months: CronField
    private let weekdays: CronField

    /// - Throws: `CronError`, also if no day there is fits the expression.
    public init(_ text: String) throws(CronError) {
        let fields = text.split(whereSeparator: \.isWhitespace)
        guard fields.count == 5 else {
            throw CronError(
                "'\(text)' has \(fields.count.counted("field")); expected are 5: minute, hour, "
                    + "day of the month, month, day of the week")
        }
        description = fields.joined(separator: " ")
        minutes = try CronField(fields[0], .minute)
        hours = try CronField(fields[1], .hour)
        days = try CronField(fields[2], .day)
        months = try CronField(fields[3], .month)
        weekdays = try CronField(fields[4], .weekday)
        if next(after: 0) == nil { throw CronError("'\(text)' names no day that there is") }
    }

    /// The first moment after `time`, both in microseconds since 1970; `nil` after the year 9999.
    public func next(after time: UInt64) -> UInt64? {
        let first = time / Self.minute + 1
        var (day, start) = (Int(first / 1440), Int(first % 1440))
        let last = min(day + Self.cycle, Self.lastDay)
        while day <= last {
            if recurs(onDay: day), let found = firstMinute(from: start) {
                return (UInt64(day) * 1440 + UInt64(found)) * Self.minute
            }
            (day, start) = (day + 1, 0)
        }
        return nil
    }

    /// - Parameter day: counted from 1970-01-01, which was a Thursday.
    private func recurs(onDay day: Int) -> Bool {
        let date = Self.date(ofDay: day)
        guard months.contains(date.month) else { return false }
        let isDay = days.contains(date.day)
        let isWeekday = weekdays.contains((day + 4) % 7)
        return days.isAny || weekdays.isAny ? isDay && isWeekday : isDay || isWeekday
    }

    private func firstMinute(from start: Int) -> Int? {
        (start..<1440).first { hours.contains($0 / 60) && minutes.contains($0 % 60) }
    }

    /// Days are counted in eras of 400 years that begin in March, so that the leap day is the last
    /// of its year.
    private static func date(ofDay day: Int) -> (month: Int, day: Int) {
        let dayOfEra = (day + 719_468) % cycle
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        return (march < 10 ? march + 3 : march - 9, dayOfYear - (153 * march + 2) / 5 + 1)
    }
}

/// What is wrong with a cron expression, and what would be accepted.
public struct CronError: Error, Equatable, Sendable, CustomStringConvertible {
    public let message: String

    init(_ message: String) { self.message = message }

    public var description: String { message }
}
