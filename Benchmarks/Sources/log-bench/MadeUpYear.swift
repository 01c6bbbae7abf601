import DRTesting
import EventLog

/// When the drills of a made-up history were run: in weeks that are alike, the last of which is
/// 2020-W53. What is recorded after it has times that follow.
struct MadeUpYear {
    static let lastWeek = "2020-W53"
    /// 2021-01-04T00:00:00Z, in microseconds since 1970.
    static let end: UInt64 = 1_609_718_400_000_000
    private static let week = 7 * DayClock.day
    private static let longestDrill: UInt64 = 600_000_000

    let weeks: Int
    let drillsPerWeek: Int

    /// - Parameter events: in all weeks together, at least.
    init(weeks: Int, events: Int) {
        let perWeek = weeks * MadeUpDrill.eventCount
        (self.weeks, drillsPerWeek) = (weeks, (events + perWeek - 1) / perWeek)
    }

    /// - Parameter index: from 0.
    func start(ofWeek index: Int) -> UInt64 { Self.end - UInt64(weeks - index) * Self.week }

    /// Each drill ends before the next begins, and the last long before the week does.
    func drill(_ index: Int, ofWeek week: Int) -> MadeUpDrill {
        let gap = Self.week / UInt64(drillsPerWeek)
        let start = self.start(ofWeek: week) + UInt64(index) * gap
        return MadeUpDrill(
            number: week * drillsPerWeek + index, start: start,
            end: start + min(Self.longestDrill, gap / 2))
    }
}
