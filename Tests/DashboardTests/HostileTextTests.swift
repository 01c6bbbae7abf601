import Reporting
import Testing
import Wire

@testable import Dashboard

/// Names and messages come from anybody, and must stay texts.
struct HostileTextTests {
    private static let texts = [
        "<script>alert(1)</script>", "\" onmouseover=\"alert(1)", "' autofocus '", "\u{1b}[31mred",
        "=cmd|'/c calc'!A1", "two\nlines", "\u{202e}gnp.exe", "a&b", "{{shell}}", "{{{shell}}}",
        // To people these are letters with an accent, to browsers a quote and a bracket.
        "\"\u{301} onmouseover=alert(1) x=\"", "<\u{301}img src=x>", "'\u{308}", "&\u{301}lt;",
    ]

    @Test(arguments: texts)
    func noTextEndsWhereItStands(_ text: String) {
        let escaped = HTMLText.escaped(text)
        for scalar in ["<", ">", "\"", "'", "\u{1b}", "\n", "\u{202e}"] as [Unicode.Scalar] {
            #expect(!escaped.unicodeScalars.contains(scalar))
        }
    }

    @Test(arguments: texts)
    func everyPageShowsItAsAText(_ text: String) {
        let templates = PageTemplates()
        for (name, page) in pages(with: text) {
            let html = templates.render(page, as: name)
            #expect(html.contains(HTMLText.escaped(text)), "\(name) does not show it")
            #expect(!html.utf8.contains(0x1b), "\(name)")
            #expect(!html.unicodeScalars.contains("\u{202e}"), "\(name)")
            #expect(!html.contains("<script>"), "\(name)")
            let mustBeEscaped = HTMLText.escaped(text) != text
            #expect(!mustBeEscaped || !holds(html, text), "\(name)")
        }
    }

    /// Whether it stands there as it came, byte by byte.
    private func holds(_ html: String, _ text: String) -> Bool {
        let bytes = Array(html.utf8)
        let wanted = Array(text.utf8)
        guard bytes.count >= wanted.count else { return false }
        return (0...(bytes.count - wanted.count)).contains {
            bytes[$0..<$0 + wanted.count].elementsEqual(wanted)
        }
    }

    private func pages(with text: String) -> [(String, Any)] {
        let row = Samples.test(5, scenario: text, status: "failed", verdict: "failed")
        let shell = Samples.shell()
        var facts = TestFacts(test: row)
        facts.results = [Samples.result(text, verdict: "failed", error: .string(text))]
        facts.logs = [Row(["level": "error", "component": "x", "message": .string(text)])]
        let named = Row(["id": 1, "scenario_name": .string(text), "description": .string(text)])
        let schedule = Row(["id": 1, "schedule_name": .string(text), "cron_expression": "@daily"])
        let finding = Row(["id": 1, "scenario": .string(text), "status": "open"])
        let report = Row([
            "id": 1, "report_name": .string(text),
            "files": [["name": .string(text), "format": .string(text)]],
        ])
        let alert = Row(["id": 1, "message": .string(text), "details": ["why": .string(text)]])
        let query = HistoryQuery(PageAddress(query: "target=\(PageAddress.encoded(text))"))
        let (now, viewer) = (Samples.now, Samples.operating)
        var overview = OverviewFacts()
        (overview.now, overview.tests, overview.scenarios) = (now, [row], [named])
        overview.drills = [row]
        return [
            ("test", TestPage(facts, shell, viewer)),
            ("history", HistoryPage(query, [row], next: 3, known: [row], shell)),
            ("overview", OverviewPage(overview, shell, viewer)),
            ("scenarios", ScenariosPage([named], drills: [row], now: now, shell, viewer)),
            (
                "schedules",
                SchedulesPage(
                    [schedule], scenarios: [named], now: now, next: { _ in nil }, shell, viewer)
            ),
            ("findings", FindingsPage([finding], now: now, shell)),
            ("reports", ReportsPage([report], now: now, shell, viewer)),
            ("alerts", AlertsPage([alert], now: now, shell, viewer)),
            ("audit", AuditPage(Samples.audit(origin: text), shell)),
        ]
    }

    /// The server forbids them, so that a page with one would be broken.
    @Test func noTemplateHasAStyleOrAScriptInIt() {
        let templates = [
            PackageResources.head_mustache, PackageResources.foot_mustache,
            PackageResources.overview_mustache, PackageResources.history_mustache,
            PackageResources.tests_mustache, PackageResources.test_mustache,
            PackageResources.scenarios_mustache, PackageResources.schedules_mustache,
            PackageResources.findings_mustache, PackageResources.reports_mustache,
            PackageResources.alerts_mustache, PackageResources.audit_mustache,
            PackageResources.signin_mustache, PackageResources.problem_mustache,
        ]
        for template in templates {
            let text = String(decoding: template, as: UTF8.self)
            #expect(!text.contains(" style="))
            #expect(!text.contains("<style"))
            #expect(!text.contains("<script>"))
            #expect(!text.contains(" onclick="))
            #expect(!text.contains("://"))
        }
    }
}
