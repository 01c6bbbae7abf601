/// A week of ISO 8601, in UTC.
struct ReportWeek: Equatable {
    private static let length: UInt64 = 7 * 86_400_000_000

    /// For example `2026-W48`.
    let name: String
    let start: UInt64
    /// The moment after it.
    let end: UInt64

    /// The week that a moment lies in.
    init(containing moment: UInt64) {
        let week = Period(.weekly, containing: moment)
        (name, start, end) = (week.name, week.start, week.end)
    }

    /// So many weeks, the last of them the one that a moment lies in. Fewer where time was not
    /// counted yet.
    static func last(_ count: Int, upTo moment: UInt64) -> [ReportWeek] {
        var weeks = [ReportWeek(containing: moment)]
        while weeks.count < count, let first = weeks.last, first.start >= length {
            weeks.append(ReportWeek(containing: first.start - 1))
        }
        return weeks.reversed()
    }

    func contains(_ time: UInt64) -> Bool { start <= time && time < end }
}
