import Testing
import Wire

@testable import Dashboard

/// The pages as browsers get them.
struct PageTests {
    private let templates = PageTemplates()

    private func test(_ row: Row, _ results: [Row], _ viewer: Viewer) -> String {
        var facts = TestFacts(test: row)
        (facts.results, facts.now) = (results, Samples.now)
        return templates.render(TestPage(facts, Samples.shell(viewer), viewer), as: "test")
    }

    @Test func aTestThatRunsCanBeCancelledByWhoMayDoThat() {
        let running = Samples.test(5, status: "running", verdict: .null)
        #expect(test(running, [], Samples.operating).contains("Cancel this test"))
        #expect(!test(running, [], Samples.watching).contains("Cancel this test"))
        #expect(!test(Samples.test(5), [], Samples.operating).contains("Cancel this test"))
    }

    @Test func aCancellationNamesTargetAndEnvironment() {
        let page = test(Samples.test(5, status: "running", verdict: .null), [], Samples.operating)
        #expect(page.contains("target <b>staging-r2</b> in environment <b>staging</b>"))
    }

    @Test func whatFailedStandsOpenWithWhatItRestsOn() {
        let page = test(
            Samples.test(5, status: "failed", verdict: "failed"),
            [Samples.result("Block all", verdict: "failed", error: "it got through")],
            Samples.watching)
        #expect(page.contains("<details id=\"result-7\" open>"))
        #expect(page.contains("it got through"))
        #expect(page.contains("equals 0 within 30 s"))
        #expect(page.contains("not executed"))
    }

    @Test func aTestWhoseEventsAreArchivedIsShownFromTheTables() {
        let page = test(Samples.test(5), [], Samples.watching)
        #expect(page.contains("The events of this test are archived"))
        #expect(page.contains("41.2 s"))
    }

    @Test func theHistoryOfNothingSaysSo() {
        let query = HistoryQuery(PageAddress(query: ""))
        let page = HistoryPage(query, [], next: nil, known: [], Samples.shell())
        #expect(templates.render(page, as: "history").contains("No test was run yet."))
    }

