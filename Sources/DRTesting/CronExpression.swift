/// When something recurs: minute, hour, day of the month, month and day of the week, as in
/// crontab(5), or one of the macros `@hourly`, `@daily` (or `@midnight`), `@weekly`, `@monthly` and
/// `@yearly` (or `@annually`). `L`, `W` and `#` are not part of it.
///
/// As there, if day of the month and day of the week are both restricted, either is enough. What
/// happens when clocks are changed stands in <doc:Schedules>.
public struct CronExpression: Equatable, Sendable, CustomStringConvertible {
    /// 9999-12-31: later times have no text.
    private static let lastDay = 2_932_896

    private static let macros = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *",
        "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *",
        "@hourly": "0 * * * *",
    ]

    public let description: String
    private let minutes: CronField
    private let hours: CronField
    private let days: CronField
    private let months: CronField
    private let weekdays: CronField

    /// - Throws: `CronError`, also if no day there is fits the expression.
    public init(_ text: String) throws(CronError) {
        var fields = text.split(whereSeparator: \.isWhitespace)
        description = fields.joined(separator: " ")
        if fields.count == 1, fields[0].first == "@" {
            guard let meaning = Self.macros[fields[0].lowercased()] else {
                throw CronError(
                    "'\(text)' is not known; accepted: "
                        + Self.macros.keys.sorted().joined(separator: ", "))
            }
            fields = meaning.split(separator: " ")
        }
        guard fields.count == 5 else {
            throw CronError(
                "'\(text)' has \(fields.count.counted("field")); expected are 5: minute, hour, "
                    + "day of the month, month, day of the week; or a macro like @daily")
        }
        minutes = try CronField(fields[0], .minute)
        hours = try CronField(fields[1], .hour)
        days = try CronField(fields[2], .day)
        months = try CronField(fields[3], .month)
        weekdays = try CronField(fields[4], .weekday)
        if localTime(after: 0) == nil { throw CronError("'\(text)' names no day that there is") }
    }

    /// The first moment after `time` in UTC, both in microseconds since 1970; `nil` after the year
    /// 9999.
    public func next(after time: UInt64) -> UInt64? { next(after: time, in: .utc) }

    /// The first moment after `time`, both in microseconds since 1970, as the clocks of a zone show
    /// it; `nil` after the year 9999.
    ///
    /// A time that the clocks leave out comes at the moment they jump, and one that they show twice
    /// comes the first time only. An expression for every hour counts the hours that pass instead.
    public func next(after time: UInt64, in zone: TimeZoneRules) -> UInt64? {
        let second = Int(time / 1_000_000)
        let next =
            hours.isEvery ? realTime(after: second, in: zone) : shown(after: second, in: zone)
        return next.flatMap { UInt64(exactly: $0) }.map { $0 * 1_000_000 }
    }

    // MARK: Zones

    /// For certain hours of the day: each of them once a day, whatever the clocks do.
    private func shown(after time: Int, in zone: TimeZoneRules) -> Int? {
        var local = time + zone.offset(atSecond: time)
        while let next = localTime(after: local) {
            let moment = zone.moment(ofLocal: next)
            if moment > time { return moment }
            local = next
        }
        return nil
    }

    /// For every hour: whenever the clocks show a minute that fits, however often they do.
    private func realTime(after time: Int, in zone: TimeZoneRules) -> Int? {
        var (start, passed) = (time, time + zone.offset(atSecond: time))
        guard var next = localTime(after: passed) else { return nil }
        while let change = zone.change(after: start) {
            let moment = next - zone.offset(atSecond: start)
            if moment < change { return moment }
            start = change
            let shown = change + zone.offset(atSecond: change)
            guard shown <= passed || shown > next else { continue }
            passed = shown - 1
            guard let later = localTime(after: passed) else { return nil }
            next = later
        }
        return next - zone.offset(atSecond: start)
    }

    // MARK: The calendar

    /// The first minute after `time` that fits, both in seconds since 1970 as a clock shows them.
    private func localTime(after time: Int) -> Int? {
        let first = time.quotient(by: 60) + 1
        var day = first.quotient(by: 1440)
        var start = first - day * 1440
        let last = min(day + CivilDate.cycle, Self.lastDay)
        while day <= last {
            if recurs(onDay: day), let found = firstMinute(from: start) {
                return (day * 1440 + found) * 60
            }
            (day, start) = (day + 1, 0)
        }
        return nil
    }

    /// - Parameter day: counted from 1970-01-01.
    private func recurs(onDay day: Int) -> Bool {
        let date = CivilDate(number: day)
        guard months.contains(date.month) else { return false }
        let isDay = days.contains(date.day)
        let isWeekday = weekdays.contains(CivilDate.weekday(ofNumber: day))
        return days.isAny || weekdays.isAny ? isDay && isWeekday : isDay || isWeekday
    }

    private func firstMinute(from start: Int) -> Int? {
        (start..<1440).first { hours.contains($0 / 60) && minutes.contains($0 % 60) }
    }
}

/// What is wrong with a cron expression, and what would be accepted.
public struct CronError: Error, Equatable, Sendable, CustomStringConvertible {
    public let message: String

    init(_ message: String) { self.message = message }

    public var description: String { message }
}
