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

    @Test(arguments: [
        ("2026-Q1", "2026-01-01", "2026-04-01"), ("2026-Q4", "2026-10-01", "2027-01-01"),
        ("2024-02", "2024-02-01", "2024-03-01"), ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026", "2026-01-01", "2027-01-01"), ("1970", "1970-01-01", "1971-01-01"),
        ("2026-11-23", "2026-11-23", "2026-11-24"), ("2026-W48", "2026-11-23", "2026-11-30"),
    ])
    func aPeriodIsKnownByItsName(_ name: String, _ start: String, _ end: String) throws {
        let period = try #require(Period(name))
        #expect(period.start == RFC3339.time(start))
        #expect(period.end == RFC3339.time(end))
        #expect(period.name == name)
    }

    @Test(arguments: [
        "", "2026-Q0", "2026-Q5", "2026-Q12", "26-Q1", "2026-13", "2026-1", "2026-11-31",
        "2026-11-23T00:00:00Z", "1969", "20261", "9999", "9999-12", "9999-12-31", "2026-q4",
    ])
    func whatNamesNoPeriodIsRefused(_ name: String) { #expect(Period(name) == nil) }

    @Test(arguments: ["2026-10-01", "2026-11-16T12:00:00Z", "2026-12-31T23:59:59.999Z"])
    func everyMomentLiesInItsQuarterAndItsYear(_ text: String) throws {
        let time = try #require(RFC3339.time(text))
        let quarter = Period.quarter(containing: time)
        #expect(quarter.contains(time))
        #expect(quarter.name == "2026-Q4")
        #expect(Period(quarter: "2026-Q4") == quarter)
        #expect(Period.year(containing: time).name == "2026")
        #expect(Period(year: "2026") == Period.year(containing: time))
    }

    /// Clocks without a battery begin there.
    @Test func theFirstDaysThatAreCountedLieInAWeek() throws {
        let first = Period(.weekly, containing: 0)
        #expect(first.start == 0)
        #expect(first.end == RFC3339.time("1970-01-05"))
        let next = Period(.weekly, containing: first.end)
        #expect(next.name == "1970-W02")
        #expect(Period(week: "1970-W02") == next)
    }

    @Test(arguments: [Period.Kind.daily, .weekly, .monthly])
    func noMomentIsTooLate(_ kind: Period.Kind) {
        let last = Period(kind, containing: .max)
        #expect(last.start < last.end)
        #expect(Period.quarter(containing: .max).name == "9998-Q4")
    }

    @Test func aPeriodIsOfTheKindThatSomebodyCallsIt() throws {
        let start = try #require(RFC3339.time("2026-11-18T12:00:00Z"))
        let week = try #require(Period(.weekly, from: start, to: start + 1_000_000))
        #expect(week.kind == .weekly)
        #expect(week.name == "2026-11-18T12:00:00.000Z to 2026-11-18T12:00:01.000Z")
        #expect(Period(.incident, from: start, to: start) == nil)
    }

    /// So that a report of it is found again, whoever asked for it and how.
    @Test(arguments: [
        (Period.Kind.daily, "2026-11-23", "2026-11-24"), (.weekly, "2026-W48", "2026-11-30"),
        (.monthly, "2026-11", "2026-12-01"),
    ])
    func aWholePeriodOfTheCalendarHasItsName(
        _ kind: Period.Kind, _ name: String, _ end: String
    ) throws {
        let period = try #require(Period(name))
        let given = try #require(Period(kind, from: period.start, to: period.end))
        #expect(given == period)
        #expect(given.end == RFC3339.time(end))
    }

    @Test func aDateThatEndsAPeriodIsInItAndATimeIsNot() throws {
        let days = try #require(Period(from: "2026-11-23", to: "2026-11-29"))
        #expect(days.end == RFC3339.time("2026-11-30"))
        #expect(days.name == "2026-11-23 to 2026-11-29")
        #expect(days.kind == .custom)
        let exact = try #require(Period(from: "2026-11-23", to: "2026-11-29T00:00:00Z"))
        #expect(exact.end == RFC3339.time("2026-11-29"))
        let week = try #require(Period(from: "2026-11-23", to: "2026-11-29", as: .weekly))
        #expect(week == Period(week: "2026-W48"))
    }

    @Test func aPeriodHoldsItsStartAndNotItsEnd() throws {
        let period = try #require(Period(from: "2026-11-01", to: "2026-11-02"))
        #expect(period.contains(period.start))
        #expect(!period.contains(period.end))
        #expect(period.contains(period.end - 1))
        #expect(Period(from: "2026-11-02", to: "2026-11-01") == nil)
        #expect(Period(from: "2026-11-02", to: "soon") == nil)
        #expect(Period(from: "2026-11-02", to: "2026-11-02")?.name == "2026-11-02 to 2026-11-02")
        let noon = "2026-11-02T12:00:00Z"
        #expect(Period(from: noon, to: noon) == nil)
    }

    @Test func aNameOfAFileIsNoPath() throws {
        let start = "2026-11-16T12:00:00Z"
        let period = try #require(Period(from: start, to: "2026-11-17"))
        #expect(period.fileName == "2026-11-16T12-00-00Z-to-2026-11-17")
        #expect(Period(quarter: "2026-Q4")?.fileName == "2026-Q4")
    }
}