    @Test func thereIsMoreHistoryOnlyIfThereIsMore() {
        let query = HistoryQuery(PageAddress(query: "verdict=passed"))
        let rows = [Samples.test(5)]
        let first = HistoryPage(query, rows, next: 5, known: rows, Samples.shell())
        #expect(
            templates.render(first, as: "history")
                .contains("/history?verdict=passed&amp;cursor=5"))
        let last = HistoryPage(query, rows, next: nil, known: rows, Samples.shell())
        #expect(!templates.render(last, as: "history").contains("Older"))
    }

    @Test func aHistoryOfOnePageHasNothingToTurn() {
        let rows = [Samples.test(5)]
        func shown(_ address: String, next: UInt64?) -> String {
            let query = HistoryQuery(PageAddress(query: address))
            let page = HistoryPage(query, rows, next: next, known: rows, Samples.shell())
            return templates.render(page, as: "history")
        }
        #expect(!shown("", next: nil).contains("class=\"pager\""))
        #expect(shown("", next: 5).contains("class=\"pager\""))
        #expect(shown("cursor=9", next: nil).contains("Newest"))
    }

    @Test func aScenarioWhoseRunWasCalledOffSaysSo() {
        let scenario = Row(["id": 1, "scenario_name": "Outage"])
        let cancelled = Samples.test(5, status: "cancelled", verdict: .null)
        let page = ScenariosPage(
            [scenario], drills: [cancelled], now: Samples.now, Samples.shell(), Samples.operating)
        let html = templates.render(page, as: "scenarios")
        #expect(html.contains("<a class=\"verdict none\" href=\"/tests/5\">cancelled</a>"))
    }

    @Test func aRunThatWasCalledOffProvesNoRecovery() {
        var facts = OverviewFacts()
        facts.now = Samples.now
        facts.scenarios = [
            Row(["id": 1, "scenario_name": "Outage", "rto_target_ms": 300_000])
        ]
        let cancelled = Samples.test(6, status: "cancelled", verdict: .null, rto: .null)
        facts.drills = [cancelled]
        let never = OverviewPage(facts, Samples.shell(), Samples.watching)
        #expect(never.scenarios.first?.rto == "at most 5 min")
        facts.drills = [cancelled, Samples.test(5)]
        let before = OverviewPage(facts, Samples.shell(), Samples.watching)
        #expect(before.scenarios.first?.verdict == "cancelled")
        #expect(before.scenarios.first?.rto == "41.2 s of 5 min")
        #expect(TestLine.isJudged(Samples.test(5)))
        #expect(!TestLine.isJudged(cancelled))
    }

    @Test func aCheckpointIsShownLineByLine() {
        let note = "origin\n9\nroot=\n\n\u{2014} signer c2ln\n"
        let page = AuditPage(Samples.audit(note: note), Samples.shell())
        let html = templates.render(page, as: "audit")
        #expect(
            html.contains(
                "<pre><span>origin</span><span>9</span><span>root=</span><span></span>"
                    + "<span>\u{2014} signer c2ln</span></pre>"))
        let unsealed = AuditPage(Samples.audit(), Samples.shell())
        #expect(templates.render(unsealed, as: "audit").contains("No checkpoint has been signed"))
    }

    @Test func theOverviewSaysFirstWhatIsWrong() {
        var facts = OverviewFacts()
        facts.now = Samples.now
        facts.findings = [Row(["id": 1, "status": "open"])]
        facts.cadences = [
            Row([
                "scenario": "Outage", "target": "staging-r2", "enabled": true,
                "overdue_at": "2026-11-01T00:00:00.000Z", "last_success": .null,
            ])
        ]
        let page = OverviewPage(facts, Samples.shell(), Samples.operating)
        #expect(page.headline == "1 finding open, 1 drill overdue")
        #expect(page.overdue.first?.words.contains("never succeeded") == true)
        #expect(page.trend == nil)
        let html = templates.render(page, as: "overview")
        #expect(html.contains("overdue since 2026-11-01 00:00"))
    }

    @Test func aRunUnderWayShowsItsStep() {
        var facts = OverviewFacts()
        facts.now = Samples.now
        facts.running = [
            (
                test: Samples.test(5, status: "running", verdict: .null),
                results: [Samples.result("Block all", verdict: "passed")]
            )
        ]
        let page = OverviewPage(facts, Samples.shell(), Samples.operating)
        #expect(page.running.first?.step == "Step 2 of 2: Verify")
        #expect(page.running.first?.bar.contains("1 of 2 steps done") == true)
    }

    @Test func aScheduleThatIsDisabledIsNotDue() {
        let row = Row([
            "id": 3, "scenario_id": 1, "schedule_name": "Nightly", "enabled": false,
            "cron_expression": "0 3 * * *", "time_zone": "UTC", "run_count": 4, "failure_count": 0,
        ])
        let scenario = Row(["id": 1, "scenario_name": "Outage"])
        let page = SchedulesPage(
            [row], scenarios: [scenario], now: Samples.now, next: { _ in Samples.now + 1 },
            Samples.shell(), Samples.operating)
        #expect(page.schedules.first?.next == nil)
        let html = templates.render(page, as: "schedules")
        #expect(html.contains("every day at 03:00"))
        #expect(html.contains("data-body='{\"enabled\": true}'"))
    }

    @Test func alertsThatNobodySawComeFirst() {
        let seen = Row(["id": 1, "message": "old", "acknowledged_at": "2026-11-23T08:30:00Z"])
        let open = Row(["id": 2, "message": "new", "details": ["test_id": 5]])
        let page = AlertsPage([seen, open], now: Samples.now, Samples.shell(), Samples.watching)
        #expect(page.alerts.map(\.id) == ["2", "1"])
        #expect(page.headline == "1 alert to look at")
        let html = templates.render(page, as: "alerts")
        #expect(html.contains("<a href=\"/tests/5\">new</a>"))
        #expect(!html.contains("Acknowledge</button>"))
    }

    @Test func theSuggestedReportIsOfTheWeekThatIsOver() {
        // 2026-11-29 is a Sunday.
        let page = ReportsPage(
            [], now: 1_795_910_400_000_000, Samples.shell(), Samples.operating)
        #expect(page.suggestedStart == "2026-11-16")
        #expect(page.suggestedEnd == "2026-11-22")
    }

    @Test func eachFileOfAReportIsALinkWithItsDigest() {
        let digest = String(repeating: "ab", count: 32)
        let names = ["weekly-2026-W47-1.html", "weekly-2026-W47-1-runs.csv"]
        let files = zip(names, ["html", "csv"]).map { name, format -> JSONValue in
            ["name": .string(name), "format": .string(format), "sha256": .string(digest)]
        }
        let row = Row(["id": 7, "report_name": "Week 47", "files": .array(files)])
        let page = ReportsPage([row], now: Samples.now, Samples.shell(), Samples.watching)
        #expect(page.reports.first?.files.map(\.label) == ["html", "runs.csv"])
        let html = templates.render(page, as: "reports")
        for name in names { #expect(html.contains("/api/testing/reports/7/files/\(name)")) }
        #expect(html.contains("<code>\(digest)</code>"))
        #expect(!html.contains("<dialog"))
    }

    @Test func aReportIsMadeForEveryFramework() {
        let page = ReportsPage([], now: Samples.now, Samples.shell(), Samples.operating)
        let html = templates.render(page, as: "reports")
        for framework in ["soc2", "dora", "nist-800-53"] {
            #expect(html.contains("<option value=\"\(framework)\">"))
        }
    }
}
