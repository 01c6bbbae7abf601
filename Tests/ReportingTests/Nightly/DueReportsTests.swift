import DRTesting
import Projections
import Reporting
import Testing

/// Which reports are made without anybody asking for them.
struct DueReportsTests {
    private static let day: UInt64 = 86_400_000_000
    private let all = ReportSchedule(
        kinds: [.daily, .weekly, .monthly], frameworks: [.soc2, .dora], catchUpUs: 35 * day)

    private func time(_ text: String) -> UInt64 { RFC3339.time(text) ?? 0 }

    /// The names of what is due, in order.
    private func due(
        _ schedule: ReportSchedule? = nil, recorded: [RecordedReport] = [],
        since start: String = "2026-01-01", isWhole: Bool = true, at now: String,
        head: UInt64 = 100
    ) -> [String] {
        let log = HeldHistory(start: time(start), isWhole: isWhole)
        return DueReports.due(
            schedule ?? all, recorded: recorded, in: log, at: time(now)
        ) { _ in head }.map(Self.name)
    }

    private static func name(_ subject: ReportSubject) -> String {
        switch subject {
        case .period(let period): "\(subject.type) \(period.name)"
        case .compliance(let framework, let period): "\(framework.rawValue) \(period.name)"
        case .incident(let test): "incident \(test)"
        }
    }

    /// A report of the whole period, made a quarter of an hour after its end.
    private func made(
        _ name: String, of framework: Framework? = nil, position: UInt64 = 100,
        after delay: Int64 = 900_000_000
    ) throws -> RecordedReport {
        let period = try #require(Period(name))
        let recorded = UInt64(Int64(period.end) + delay)
        return RecordedReport(
            type: framework == nil ? period.kind.rawValue : "compliance", framework: framework,
            periodStart: period.start, periodEnd: period.end, position: position,
            recordedAt: recorded)
    }

