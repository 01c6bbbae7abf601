import DRTesting
import Testing

@testable import Reporting

/// Reports in Markdown, as people read them and as programs do.
struct MarkdownReportTests {
    private func compliance(_ history: History) -> ComplianceReport {
        ComplianceReport(history, framework: .soc2)
    }

    private func headings(_ document: String, level: Int) -> [String] {
        let mark = String(repeating: "#", count: level) + " "
        return MarkdownReader.lines(document).filter { $0.hasPrefix(mark) }
            .map { String($0.dropFirst(mark.count)) }
    }

    /// What Markdown has, that is not HTML and no link, whoever wrote the texts.
    private func expectWellFormed(_ document: String, _ place: String) {
        #expect(headings(document, level: 1).count == 1, "\(place)")
        #expect(document.isHarmless, "\(place)")
        for table in MarkdownReader.tables(document) {
            #expect(table.count > 2 && Set(table).count == 1, "\(place): \(table)")
        }
        for line in MarkdownReader.lines(document) {
            let meaningful = Set(MarkdownReader.meaningful(line))
            let beginning: Set<Unicode.Scalar> =
                line.hasPrefix("|") ? ["|"] : line.hasPrefix("#") ? ["#"] : ["*"]
            #expect(meaningful.isSubset(of: beginning), "\(place): \(line)")
        }
    }

    @Test func aPeriodReportHasAllItsSections() {
        let titles = headings(PageFixture.report().markdown, level: 2)
        #expect(
            titles == [
                "In figures", "Scorecard", "Coverage", "Recovery times",
                "Recovery time in its parts", "Success", "Trends", "Data integrity",
                "Degradation and breaker", "Benchmarks", "Unstable drills", "Findings",
                "Recommendations", "Changes", "Not run, and why",
                "Due next", "All runs", "Method", "Origin",
            ])
    }

    @Test func resultsAreSymbolsAndWordsWithTheirCounts() {
        let document = PageFixture.report().markdown
        for text in [
            "✗ Not good: Failover Mechanism.", "- **Passed:** 3 of 4 drills (75 %)",
            "| ✗ failed; test 10 | 3 of 4 |", "✗ missed", "! overdue; by 3 days",
            "| 130 s; at most 2 min |", "| 3 of 4 | 25 % to 75 % | 1 of 2 | 40 of 50 |",
            "| R06 | critical | Quarantine Failover Mechanism. | 12, 45 |", "p = 0.044",
        ] { #expect(document.contains(text), "\(text)\n\(document)") }
    }

    @Test func whatIsUnknownIsNotZero() {
        let row = MarkdownReader.lines(PageFixture.report().markdown).first {
            $0.hasPrefix("| Never run")
        }
        #expect(
            row == "| Never run; on Failover Mechanism | · no drill judged | 0 of 0 "
                + "| unknown; no objective | unknown | unknown; no objective | never "
                + "| no cadence asks for it |")
    }

    @Test func anEmptyPeriodIsToldInSentences() {
        let document = PageFixture.empty.markdown
        #expect(document.contains("No drill was judged."))
        #expect(document.contains("No cadence asks for any drill."))
        expectWellFormed(document, "empty")
    }

    @Test func aShortFormHasAtMostSixtyLinesAndSaysWhatItLeavesOut() {
        let runs = (0..<40).map { index in
            let result: HistoryFixture.Result = index < 20 ? .failed : .passed
            return HistoryFixture.run(
                HistoryFixture.drill(
                    UInt64(index + 1) * 10, result, at: 1 + Double(index) / 40,
                    target: "target-\(index)"))
        }
        let cadences = (0..<40).map { index in
            HistoryFixture.cadence(UInt64(index) + 1, target: "target-\(index)")
        }
        let report = PeriodReport(HistoryFixture.history(runs: runs, cadences: cadences))
        let lines = report.summaryMarkdown.split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 60, "\(lines.count)")
        #expect(lines.contains("And 32 more rows, in the whole report."))
        #expect(lines.filter { $0.hasPrefix("| Failover Mechanism") }.count == 8)
        expectWellFormed(report.summaryMarkdown, "short")
        #expect(report.markdown.split(separator: "\n").count > 200)
    }

    @Test(arguments: HistoryFixture.hostileLetters + ["a|b", "[x](y)", "www.a.b", "a\\|b\\"])
    func hostileTextsStayTexts(_ text: String) {
        let page = PageFixture.report(text)
        expectWellFormed(page.markdown, "period")
        expectWellFormed(page.summaryMarkdown, "short")
        let history = HistoryFixture.hostile(text)
        expectWellFormed(PeriodReport(history, name: text).markdown, "history")
        expectWellFormed(compliance(history).markdown, "compliance")
    }

    @Test func aRunInDepthHasItsSteps() async throws {
        let log = SampleLog()
        try await log.write { writer in
            try await writer.run(
                "Outage", .failed, .failed, rto: 4000, rpo: nil, message: "it stayed open")
        }
        let document = PageFixture.report(details: try log.records()).markdown
        #expect(
            document.contains(
                "| Trigger circuit breaker; it stayed open | circuit\\_breaker | ✗ failed |"),
            "\(document)")
        expectWellFormed(document, "in depth")
    }

    @Test func aComplianceReportHasWhatItsPageHas() throws {
        let report = compliance(HistoryFixture.mixed)
        let sections = ComplianceSections(report: report).all
        #expect(headings(report.markdown, level: 2) == sections.map(\.title))
        let html = try report.html()
        for section in sections {
            #expect(html.contains("<section id=\"\(section.id)\""))
            #expect(html.contains("<a href=\"#\(section.id)\">\(section.title)</a>"))
        }
        expectWellFormed(report.markdown, "compliance")
    }
}
