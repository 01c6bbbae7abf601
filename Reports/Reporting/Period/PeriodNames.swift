internal import Projections

/// Periods as people write them.
extension Period {
    /// A day, an ISO week, a month, a quarter or a year: `2026-11-23`, `2026-W48`, `2026-11`,
    /// `2026-Q4`, `2026`.
    public init?(_ name: String) {
        let period =
            Period(week: name) ?? Period(day: name) ?? Period(month: name)
            ?? Period(quarter: name) ?? Period(year: name)
        guard let period else { return nil }
        self = period
    }

    /// An ISO 8601 week, as `2026-W47`.
    public init?(week text: String) {
        let parts = text.split(separator: "-W", omittingEmptySubsequences: false)
        guard parts.count == 2, let year = Self.number(parts[0], digits: 4),
            let week = Self.number(parts[1], digits: 2), (1...53).contains(week),
            let firstMonday = Self.firstMonday(of: year),
            let nextMonday = Self.firstMonday(of: year + 1)
        else { return nil }
        let monday = firstMonday + (week - 1) * 7
        // The first week of 1970 began before the first microsecond that is counted.
        if monday < 0 || monday >= nextMonday { return nil }
        self = Period(.weekly, containing: UInt64(monday) * Self.day)
    }

    /// A day, as `2026-11-23`.
    public init?(day text: String) {
        guard Self.isDate(text), let time = RFC3339.time(text) else { return nil }
        self.init(.daily, exactly: time, named: text)
    }

    /// A month, as `2026-11`.
    public init?(month text: String) {
        guard text.utf8.count == 7, let time = RFC3339.time(text + "-01") else { return nil }
        self.init(.monthly, exactly: time, named: text)
    }

    /// A quarter of a year, as `2026-Q4`.
    public init?(quarter text: String) {
        let parts = text.split(separator: "-Q", omittingEmptySubsequences: false)
        guard parts.count == 2, let year = Self.number(parts[0], digits: 4),
            let quarter = Self.number(parts[1], digits: 1), (1...4).contains(quarter),
            (1970..<9999).contains(year)
        else { return nil }
        self = Self.months(3, from: (year, quarter * 3 - 2))
    }

    /// A year, as `2026`.
    public init?(year text: String) {
        guard let year = Self.number(text[...], digits: 4), (1970..<9999).contains(year) else {
            return nil
        }
        self = Self.months(12, from: (year, 1))
    }

    /// From one moment to another, each a date or a time in UTC.
    ///
    /// A date stands for its whole day: a period to `2026-11-29` holds that day. A time is exact,
    /// and the one that a period ends with is not in it.
    ///
    /// - Parameter kind: what a report of it is called.
    public init?(from: String, to: String, as kind: Kind = .custom) {
        guard let start = RFC3339.time(from), let last = RFC3339.time(to) else { return nil }
        let end = Self.isDate(to) ? last + Self.day : last
        guard let period = Period(kind, from: start, to: end) else { return nil }
        let isNamed = !period.name.contains(" ")
        self.init(
            kind: kind, start: start, end: end, name: isNamed ? period.name : "\(from) to \(to)")
    }

    /// The name in letters, digits and dashes, for files.
    public var fileName: String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
    }

    /// Of a moment so late that the calendar of reports has no period for it, there is none.
    private init?(_ kind: Kind, exactly time: UInt64, named name: String) {
        let period = Period(kind, containing: time)
        if period.name != name { return nil }
        self = period
    }

    private static func isDate(_ text: String) -> Bool { text.utf8.count == 10 }

    /// So many digits and nothing else.
    private static func number(_ text: Substring, digits: Int) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
            return nil
        }
        return Int(text)
    }
}