    @Test func atFirstTheNewestPeriodOfEachKindThatIsOverIsDue() {
        // A Wednesday.
        #expect(
            due(at: "2026-11-18T00:15:00Z") == [
                "soc2 2026-Q3", "dora 2026-Q3", "monthly 2026-10", "weekly 2026-W46",
                "daily 2026-11-17",
            ])
    }

    @Test func whatIsRecordedIsNotDueAgain() throws {
        let recorded = try [
            made("2026-Q3", of: .soc2), made("2026-Q3", of: .dora), made("2026-10"),
            made("2026-W46"), made("2026-11-17"),
        ]
        #expect(due(recorded: recorded, at: "2026-11-18T00:15:00Z") == [])
        #expect(due(recorded: recorded, at: "2026-11-18T23:59:59Z") == [])
        #expect(due(recorded: recorded, at: "2026-11-19T00:00:00Z") == ["daily 2026-11-18"])
    }

    @Test func aWeekIsDueOnMondayAMonthOnTheFirstAndAQuarterWithIt() throws {
        let recorded = try [
            made("2026-Q2", of: .soc2), made("2026-Q2", of: .dora), made("2026-08"),
            made("2026-W38"), made("2026-09-26"),
        ]
        #expect(
            due(recorded: recorded, at: "2026-09-28T00:15:00Z")
                == ["daily 2026-09-27", "weekly 2026-W39"])
        let later =
            try recorded + [
                made("2026-W39"), made("2026-09-27"), made("2026-09-28"), made("2026-09-29"),
            ]
        #expect(
            due(recorded: later, at: "2026-10-01T00:15:00Z") == [
                "daily 2026-09-30", "monthly 2026-09", "soc2 2026-Q3", "dora 2026-Q3",
            ])
    }

    @Test func whatWasMissedIsMadeUpForInItsOrder() throws {
        let schedule = ReportSchedule(
            kinds: [.daily, .weekly], frameworks: [], catchUpUs: 35 * Self.day)
        let recorded = try [made("2026-11-10"), made("2026-11-13"), made("2026-W45")]
        #expect(
            due(schedule, recorded: recorded, at: "2026-11-16T03:00:00Z") == [
                "daily 2026-11-11", "daily 2026-11-12", "daily 2026-11-14", "daily 2026-11-15",
                "weekly 2026-W46",
            ])
    }

    @Test func whatWasMissedTooLongAgoIsNotMadeUpFor() throws {
        let schedule = ReportSchedule(kinds: [.daily], frameworks: [], catchUpUs: 2 * Self.day)
        let recorded = try [made("2026-10-01")]
        let now = "2026-11-16T12:00:00Z"
        // The 14th ended a day and a half ago, the 13th two days and a half.
        #expect(
            due(schedule, recorded: recorded, at: now) == ["daily 2026-11-14", "daily 2026-11-15"])
        let none = ReportSchedule(kinds: [.daily], frameworks: [], catchUpUs: 0)
        #expect(due(none, recorded: recorded, at: now) == ["daily 2026-11-15"])
    }

    /// Somebody wanted to see how the week was going.
    @Test func aReportMadeBeforeItsPeriodWasOverIsNoneOfTheWhole() throws {
        let schedule = ReportSchedule(kinds: [.weekly], frameworks: [], catchUpUs: 35 * Self.day)
        let early = try made("2026-W46", after: -900_000_000)
        #expect(due(schedule, recorded: [early], at: "2026-11-18") == ["weekly 2026-W46"])
        let onTime = try made("2026-W46", after: 0)
        #expect(due(schedule, recorded: [onTime], at: "2026-11-18") == [])
    }

    /// It was read before the last events of the period were there.
    @Test func aReportThatShowsAnOlderHeadIsDueAgain() throws {
        let schedule = ReportSchedule(kinds: [.weekly], frameworks: [], catchUpUs: 35 * Self.day)
        let older = try made("2026-W46", position: 99)
        #expect(due(schedule, recorded: [older], at: "2026-11-18") == ["weekly 2026-W46"])
        #expect(due(schedule, recorded: [older], at: "2026-11-18", head: 99) == [])
    }

    @Test func aReportOfAnotherKindOrFrameworkOrStretchIsAnotherReport() throws {
        let schedule = ReportSchedule(
            kinds: [.weekly], frameworks: [.soc2], catchUpUs: 35 * Self.day)
        let week = try #require(Period("2026-W46"))
        let others = [
            RecordedReport(
                type: "custom", periodStart: week.start, periodEnd: week.end, position: 100,
                recordedAt: week.end),
            RecordedReport(
                type: "weekly", periodStart: week.start + 1, periodEnd: week.end, position: 100,
                recordedAt: week.end),
            try made("2026-Q3", of: .dora),
        ]
        let found = due(schedule, recorded: others, at: "2026-11-18")
        #expect(found == ["soc2 2026-Q3", "weekly 2026-W46"])
    }

    @Test func whatTheLogDoesNotHoldIsNotDue() throws {
        let schedule = ReportSchedule(
            kinds: [.daily], frameworks: [.soc2], catchUpUs: 35 * Self.day)
        let recorded = try [made("2026-10-20")]
        // It began on the 15th; the quarter before had no log.
        #expect(
            due(
                schedule, recorded: recorded, since: "2026-11-15T12:00:00Z",
                at: "2026-11-17T00:15:00Z") == ["daily 2026-11-15", "daily 2026-11-16"])
        // The first half of the 15th is in an archive.
        #expect(
            due(
                schedule, recorded: recorded, since: "2026-11-15T12:00:00Z", isWhole: false,
                at: "2026-11-17T00:15:00Z") == ["daily 2026-11-16"])
    }

    @Test func aRecordedReportKnowsItsFramework() {
        var event = ReportGenerated()
        event.reportType = "compliance"
        for framework in Framework.allCases {
            event.framework = framework.rawValue
            #expect(RecordedReport(event, at: 5).framework == framework)
        }
        (event.reportType, event.framework) = ("weekly", "")
        #expect(RecordedReport(event, at: 5).framework == nil)
    }
}
