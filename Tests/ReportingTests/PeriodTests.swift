import Projections
import Reporting
import Testing

struct PeriodTests {
    @Test(arguments: [
        ("2026-W47", "2026-11-16", "2026-11-23"), ("2026-W01", "2025-12-29", "2026-01-05"),
        ("2020-W53", "2020-12-28", "2021-01-04"), ("2024-W09", "2024-02-26", "2024-03-04"),
    ])
    func aWeekBeginsOnItsMonday(_ name: String, _ start: String, _ end: String) throws {
        let period = try #require(Period(week: name))
        #expect(period.start == RFC3339.time(start))
        #expect(period.end == RFC3339.time(end))
        #expect(period.name == name)
    }

    @Test(arguments: [
        "", "2026", "2026-47", "2026-W00", "2026-W54", "2025-W53", "2026-W4", "26-W47",
        "2026-W4x", "1970-W01", "2026-W47 ", "-026-W47",
    ])
    func whatIsNoWeekIsRefused(_ text: String) { #expect(Period(week: text) == nil) }

    @Test(arguments: ["2026-11-16", "2026-11-22T23:59:59.999Z", "2025-12-29", "2021-01-03"])
    func everyMomentLiesInItsWeek(_ text: String) throws {
        let time = try #require(RFC3339.time(text))
        let week = Period(.weekly, containing: time)
        #expect(week.contains(time))
        #expect(Period(week: week.name) == week)
    }

    @Test func aMonthEndsWhereTheNextBegins() throws {
        let time = try #require(RFC3339.time("2024-02-29T12:00:00Z"))
        let month = Period(.monthly, containing: time)
        #expect(month.start == RFC3339.time("2024-02-01"))
        #expect(month.end == RFC3339.time("2024-03-01"))
        #expect(month.name == "2024-02")
    }

    @Test func aPeriodIsOfTheKindThatSomebodyCallsIt() throws {
        let start = try #require(RFC3339.time("2026-11-18T12:00:00Z"))
        let week = try #require(Period(.weekly, from: start, to: start + 1_000_000))
        #expect(week.kind == .weekly)
        #expect(week.name == "2026-11-18T12:00:00.000Z to 2026-11-18T12:00:01.000Z")
        #expect(Period(.incident, from: start, to: start) == nil)
    }

    @Test func aPeriodHoldsItsStartAndNotItsEnd() throws {
        let period = try #require(Period(from: "2026-11-01", to: "2026-11-02"))
        #expect(period.contains(period.start))
        #expect(!period.contains(period.end))
        #expect(Period(from: "2026-11-02", to: "2026-11-01") == nil)
        #expect(Period(from: "2026-11-02", to: "soon") == nil)
    }
}
