internal import Projections

/// A stretch of time that a report is about: from its start, up to but not with its end.
public struct Period: Equatable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        case daily, weekly, monthly, custom, incident
    }

    private static let day: UInt64 = 86_400_000_000

    public let kind: Kind
    /// Microseconds since 1970.
    public let start: UInt64
    public let end: UInt64
    /// For example `2026-W47`.
    public let name: String

    /// An ISO 8601 week, as `2026-W47`.
    public init?(week text: String) {
        let parts = text.split(separator: "-W", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 4, parts[1].count == 2, let year = Int(parts[0]),
            let week = UInt64(parts[1]), (1...53).contains(week),
            let firstMonday = Self.firstMonday(of: year),
            let nextMonday = Self.firstMonday(of: year + 1)
        else { return nil }
        let start = firstMonday + (week - 1) * 7 * Self.day
        if start >= nextMonday { return nil }
        self.init(kind: .weekly, start: start, end: start + 7 * Self.day, name: text)
    }

    /// From one moment to another, each a date or a time in UTC.
    public init?(from: String, to: String) {
        guard let start = RFC3339.time(from), let end = RFC3339.time(to), start < end else {
            return nil
        }
        self.init(kind: .custom, start: start, end: end, name: "\(from) to \(to)")
    }

    /// From one moment to another, as whoever wants it calls it: his weeks may begin on any day.
    public init?(_ kind: Kind, from start: UInt64, to end: UInt64) {
        if start >= end { return nil }
        let name = "\(RFC3339.text(start)) to \(RFC3339.text(end))"
        self.init(kind: kind, start: start, end: end, name: name)
    }

    /// The day, week or month that a moment after 1970 lies in.
    public init(_ kind: Kind, containing time: UInt64) {
        let date = RFC3339.text(time).prefix(10)
        let midnight = time - time % Self.day
        switch kind {
        case .daily, .custom, .incident:
            self.init(kind: .daily, start: midnight, end: midnight + Self.day, name: String(date))
        case .weekly:
            // 1970-01-01 was a Thursday.
            let weekday = (midnight / Self.day + 3) % 7
            let monday = midnight - weekday * Self.day
            let name = Self.weekName(of: monday)
            self.init(kind: .weekly, start: monday, end: monday + 7 * Self.day, name: name)
        case .monthly:
            let month = String(date.prefix(7))
            let start = RFC3339.time(month + "-01")!
            let next = RFC3339.text(start + 31 * Self.day).prefix(7)
            self.init(
                kind: .monthly, start: start, end: RFC3339.time(next + "-01")!, name: month)
        }
    }

    private init(kind: Kind, start: UInt64, end: UInt64, name: String) {
        (self.kind, self.start, self.end, self.name) = (kind, start, end, name)
    }

    public func contains(_ time: UInt64) -> Bool { start <= time && time < end }

    /// The Monday of the week that holds 4 January.
    private static func firstMonday(of year: Int) -> UInt64? {
        // The first week of 1970 began before the first microsecond that is counted.
        guard year > 1970, let fourth = RFC3339.time("\(year)-01-04") else { return nil }
        return fourth - (fourth / day + 3) % 7 * day
    }

    private static func weekName(of monday: UInt64) -> String {
        // The year of a week is the year of its Thursday.
        let year = Int(RFC3339.text(monday + 3 * day).prefix(4))!
        let week = (monday - firstMonday(of: year)!) / (7 * day) + 1
        return "\(year)-W\(week < 10 ? "0" : "")\(week)"
    }
}
