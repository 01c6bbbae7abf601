internal import Projections

/// A stretch of time that a report is about: from its start, up to but not with its end.
///
/// Days, weeks, months, quarters and years are those of UTC. A week is one of ISO 8601: it begins
/// on a Monday, and its year is that of its Thursday.
public struct Period: Equatable, Sendable {
    /// What a report of it is called. Quarters and years are periods of one's own choice.
    public enum Kind: String, CaseIterable, Sendable {
        case daily, weekly, monthly, custom, incident
    }

    static let day: UInt64 = 86_400_000_000
    /// The end of 9998, after which years soon have more than four digits. Later moments count as
    /// this one.
    private static let latest: UInt64 = 253_370_764_799_999_999

    public let kind: Kind
    /// Microseconds since 1970.
    public let start: UInt64
    public let end: UInt64
    /// For example `2026-W47`, `2026-11`, `2026-Q4`, or `2026-11-16 to 2026-11-29`.
    public let name: String

    init(kind: Kind, start: UInt64, end: UInt64, name: String) {
        (self.kind, self.start, self.end, self.name) = (kind, start, end, name)
    }

    /// From one moment to another, as whoever wants it calls it: his weeks may begin on any day.
    /// What begins and ends as a day, a week or a month does is called by its name.
    public init?(_ kind: Kind, from start: UInt64, to end: UInt64) {
        if start >= end { return nil }
        if [.daily, .weekly, .monthly].contains(kind) {
            let whole = Period(kind, containing: start)
            if (whole.start, whole.end) == (start, end) {
                self = whole
                return
            }
        }
        let name = "\(RFC3339.text(start)) to \(RFC3339.text(end))"
        self.init(kind: kind, start: start, end: end, name: name)
    }

    /// The day, week or month that a moment lies in; the day if it is to be of another kind.
    public init(_ kind: Kind, containing time: UInt64) {
        let time = min(time, Self.latest)
        let midnight = time - time % Self.day
        switch kind {
        case .daily, .custom, .incident:
            self.init(
                kind: .daily, start: midnight, end: midnight + Self.day,
                name: String(RFC3339.text(time).prefix(10)))
        case .weekly: self = Self.week(of: midnight / Self.day)
        case .monthly: self = Self.months(1, from: Self.firstOfMonth(time))
        }
    }

    /// The quarter of a year that a moment lies in.
    public static func quarter(containing time: UInt64) -> Period {
        let (year, month) = firstOfMonth(min(time, latest))
        return months(3, from: (year, (month - 1) / 3 * 3 + 1))
    }

    /// The year that a moment lies in.
    public static func year(containing time: UInt64) -> Period {
        months(12, from: (firstOfMonth(min(time, latest)).year, 1))
    }

    public func contains(_ time: UInt64) -> Bool { start <= time && time < end }

    // MARK: The calendar

    private static func firstOfMonth(_ time: UInt64) -> (year: Int, month: Int) {
        let text = RFC3339.text(time)
        return (Int(text.prefix(4)) ?? 1970, Int(text.dropFirst(5).prefix(2)) ?? 1)
    }

    /// - Parameter count: 1, 3 or 12, from a month that begins so many.
    static func months(_ count: Int, from first: (year: Int, month: Int)) -> Period {
        let next = first.month + count
        let start = moment(first.year, first.month)
        let end = next > 12 ? moment(first.year + 1, next - 12) : moment(first.year, next)
        let name =
            switch count {
            case 1: "\(first.year)-\(digits(first.month))"
            case 3: "\(first.year)-Q\((first.month + 2) / 3)"
            default: "\(first.year)"
            }
        return Period(kind: count == 1 ? .monthly : .custom, start: start, end: end, name: name)
    }

    /// When a month begins. From 1970 to 9999.
    private static func moment(_ year: Int, _ month: Int) -> UInt64 {
        RFC3339.time("\(year)-\(digits(month))-01") ?? latest
    }

    private static func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// The week that a day lies in, counted from 1970-01-01. Of the first, which began in the year
    /// before, only what lies in 1970.
    private static func week(of day: UInt64) -> Period {
        // 1970-01-01 was a Thursday.
        let monday = Int(day) - Int((day + 3) % 7)
        let start = UInt64(max(monday, 0)) * Self.day
        let end = UInt64(monday + 7) * Self.day
        // The year of a week is the year of its Thursday.
        let year = firstOfMonth(UInt64(monday + 3) * Self.day).year
        let week = (monday - (firstMonday(of: year) ?? monday)) / 7 + 1
        return Period(
            kind: .weekly, start: start, end: end, name: "\(year)-W\(digits(week))")
    }

    /// The Monday of the week that holds 4 January, in days since 1970-01-01.
    static func firstMonday(of year: Int) -> Int? {
        guard let fourth = RFC3339.time("\(year)-01-04") else { return nil }
        let day = Int(fourth / Self.day)
        return day - (day + 3) % 7
    }
}
