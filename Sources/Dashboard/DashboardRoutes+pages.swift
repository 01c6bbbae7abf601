internal import DRTesting
internal import EventLog
internal import HTTPAPI
internal import Projections
internal import Reporting
internal import Service

/// What each page is made from. All of it blocks for reading.
extension DashboardRoutes {
    /// So many drills tell how a scenario went lately.
    private static let recent = 400
    private static let mostRows = 200

    private static var drills: RowFilter {
        var filter = RowFilter()
        filter.require("purpose", oneOf: ["drill"])
        return filter
    }

    func overview(_ tables: Tables, _ visit: Visit) throws -> Drawn? {
        var facts = OverviewFacts()
        let days = visit.address.value(of: "days").flatMap { UInt64($0) } ?? 30
        facts.period = OverviewPage.accepted.contains(days) ? days : 30
        facts.now = visit.now
        facts.drills = try tables.newest(TestsView.self, Self.recent, where: Self.drills)
        facts.tests = try tables.newest(TestsView.self, 8)
        facts.running = try running(tables)
        facts.scenarios = try tables.all(ScenariosView.self)
        facts.buckets = try tables.views.statistics(of: facts.days)
        facts.findings = try tables.newest(FindingsView.self, 100, where: Self.open)
        facts.cadences = try tables.all(CadencesView.self)
        facts.due = try tables.all(SchedulesView.self).compactMap { row in
            nextRun(of: row, after: visit.now).map {
                (name: row.text("schedule_name"), time: $0)
            }
        }
        let shell = Shell("Overview", section: "/", visit.viewer, try tables.counts())
        return Drawn("overview", OverviewPage(facts, shell, visit.viewer))
    }

    private static var open: RowFilter {
        var filter = RowFilter()
        filter.require("status", oneOf: ["open"])
        return filter
    }

    /// A test that runs was asked for lately, so that nobody has to look further back.
    private func running(_ tables: Tables) throws -> [(test: Row, results: [Row])] {
        let newest = try tables.newest(TestsView.self, 50)
        return try newest.filter { TestLine.isRunning($0) }.map { test in
            let id = test.id("id") ?? 0
            let found = try tables.rows(ofTest: id, of: ResultsView.self, limit: Self.mostRows)
            return (test: test, results: found.rows)
        }
    }

    func history(_ tables: Tables, _ visit: Visit) throws -> Drawn? {
        let query = HistoryQuery(visit.address)
        let page = try tables.views.page(
            of: TestsView.self, after: query.cursor, limit: HistoryQuery.limit, newestFirst: true,
            where: query.filter)
        let known = try tables.newest(TestsView.self, Self.recent)
        let shell = Shell("History", section: "/history", visit.viewer, try tables.counts())
        let rows = page.rows.compactMap { Row(json: $0) }
        return Drawn("history", HistoryPage(query, rows, next: page.next, known: known, shell))
    }

    func test(_ tables: Tables, _ visit: Visit) throws -> Drawn? {
        guard let id = visit.id.flatMap({ UInt64($0) }),
            let row = try tables.row(id, of: TestsView.self)
        else { return nil }
        var facts = TestFacts(test: row)
        facts.now = visit.now
        facts.results = try tables.rows(ofTest: id, of: ResultsView.self, limit: 1000).rows
        facts.metrics = try tables.rows(ofTest: id, of: MetricsView.self, limit: 1000).rows
        let logs = try tables.rows(ofTest: id, of: LogsView.self, limit: TestPage.maximumLogs)
        (facts.logs, facts.areLogsCut) = (logs.rows, logs.areMore)
        do {
            let last = row.id("last_position") ?? id
            facts.run = try RunRecord.test(id, upTo: last, tables.reader)
        } catch let error as EventLogError {
            // The tables still have what the log has not any more.
            guard case .archived = error.code else { throw error }
        }
        let shell = Shell(
            "Test \(id)", section: "/history", visit.viewer, try tables.counts(), isOfTest: true)
        return Drawn("test", TestPage(facts, shell, visit.viewer))
    }

    func scenarios(_ tables: Tables, _ visit: Visit) throws -> Drawn? {
        let rows = try tables.all(ScenariosView.self)
        let drills = try tables.newest(TestsView.self, Self.recent, where: Self.drills)
        let shell = Shell("Scenarios", section: "/scenarios", visit.viewer, try tables.counts())
        return Drawn(
            "scenarios",
            ScenariosPage(rows, drills: drills, now: visit.now, shell, visit.viewer))
    }

    func schedules(_ tables: Tables, _ visit: Visit) throws -> Drawn? {
        let rows = try tables.all(SchedulesView.self)
        let scenarios = try tables.all(ScenariosView.self)
        let shell = Shell("Schedules", section: "/schedules", visit.viewer, try tables.counts())
        let page = SchedulesPage(
            rows, scenarios: scenarios, now: visit.now,
            next: { nextRun(of: $0, after: visit.now) }, shell, visit.viewer)
        return Drawn("schedules", page)
    }

    /// By the clocks of its zone; `nil` also if that is not known here.
    private func nextRun(of schedule: Row, after now: UInt64) -> UInt64? {
        guard schedule.flag("enabled") == true,
            let cron = try? CronExpression(schedule.text("cron_expression")),
            let zone = try? parts.zones.rules(for: schedule.words("time_zone") ?? "UTC")
        else { return nil }
        return cron.next(after: now, in: zone)
    }

    func findings(_ tables: Tables, _ visit: Visit) throws -> Drawn? {
        let open = try tables.newest(FindingsView.self, Self.mostRows, where: Self.open)
        var closed = RowFilter()
        closed.require("status", oneOf: ["closed"])
        let past = try tables.newest(FindingsView.self, Self.mostRows, where: closed)
        let shell = Shell("Findings", section: "/findings", visit.viewer, try tables.counts())
        return Drawn("findings", FindingsPage(open + past, now: visit.now, shell))
    }

    func reports(_ tables: Tables, _ visit: Visit) throws -> Drawn? {
        let rows = try tables.newest(ReportsView.self, Self.mostRows)
        let shell = Shell("Reports", section: "/reports", visit.viewer, try tables.counts())
        return Drawn("reports", ReportsPage(rows, now: visit.now, shell, visit.viewer))
    }

    func alerts(_ tables: Tables, _ visit: Visit) throws -> Drawn? {
        var open = RowFilter()
        open.require("acknowledged_at", isNull: true)
        var seen = RowFilter()
        seen.require("acknowledged_at", isNull: false)
        let rows =
            try tables.newest(AlertsView.self, Self.mostRows, where: open)
            + tables.newest(AlertsView.self, Self.mostRows, where: seen)
        let shell = Shell("Alerts", section: "/alerts", visit.viewer, try tables.counts())
        return Drawn("alerts", AlertsPage(rows, now: visit.now, shell, visit.viewer))
    }

    func audit(_ tables: Tables, _ visit: Visit) throws -> Drawn? {
        let facts = try AuditFacts(tables.reader)
        let shell = Shell("Audit", section: "/audit", visit.viewer, try tables.counts())
        return Drawn("audit", AuditPage(facts, shell))
    }
}
